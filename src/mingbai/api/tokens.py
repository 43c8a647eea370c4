"""Who calls (接口身份): one kind of token, with the scope of one post and an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from mingbai.accounts.models import Token
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope, scope_of_token
from mingbai.accounts.tokens import token_for
from mingbai.places.queries import working_date


@dataclass(frozen=True)
class Caller:
    """A program with its token (调用方), on the register's working date."""

    token: Token
    day: date

    @property
    def actor(self) -> str:
        """How audit names it."""
        return f"token:{self.token.pk}"

    def scope(self, permission: Permission, *, topic: str = "") -> Scope:
        """Where it has a permission; none at all answers like something absent."""
        scope = scope_of_token(self.token, permission, self.day, topic=topic)
        if scope.empty:
            raise Http404
        return scope

    def may(self, permission: Permission, *, topic: str = "") -> Scope:
        """Where it has a permission, perhaps nowhere."""
        return scope_of_token(self.token, permission, self.day, topic=topic)


class Bearer(HttpBearer):
    """The header ``Authorization: Bearer …`` and nothing else: no cookie, no address."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        if len(token) > 200 or not token.isascii():
            return None
        day = working_date()
        found = token_for(token, day=day, now=timezone.now())
        return Caller(found, day) if found else None


def caller(request: HttpRequest) -> Any:
    """The program that calls."""
    return request.auth  # ninja sets it before any view runs
