"""An invented county for the tests of screens: two townships, three villages, households, a cast with posts.

The cast has names, so that a near miss is as easy to write as a hit: a clerk of *this* township, and of the
next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from mingbai.accounts.models import Post, PostHousehold, User
from mingbai.households.actions.registering import Newcomer, register_household
from mingbai.places.actions import create_register, load_divisions
from mingbai.tables.identity import check_sign

DAY = date(2026, 3, 18)
START = date(2020, 1, 1)
COUNTY, QINGXI, LONGTAN = "990101000000", "990101100000", "990101101000"
BAISHI, DAPING, JINGSHUI = "990101100201", "990101100202", "990101101201"
PASSWORD = "a long sentence for tests"  # noqa: S105 — of invented accounts


@dataclass(frozen=True)
class Division:
    """A row of the roster."""

    code: str
    name: str
    level: str
    parent: str
    kind: str = ""
    from_date: date = date(2000, 1, 1)
    to_date: date | None = None
    successor: str | None = None


ROSTER = (
    Division(COUNTY, "明川县", "county", ""),
    Division(QINGXI, "青溪镇", "township", COUNTY),
    Division(LONGTAN, "龙潭镇", "township", COUNTY),
    Division(BAISHI, "白石村", "village", QINGXI),
    Division(DAPING, "大坪村", "village", QINGXI),
    Division(JINGSHUI, "井水村", "village", LONGTAN),
)


@dataclass
class County:
    """What stands in the database: keys by name."""

    users: dict[str, User] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    households: dict[str, int] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)


def id_number(serial: int, born: date, sex: str) -> str:
    """An invented ID number: region 99, a valid check sign, the sex in the last digit but one."""
    order = serial * 2 + (1 if sex == "male" else 0)
    first = f"990101{born:%Y%m%d}{order % 1000:03d}"
    return first + check_sign(first)


def newcomer(name: str, relation: str, born: date, sex: str, serial: int) -> Newcomer:
    """Somebody with all that an identity has."""
    said = {
        "name": name, "sex": sex, "birth_date": born, "id_number": id_number(serial, born, sex),
        "phone": f"1990000{serial:04d}",
    }  # fmt: skip
    return Newcomer(relation, said)


def register(village: str, name: str, serial: int, number: str = "") -> tuple[int, int]:
    """A household of two in a village; returns its key and the head's."""
    made = register_household(
        actor="command", reason="测试", on=START, number=number, source="village",
        residence={"division_code": village, "group_number": "3", "phone": f"1990001{serial:04d}"},
        members=[
            newcomer(name, "head", date(1967, 3, 2), "male", serial * 2),
            newcomer(f"{name}嫂", "spouse", date(1970, 5, 6), "female", serial * 2 + 1),
        ],
    )  # fmt: skip
    return made.household_id, made.person_id


#: Name of the cast, role, division, and what else a post has.
CAST: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("village_officer", "village_officer", BAISHI, {}),
    ("next_village_officer", "village_officer", DAPING, {}),
    ("helper", "helper", "", {"of": ("here",)}),
    ("township_clerk", "township_clerk", QINGXI, {}),
    ("next_township_clerk", "township_clerk", LONGTAN, {}),
    ("township_lead", "township_lead", QINGXI, {}),
    ("county_officer", "county_officer", COUNTY, {}),
    ("county_approver", "county_approver", COUNTY, {}),
    ("inspector", "inspector", COUNTY, {}),
    ("line_department", "line_department", COUNTY, {"topics": ("dwelling",)}),
    ("administrator", "account_administrator", COUNTY, {}),
    ("auditor", "auditor", COUNTY, {}),
    ("expired", "township_clerk", QINGXI, {"valid_to": DAY}),
    ("coming", "township_clerk", QINGXI, {"valid_from": DAY + timedelta(days=1)}),
    ("stranger", "", "", {}),
)


def make_county() -> County:
    """Everything, within the caller's transaction. The cast has bound no phone: it is all demonstration."""
    create_register(
        actor="command", division_code=COUNTY, synthetic=True, pack="cn", working_date=DAY
    )
    load_divisions(rows=ROSTER, actor="command")
    county = County()
    for serial, (key, village, name) in enumerate(
        (("here", BAISHI, "陈桂生"), ("beside", DAPING, "舒满香"), ("far", JINGSHUI, "向春梅"))
    ):
        county.households[key], county.heads[key] = register(
            village, name, serial, f"9901-{serial}"
        )
    encoded = make_password(PASSWORD)
    for key, role, division, more in CAST:
        add_user(county, key, encoded)
        if role:
            ids = tuple(county.households[one] for one in more.get("of", ()))
            rest = {name: value for name, value in more.items() if name != "of"}
            add_post(county, key, role, division, household_ids=ids, **rest)
    add_user(county, "deputy", encoded)
    add_post(
        county, "deputy", "township_clerk", QINGXI, valid_from=DAY - timedelta(days=3),
        valid_to=DAY + timedelta(days=30), deputy_for=county.posts["township_clerk"],
    )  # fmt: skip
    return county


def add_user(county: County, key: str, encoded: str) -> User:
    """Somebody who can sign in."""
    made = User.objects.create(
        username=key, name=f"测试{key}"[:40], password=encoded, must_change_password=False,
        demonstration=True, created_at=timezone.now(),
    )  # fmt: skip
    county.users[key] = made
    return made


def add_post(
    county: County, key: str, role: str, division: str, *,
    valid_from: date = START, valid_to: date | None = None, deputy_for: Post | None = None,
    household_ids: tuple[int, ...] = (), topics: tuple[str, ...] = (),
) -> Post:  # fmt: skip
    """A post of somebody of the cast."""
    post = Post.objects.create(
        user=county.users[key], role=role, division_code=division, valid_from=valid_from,
        valid_to=valid_to, deputy_for=deputy_for, granted_by="command", topics=list(topics),
    )  # fmt: skip
    PostHousehold.objects.bulk_create(
        PostHousehold(post=post, household_id=one, valid_from=valid_from) for one in household_ids
    )
    county.posts[key] = post
    return post
