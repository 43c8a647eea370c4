"""Random re-codes, merges, splits and moves: the filter equals a model that follows villages, not codes.

The model knows every life of a village as a node and what it became as edges; it never looks at codes to
follow one. Codes are few and are given out again, so that a code means different villages at different times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingbai.accounts.models import Post, User
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import scope_of
from mingbai.places import actions
from mingbai.places.models import Division
from tests.places.trees import row

pytestmark = pytest.mark.database
FIRST = date(2020, 1, 1)
TOWNSHIPS = ("990101100", "990101101", "990101102", "990101103")  # two are in use, two are spare
NUMBERS = ("201", "202", "203")
VILLAGES = tuple(town + number for town in TOWNSHIPS for number in NUMBERS)


@dataclass(eq=False)
class Life:
    """A village or township while it bears one code."""

    code: str
    start: date
    end: date | None = None
    became: list[Life] = field(default_factory=list)

    def lives(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def heirs(self, day: date) -> set[Life]:
        """What it is on a day on which it lives or is over."""
        if self.lives(day):
            return {self}
        return {heir for one in self.became for heir in one.heirs(day)}


class World:
    """The model and, through the actions, the database."""

    def __init__(self) -> None:
        used = [*TOWNSHIPS[:2], *(town + one for town in TOWNSHIPS[:2] for one in NUMBERS[:2])]
        self.lives = [Life(code, FIRST) for code in used]
        rows = [row("990101", "甲县", "county", FIRST)]
        rows += [row(one, one, "township" if len(one) == 9 else "village", FIRST) for one in used]
        actions.load_divisions(actor="command", rows=rows)

    def at(self, code: str, day: date) -> Life | None:
        return next((one for one in self.lives if one.code == code and one.lives(day)), None)

    def codes(self, day: date, digits: int) -> list[str]:
        return sorted(one.code for one in self.lives if one.lives(day) and len(one.code) == digits)

    def free(self, day: date) -> list[str]:
        towns, used = self.codes(day, 9), self.codes(day, 12)
        return [one for one in VILLAGES if one[:9] in towns and one not in used]

    def turn(self, olds: list[str], news: list[str], day: date) -> None:
        before = [self.at(one, day) for one in olds]
        fresh = [Life(one, day) for one in news]
        for one in before:
            one.end, one.became = day, fresh
        self.lives += fresh

    def change(self, data: st.DataObject, day: date) -> None:
        """One random change on the day; nothing where no code is free."""
        kind = data.draw(st.sampled_from(["recode", "merge", "split", "township"]))
        villages, free = self.codes(day, 12), self.free(day)
        say = {"actor": "command", "day": day, "reason": "随机"}
        if kind == "township":
            spare = [one for one in TOWNSHIPS if one not in self.codes(day, 9)]
            old, new = (
                data.draw(st.sampled_from(self.codes(day, 9))),
                data.draw(st.sampled_from(spare)),
            )
            actions.recode(code=old, new_code=new, **say)
            for one in [old, *(code for code in villages if code.startswith(old))]:
                self.turn([one], [new + one[9:]], day)
        elif kind == "merge" and len(villages) > 1:
            olds = sorted(data.draw(st.permutations(villages))[:2])
            into = data.draw(st.sampled_from([*olds, *free]))
            actions.merge(codes=olds, into_code=into, into_name=into, **say)
            self.turn(olds, [into], day)
        elif kind == "split" and free:
            old = data.draw(st.sampled_from(villages))
            news = sorted(data.draw(st.permutations([old, *free]))[:2])
            if len(news) == 2:
                actions.split(code=old, parts=[(one, one) for one in news], **say)
                self.turn([old], news, day)
        elif kind == "recode" and free:
            old, new = data.draw(st.sampled_from(villages)), data.draw(st.sampled_from(free))
            actions.recode(code=old, new_code=new, **say)
            self.turn([old], [new], day)

    def held(self, post: Post, day: date) -> set[str]:
        """Villages of a post on a day."""
        code = (
            post.division_code.rstrip("0") if post.role == "township_clerk" else post.division_code
        )
        code = code.ljust(9, "0") if post.role == "township_clerk" else code
        heirs = self.at(code, post.valid_from).heirs(day)
        return {
            one for one in self.codes(day, 12) if any(one.startswith(heir.code) for heir in heirs)
        }

    def readable(self, posts: list[Post], day: date) -> set[str]:
        """Codes, of today and gone, that the posts together read on a day."""
        today = {one for post in posts if post.stands_on(day) for one in self.held(post, day)}
        found = set(today)
        for code in VILLAGES:
            past = [one for one in self.lives if one.code == code and one.start <= day]
            if past and not any(one.lives(day) for one in past):
                last = max(past, key=lambda one: one.end)
                if {heir.code for heir in last.heirs(day)} <= today:
                    found.add(code)
        return found


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_scope_equals_the_model(data: st.DataObject) -> None:
    with transaction.atomic():
        world = World()
        days = [
            FIRST + timedelta(days=10 * (turn + 1)) for turn in range(data.draw(st.integers(0, 6)))
        ]
        for day in days:
            world.change(data, day)
        clerk = User.objects.create(username="clerk", created_at=datetime(2020, 1, 1, tzinfo=UTC))
        moments = st.sampled_from([FIRST, FIRST + timedelta(days=5), *days])
        posts = []
        for _ in range(data.draw(st.integers(1, 2))):
            start = data.draw(moments)
            role = data.draw(st.sampled_from(["village_officer", "township_clerk"]))
            code = data.draw(
                st.sampled_from(world.codes(start, 12 if role == "village_officer" else 9))
            )
            end = data.draw(
                st.none()
                | st.integers(0, 50).map(lambda more, start=start: start + timedelta(more))
            )
            place = {"role": role, "division_code": code.ljust(12, "0"), "granted_by": "command"}
            posts.append(Post.objects.create(user=clerk, valid_from=start, valid_to=end, **place))
        today = data.draw(moments | st.just(FIRST + timedelta(days=100)))
        scope = scope_of(clerk, Permission.HOUSEHOLDS_READ, today)
        known = {one.code for one in world.lives if len(one.code) == 12 and one.start <= today}
        expected = world.readable(posts, today)
        assert {one for one in known if scope.covers(one)} == expected
        rows = (
            Division.objects.recorded().on(today).filter(scope.divisions("code"), level="village")
        )
        assert set(rows.values_list("code", flat=True)) == expected & set(world.codes(today, 12))
        transaction.set_rollback(True)
