"""Demonstration accounts (演示账号): one a role, a password everybody knows, in a synthetic register only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from django.db import transaction

from mingbai.accounts.actions import assign_households, create_user, grant_post
from mingbai.accounts.errors import error
from mingbai.accounts.models import User
from mingbai.accounts.passwords import digest_password
from mingbai.accounts.roles import ROLES, Role
from mingbai.places.codes import pad, range_of
from mingbai.places.enums import Level
from mingbai.places.models import Division
from mingbai.places.queries import is_synthetic, register

#: Known on purpose; `serve` answers its own machine only while these accounts exist.
PASSWORD = "mingbai-demo"  # noqa: S105 — printed for everybody


def demonstration_accounts_exist() -> bool:
    """Whether an active one does; `serve` asks before it listens. One query."""
    return bool(User.objects.filter(demonstration=True, is_active=True).exists())


def make_demonstration_accounts(
    *,
    actor: str,
    day: date,
    places: Mapping[str, str] = MappingProxyType({}),
    households: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> list[User]:
    """One account for each role, named after it, with a post in the register's place (演示账号).

    `places`: level → division; without it the first one by code. `households`: role → its list, for helper
    and evaluator. Accounts that are there stay as they are. Raises ACC-015 outside a synthetic register.
    """
    if not is_synthetic():
        raise error("ACC-015")
    digest = digest_password(PASSWORD)
    made: list[User] = []
    for role in ROLES.values():
        if User.objects.filter(username=role.key).exists():
            continue
        with transaction.atomic():
            user = create_user(
                actor=actor, username=role.key, name=role.zh, unit="演示", password=PASSWORD,
                digest=digest, must_change_password=False, demonstration=True,
            )  # fmt: skip
            post = grant_post(
                actor=actor, user=user, role=role.key, valid_from=day, reason="演示",
                division_code=places.get(role.level) or _place(role, day),
                topics=("dwelling", "health") if role.by_topic else (),
            )  # fmt: skip
            listed = tuple(households.get(role.key, ()))
            if role.by_list and listed:
                assign_households(
                    actor=actor, post=post, household_ids=listed, valid_from=day, reason="演示"
                )
        made.append(user)
    return made


def _place(role: Role, day: date) -> str:
    """The register's own place for county roles; the first township or village under it for the others."""
    own = register().division_code
    low, high = range_of(own)
    rows = Division.objects.recorded().on(day).filter(code__gte=low, code__lte=high)
    if role.level == Level.COUNTY:
        return str(rows.order_by("code").values_list("code", flat=True).first() or own)
    found = rows.filter(level=role.level).order_by("code").values_list("code", flat=True).first()
    return pad(found or own)
