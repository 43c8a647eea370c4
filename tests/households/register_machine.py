"""Everybody who writes into a register, in any order, for any day: the machine that hypothesis drives."""

from collections import Counter
from datetime import date

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from mingbai.accounts.scopes import EVERYTHING
from mingbai.audit.models import Batch
from mingbai.common.errors import RegisterError
from mingbai.households import actions
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Dwelling, Membership, Status
from mingbai.households.queries import Standing, adjustment_ledger, counts_on, list_households
from tests.households.making import BY, somebody
from tests.households.register_model import DAYS, Model

VILLAGES = [f"61092110200{at}" for at in range(1, 5)]
ON = st.integers(0, len(DAYS) - 1)
PICK = st.integers(0, 1_000)
OLD = date(1950, 1, 1)
accepted = Counter()


class Register(RuleBasedStateMachine):
    """Two people at two desks who make every kind of entry."""

    def __init__(self):
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.model = Model()
        self.known = []  # (instant, model as it was)

    def teardown(self):
        try:
            self.every_day()
            self.as_it_was_known()
        finally:
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    # Recording

    def act(self, name, steps, **arguments):
        """Ask the register; tell the model what was accepted."""
        try:
            with transaction.atomic():
                done = getattr(actions, name)(**BY, **arguments)
        except RegisterError as refused:
            accepted[f"{name}: {refused.code}"] += 1
            return None
        if (batch := done.batch_id) is None:
            return done  # everything stood already
        accepted[name] += 1
        self.model.add(batch, steps(done))
        self.known.append((Batch.objects.get(pk=batch).recorded_at, self.model.copy()))
        return done

    def a_household(self, on, pick):
        homes = sorted(self.model.days[on].alive)
        return homes[pick % len(homes)] if homes else None

    def members(self, home, on):
        return [person for one, person, _ in self.model.members_on(on) if one == home]

    def head(self, home, on):
        return next(
            p for one, p, relation in self.model.members_on(on) if (one, relation) == (home, "head")
        )

    def after_going(self, home, going, on, follower):
        """What becomes of a household that members leave: it ends, or somebody follows the head."""
        left = [person for person in self.members(home, on) if person not in going]
        if not left:
            return None, [("end", home, on)]
        if self.head(home, on) not in going:
            return None, []
        new = left[follower % len(left)]
        others = [("relate", one, home, "other", on) for one in left if one != new]
        return new, [*others, ("relate", new, home, "head", on)]

    def everybody_other(self, home, on):
        return dict.fromkeys(self.members(home, on), "other")

    @initialize(sizes=st.tuples(*[st.integers(2, 4)] * 3))
    def begin(self, sizes):
        for village, size in enumerate(sizes):
            self.found(0, size, village % 2)
        self.open_status(2, 0, "registered")
        self.open_status(3, 1, "registered")

    @rule(on=ON, size=st.integers(1, 3), village=st.integers(0, 3))
    def found(self, on, size, village):
        people = [
            somebody("head", birth=OLD),
            *(somebody("other", birth=OLD) for _ in range(size - 1)),
        ]
        code = VILLAGES[village]

        def steps(done):
            first, *rest = done.persons
            joins = [("join", one, done.household_id, "other", on) for one in rest]
            return [
                ("found", done.household_id, on, code),
                ("join", first, done.household_id, "head", on),
                *joins,
            ]

        self.act(
            "register_household",
            steps,
            on=DAYS[on],
            residence={"division_code": code},
            members=people,
        )

    @rule(on=ON, pick=PICK)
    def bear(self, on, pick):
        if (home := self.a_household(on, pick)) is None:
            return
        self.act("record_birth", lambda done: [("join", done.person_id, home, "other", on)], on=DAYS[on],
                 household_id=home, child=somebody("other", birth=None))  # fmt: skip

    @rule(on=ON, pick=PICK, who=PICK, follower=PICK)
    def die(self, on, pick, who, follower):
        home = self.a_household(on, pick)
        if home is None or not (people := self.members(home, on)):
            return
        person = people[who % len(people)]
        new, then = self.after_going(home, [person], on, follower)
        self.act("record_death", lambda done: [("die", person, on), *then], on=DAYS[on], person_id=person,
                 new_head_id=new, relations=self.everybody_other(home, on))  # fmt: skip

    @rule(
        on=ON,
        pick=PICK,
        other=PICK,
        who=PICK,
        follower=PICK,
        name=st.sampled_from(["record_marriage", "divorce"]),
    )
    def cross(self, on, pick, other, who, follower, name):
        home, into = self.a_household(on, pick), self.a_household(on, other)
        if home is None or home == into or not (people := self.members(home, on)):
            return
        person = people[who % len(people)]
        new, then = self.after_going(home, [person], on, follower)
        self.act(name, lambda done: [("go", person, home, on, into, "other"), *then], on=DAYS[on],
                 person_id=person, household_id=into, relation="other", new_head_id=new,
                 relations=self.everybody_other(home, on))  # fmt: skip

    @rule(on=ON, pick=PICK, count=st.integers(1, 2), follower=PICK, carry=st.booleans())
    def split(self, on, pick, count, follower, carry):
        home = self.a_household(on, pick)
        if home is None or len(people := self.members(home, on)) <= count:
            return
        going = people[follower % 2 :][:count]
        head = going[0]
        kinds = sorted(self.model.days[on].kinds.get(home, ())) if carry else []
        new, then = self.after_going(home, going, on, follower)

        def steps(done):
            made, village = done.household_id, self.model.place(home, on)
            gone = [
                ("go", one, home, on, made, "head" if one == head else "other") for one in going
            ]
            return [
                ("found", made, on, village),
                *gone,
                *then,
                *(("open", made, kind, on) for kind in kinds),
            ]

        self.act("split_household", steps, on=DAYS[on], household_id=home, person_ids=going, head_id=head,
                 statuses=[StatusKind(kind) for kind in kinds], new_head_id=new,
                 relations=self.everybody_other(home, on))  # fmt: skip

    @rule(on=ON, pick=PICK, other=PICK, keep=st.booleans())
    def merge(self, on, pick, other, keep):
        home, absorbed = self.a_household(on, pick), self.a_household(on, other)
        if home is None or home == absorbed:
            return
        coming = self.members(absorbed, on)
        rows = Status.objects.recorded().on(DAYS[on]).filter(subject_id__in=[home, absorbed])
        mine, theirs = (
            set(rows.filter(subject_id=one).values_list("kind", flat=True))
            for one in (home, absorbed)
        )
        wanted = list(
            rows.filter(subject_id=absorbed if keep else home).values_list("pk", flat=True)
        )
        lost = [("close", home, kind, on) for kind in mine] if keep else []
        won = [("open", home, kind, on) for kind in sorted(theirs)] if keep else []

        def steps(done):
            gone = [("go", one, absorbed, on, home, "other") for one in coming]
            return [*lost, *gone, ("end", absorbed, on), *(("raw_open", *one[1:]) for one in won)]

        self.act("merge_households", steps, on=DAYS[on], household_id=home, absorbed_id=absorbed,
                 relations=dict.fromkeys(coming, "other"), keep=wanted)  # fmt: skip

    @rule(on=ON, pick=PICK, who=PICK, follower=PICK)
    def leave(self, on, pick, who, follower):
        home = self.a_household(on, pick)
        if home is None or not (people := self.members(home, on)):
            return
        going = people[who % len(people) :][:2]
        new, then = self.after_going(home, going, on, follower)
        self.act("leave", lambda done: [*(("go", one, home, on) for one in going), *then], on=DAYS[on],
                 household_id=home, person_ids=going, new_head_id=new,
                 relations=self.everybody_other(home, on))  # fmt: skip

    @rule(on=ON, pick=PICK, who=PICK)
    def follow(self, on, pick, who):
        home = self.a_household(on, pick)
        if home is None or not (people := self.members(home, on)):
            return
        new = people[who % len(people)]
        others = [("relate", one, home, "other", on) for one in people if one != new]
        self.act("take_over_headship", lambda done: [*others, ("relate", new, home, "head", on)], on=DAYS[on],
                 household_id=home, person_id=new, relations=self.everybody_other(home, on))  # fmt: skip

    @rule(on=ON, pick=PICK, village=st.integers(0, 3))
    def move(self, on, pick, village):
        if (home := self.a_household(on, pick)) is None:
            return
        self.act("move_household", lambda done: [("place", home, VILLAGES[village], on)], on=DAYS[on],
                 household_id=home, residence={"division_code": VILLAGES[village]})  # fmt: skip

    @rule(
        on=ON,
        pick=PICK,
        kind=st.sampled_from(["registered", "exited", "returned", "removed", "dibao"]),
    )
    def open_status(self, on, pick, kind):
        if (home := self.a_household(on, pick)) is None:
            return
        self.act("open_status", lambda done: [("open", home, kind, on)], on=DAYS[on],
                 subject=Subject.HOUSEHOLD, subject_id=home, kind=StatusKind(kind))  # fmt: skip

    @rule(on=ON, pick=PICK)
    def close_status(self, on, pick):
        if (home := self.a_household(on, pick)) is None:
            return
        self.act("close_status", lambda done: [("close", home, "dibao", on)], on=DAYS[on],
                 subject=Subject.HOUSEHOLD, subject_id=home, kind=StatusKind.DIBAO)  # fmt: skip

    @rule(on=ON, pick=PICK, area=st.integers(50, 53))
    def build(self, on, pick, area):
        home = self.a_household(on, pick)
        if home is None or self.model.area(home, on) == area:
            return
        self.act("record_facts", lambda done: [("area", home, area, on)], on=DAYS[on], topic="dwelling",
                 subject_id=home, values={"area": area})  # fmt: skip

    @rule(on=ON, pick=PICK, area=st.integers(54, 57))
    def mend(self, on, pick, area):
        home = self.a_household(on, pick)
        if home is None or self.model.area(home, on) in (None, area):
            return
        self.act("correct_facts", lambda done: [("mend", home, area, on)], on=DAYS[on], topic="dwelling",
                 subject_id=home, values={"area": area})  # fmt: skip

    @rule(on=ON, old=st.integers(0, 3))
    def recode(self, on, old):
        codes = {VILLAGES[old]: f"61092110300{old}"}
        if VILLAGES[old] not in self.model.counts_on(on):
            return
        batch = actions.recode_residences(**BY, on=DAYS[on], codes=codes)
        accepted["recode_residences"] += 1
        self.model.add(batch.pk, [("recode", VILLAGES[old], codes[VILLAGES[old]], on)])
        self.known.append((batch.recorded_at, self.model.copy()))

    @precondition(lambda self: self.model.log)
    @rule(pick=PICK)
    def undo(self, pick):
        batch = self.model.log[-1 - pick % min(4, len(self.model.log))][0]
        try:
            with transaction.atomic():
                back = actions.undo_action(**BY, batch_id=batch)
        except RegisterError as refused:
            accepted[f"undo_action: {refused.code}"] += 1
            return
        accepted["undo_action"] += 1
        self.model.drop(batch)
        self.known.append((Batch.objects.get(pk=back.pk).recorded_at, self.model.copy()))

    # Comparing

    @invariant()
    def nothing_is_wrong(self):
        assert list(self.model.wrong()) == []

    @invariant()
    def members_agree(self):
        assert _members() == [self.model.members_on(on) for on in range(len(DAYS))]

    def every_day(self):
        for on, day in enumerate(DAYS):
            assert _counts(day, Standing.ALL) == self.model.counts_on(on)
            assert _counts(day, Standing.REGISTERED) == self.model.counts_on(on, "registered")
            assert _counts(day, Standing.POOR) == self.model.counts_on(on, "registered", "exited")
            listed = {
                row.household_id: row.members
                for row in list_households(day, scope=EVERYTHING, limit=200).rows
            }
            assert set(listed) == self.model.days[on].alive
        assert _kinds() == [
            {(home, kind) for home, kinds in day.kinds.items() for kind in kinds}
            for day in self.model.days
        ]
        assert _areas() == [
            {home: area for home in day.alive if (area := self.model.area(home, on)) is not None}
            for on, day in enumerate(self.model.days)
        ]
        for standing in (Standing.REGISTERED, Standing.POOR):
            assert adjustment_ledger(DAYS[3], DAYS[-2], standing=standing).adds_up

    def as_it_was_known(self):
        for instant, then in self.known:
            assert _members(instant) == [then.members_on(on) for on in range(len(DAYS))]
        for instant, then in self.known[:: max(1, len(self.known) // 3)]:
            day = DAYS[len(self.known) % len(DAYS)]
            assert _counts(day, Standing.REGISTERED, instant) == then.counts_on(
                DAYS.index(day), "registered"
            )


def _spread(rows):
    found = [[] for _ in DAYS]
    for starts, ends, *values in rows:
        for on, day in enumerate(DAYS):
            if starts <= day and (ends is None or day < ends):
                found[on].append(tuple(values))
    return found


def _members(known_at=None):
    rows = Membership.objects.recorded(known_at)
    columns = ("valid_from", "valid_to", "household_id", "person_id", "relation")
    return [sorted(day) for day in _spread(rows.values_list(*columns))]


def _areas():
    rows = Dwelling.objects.recorded().values_list("valid_from", "valid_to", "household_id", "area")
    return [dict(day) for day in _spread(rows)]


def _kinds():
    rows = Status.objects.recorded().values_list("valid_from", "valid_to", "subject_id", "kind")
    return [set(day) for day in _spread(rows)]


def _counts(day, standing, known_at=None):
    rows = counts_on(day, standing=standing, known_at=known_at)
    return {one.code: (one.households, one.persons) for one in rows}
