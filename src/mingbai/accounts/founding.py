"""The first accounts of an office (开办): its place, who administers accounts, and who does the work.

Two accounts from the beginning, because who gives rights must not write data; one person may hold both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from mingbai.accounts.actions import create_user, grant_post
from mingbai.accounts.errors import error
from mingbai.accounts.models import User
from mingbai.accounts.passwords import check_password_rules, digest_password, draw_password
from mingbai.places.actions import create_register, load_divisions
from mingbai.places.codes import level_of, pad
from mingbai.places.enums import Level
from mingbai.places.models import Division, Register
from mingbai.places.queries import today
from mingbai.places.rosters import Stretch

#: Level of the register's place → the role of its first worker.
WORKERS = {Level.COUNTY: "county_officer", Level.TOWNSHIP: "township_clerk"}


@dataclass(frozen=True)
class NewPlace:
    """What a register will hold (待建的登记库); a working date makes it one for practice."""

    code: str
    roster: Sequence[Stretch]
    pack: str
    working_date: date | None = None
    source: str = ""


@dataclass(frozen=True)
class NewAccount:
    """Somebody who is to have an account (待开的账号)."""

    username: str
    name: str
    unit: str = ""


@dataclass(frozen=True)
class Founded:
    """What was made (开办结果); the worker's one-time password is shown once and kept nowhere."""

    administrator: User
    worker: User
    password: str


def is_unfounded() -> bool:
    """Whether nothing is here yet: no account, no register, no division. One query where there is one."""
    return not (User.objects.exists() or Register.objects.exists() or Division.objects.exists())


def found_office(
    *,
    actor: str,
    place: NewPlace,
    administrator: NewAccount,
    password: str,
    worker: NewAccount,
) -> Founded:
    """Make register, divisions and the two accounts, or nothing (开办).

    Raises ACC-028 when somebody was quicker, ACC-001, ACC-002, ACC-027, PLACE-006, PLACE-016.
    """
    check_password_rules(password, User(username=administrator.username, name=administrator.name))
    drawn = draw_password()
    digests = digest_password(password), digest_password(drawn)
    with transaction.atomic():
        if not is_unfounded():
            raise error("ACC-028")
        create_register(
            actor=actor, division_code=place.code, synthetic=place.working_date is not None,
            pack=place.pack, working_date=place.working_date,
        )  # fmt: skip
        load_divisions(rows=place.roster, actor=actor, source=place.source)
        day = place.working_date or today()
        first = _account(actor, administrator, password, digests[0], must_change=False)
        second = _account(actor, worker, drawn, digests[1], must_change=True)
        code = pad(place.code)
        for user, role in ((first, "account_administrator"), (second, WORKERS[level_of(code)])):
            grant_post(
                actor=actor, user=user, role=role, division_code=code, valid_from=day, reason="开办"
            )
    return Founded(first, second, drawn)


def _account(actor: str, new: NewAccount, password: str, digest: str, *, must_change: bool) -> User:
    return create_user(
        actor=actor, username=new.username, name=new.name, unit=new.unit, password=password,
        digest=digest, must_change_password=must_change,
    )  # fmt: skip
