"""Keys for programs (接口令牌): shown once, kept as a digest, narrower than their post, and they expire."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction

from mingbai.accounts.errors import error
from mingbai.accounts.models import Post, Token
from mingbai.accounts.roles import NOT_FOR_TOKENS, ROLES, Permission
from mingbai.audit.actions import record

#: Begins every key, so that a scan for leaked secrets finds it.
PREFIX = "mingbai_"
LONGEST = timedelta(days=366)


def issue_token(
    *,
    actor: str,
    post: Post,
    name: str,
    permissions: Collection[Permission],
    expires_at: datetime,
    now: datetime,
) -> tuple[Token, str]:
    """A key for a program (签发令牌) and its text, which is not kept: 256 random bits.

    Raises ACC-011 for a post that is over, ACC-013, ACC-014.
    """  # fmt: skip
    wanted = frozenset(permissions)
    lacking = wanted - (ROLES[post.role].permissions - NOT_FOR_TOKENS)
    if lacking or not wanted:
        raise error("ACC-013", permissions="、".join(sorted(lacking)) or "—")
    if not now < expires_at <= now + LONGEST:
        raise error(
            "ACC-014", now=now.date(), latest=(now + LONGEST).date(), expires=expires_at.date()
        )
    if post.valid_to is not None and post.valid_to <= now.date():
        raise error("ACC-011", post=post.pk, day=now.date())
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        found = Token.objects.create(
            post=post, name=name, digest=digest_of(text), permissions=sorted(wanted),
            created_at=now, expires_at=expires_at,
        )  # fmt: skip
        said = {"post": post.pk, "permissions": sorted(wanted), "until": expires_at.isoformat()}
        record(actor=actor, action="accounts.token.issued", target=f"token:{found.pk}", data=said)
    return found, text


def revoke_token(*, actor: str, token: Token, now: datetime, reason: str = "") -> Token:
    """End a key at once (撤销令牌); a second time changes nothing."""
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            said = {"reason": reason} if reason else {}
            record(
                actor=actor, action="accounts.token.revoked", target=f"token:{token.pk}", data=said
            )
    token.refresh_from_db()
    return token


def token_for(text: str, *, day: date, now: datetime) -> Token | None:
    """The key of this text, if it stands (验证令牌): neither expired nor revoked, post and user in force.

    One query, and once a day a write of `last_used_on`.
    """
    found = (
        Token.objects.select_related("post__user", "post__deputy_for")
        .filter(digest=digest_of(text), revoked_at=None, expires_at__gt=now)
        .first()
    )
    if found is None or not found.post.user.is_active or not found.post.stands_on(day):
        return None
    if found.last_used_on != day:
        Token.objects.filter(pk=found.pk).update(last_used_on=day)
    return found


def digest_of(text: str) -> bytes:
    """SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(text.encode()).digest()
