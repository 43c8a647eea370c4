"""A register in memory, as simple as can be: one cell a day, rebuilt from the log of what was accepted.

The state machine compares every dated count with it. It knows nothing of rows, batches or splitting.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date

DAYS = [date(2015 + month // 12, month % 12 + 1, 1) for month in range(30)]
ENDS = {
    "registered": {"removed"},
    "exited": {"returned"},
    "returned": {"exited"},
    "removed": {"registered", "exited", "returned"},
    "dibao": set(),
}


@dataclass
class Day:
    """One day of the register."""

    alive: set = field(default_factory=set)
    where: dict = field(default_factory=dict)  # person → (household, relation)
    kinds: dict = field(default_factory=dict)  # household → status → which decision said so

    def members(self):
        return sorted((home, person, relation) for person, (home, relation) in self.where.items())


@dataclass
class Model:
    """The log, and what follows from it."""

    log: list = field(default_factory=list)  # (batch, steps)
    days: list = field(default_factory=lambda: [Day() for _ in DAYS])
    places: dict = field(default_factory=dict)  # household → {day: village}
    areas: dict = field(default_factory=dict)  # household → {day: area}
    starts: dict = field(default_factory=dict)

    def add(self, batch, steps):
        self.log.append((batch, steps))
        self._apply(steps)

    def drop(self, batch):
        """As if it had never been."""
        log = [(key, steps) for key, steps in self.log if key != batch]
        self.__init__(log=log)
        for _, steps in log:
            self._apply(steps)

    def copy(self):
        return deepcopy(self)

    def _apply(self, steps):
        for name, *values in steps:
            getattr(self, f"_{name}")(*values)

    def from_(self, on):
        return self.days[on:]

    def _found(self, home, on, village):
        for day in self.from_(on):
            day.alive.add(home)
        self.places[home] = {on: village}

    def _end(self, home, on):
        for day in self.from_(on):
            day.alive.discard(home)
            day.kinds.pop(home, None)

    def _join(self, person, home, relation, on):
        for day in self.from_(on):
            day.where[person] = (home, relation)

    def _go(self, person, old, on, home=None, relation=None):
        """Out of a household and into another, as long as the old stay would have lasted."""
        for day in self.from_(on):
            if day.where.get(person, (None,))[0] != old:
                return
            if home is None:
                del day.where[person]
            else:
                day.where[person] = (home, relation)

    def _die(self, person, on):
        for day in self.from_(on):
            day.where.pop(person, None)

    def _relate(self, person, home, relation, on):
        """Until the next change of what she is to the head."""
        before = self.days[on].where.get(person)
        for day in self.from_(on):
            if day.where.get(person) != before or before[0] != home:
                return
            day.where[person] = (home, relation)

    def _open(self, home, kind, on):
        ended = ENDS[kind] & set(self.days[on].kinds.get(home, {}))
        for old in ended:
            self._close(home, old, on)
        self._raw_open(home, kind, on)

    def _raw_open(self, home, kind, on):
        """Until a later decision takes its place; carried over by a merge nothing else ends."""
        decision, before = object(), set(self.days[on].kinds.get(home, {}).values())
        for day in self.from_(on):
            kinds = day.kinds.setdefault(home, {})
            begun = [one for one, said_by in kinds.items() if said_by not in before]
            if home not in day.alive or any(kind in ENDS[one] for one in begun):
                return
            kinds[kind] = decision

    def _close(self, home, kind, on):
        decision = self.days[on].kinds.get(home, {}).get(kind)
        for day in self.from_(on):
            if day.kinds.get(home, {}).get(kind) is not decision or decision is None:
                return
            del day.kinds[home][kind]

    def _place(self, home, village, on):
        if self.place(home, on) != village:
            self.places[home][on] = village

    def _recode(self, old, new, on):
        for home, words in self.places.items():
            later = [on, *(day for day in words if day > on)] if self.place(home, on) else []
            for day in later or [day for day in words if day > on]:
                if self.days[day].alive >= {home} and said(words, day) == old:
                    words[day] = new

    def _area(self, home, area, on):
        if self.area(home, on) != area:
            self.areas.setdefault(home, {})[on] = area

    def _mend(self, home, area, on):
        words = self.areas[home]
        words[max(day for day in words if day <= on)] = area

    def place(self, home, on):
        return said(self.places.get(home, {}), on) if home in self.days[on].alive else None

    def area(self, home, on):
        return said(self.areas.get(home, {}), on) if home in self.days[on].alive else None

    # What is compared

    def members_on(self, on):
        return self.days[on].members()

    def counts_on(self, on, kind=None, without=None):
        """Village → (households, persons)."""
        found = {}
        for home in self.days[on].alive:
            kinds = self.days[on].kinds.get(home, {})
            if (kind is None or kind in kinds) and not (without and without in kinds):
                persons = sum(one == home for one, _ in self.days[on].where.values())
                homes, people = found.get(self.place(home, on), (0, 0))
                found[self.place(home, on)] = (homes + 1, people + persons)
        return found

    def wrong(self):
        """What a register may never show."""
        for at, day in enumerate(self.days):
            heads = {}
            for home, relation in day.where.values():
                heads.setdefault(home, []).append(relation == "head")
            yield from ((at, home) for home, flags in heads.items() if sum(flags) != 1)
            yield from ((at, home) for home in heads if home not in day.alive)


def said(words, on):
    told = [day for day in words if day <= on]
    return words[max(told)] if told else None
