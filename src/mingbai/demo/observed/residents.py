"""Who lives in the place on the day of the lists (在册人口): one row a person, households together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mingbai.demo.afterwards import Later, later
from mingbai.demo.context import Context, valid_on
from mingbai.demo.observed.sheets import Cells
from mingbai.places.rosters import Stretch

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
WATCHED = ("watched_unstable", "watched_marginal", "watched_sudden")


@dataclass(frozen=True)
class Homes:
    """The households with members (户), in the order of villages: where, who is the head, of which lists.

    `first` is where a household's persons begin; the head stands first among them.
    """

    ids: pa.Array
    villages: Cells
    groups: Cells
    phones: Cells
    first: Ints
    sizes: Ints
    registered: Bools
    exited: Bools
    dibao: Bools
    watched: Cells  # kind, or none
    watched_on: Cells
    cleared_on: Cells

    def __len__(self) -> int:
        return len(self.sizes)

    def only(self, which: Bools) -> Homes:
        rows = np.flatnonzero(which)
        sizes = self.sizes[rows]
        return Homes(
            self.ids.take(pa.array(rows)),
            self.villages[rows],
            self.groups[rows],
            self.phones[rows],
            np.cumsum(sizes) - sizes,
            sizes,
            self.registered[rows],
            self.exited[rows],
            self.dibao[rows],
            self.watched[rows],
            self.watched_on[rows],
            self.cleared_on[rows],
        )

    @cached_property
    def national(self) -> Bools:
        """In the national system: registered, or watched."""
        return self.registered | np.array([one is not None for one in self.watched], dtype=bool)


@dataclass(frozen=True)
class Residents:
    """Everybody on the day (居民): `home` is the place of a person's household in `homes`."""

    day: date
    ids: pa.Array
    names: Cells
    sexes: Cells
    births: NDArray[np.datetime64]
    numbers: Cells
    ethnicities: Cells
    relations: Cells
    home: Ints
    homes: Homes

    def __len__(self) -> int:
        return len(self.home)

    def only(self, homes: Bools) -> Residents:
        """The people of some of the households."""
        rows = np.flatnonzero(homes[self.home])
        numbers = np.cumsum(homes) - 1
        return Residents(
            self.day,
            self.ids.take(pa.array(rows)),
            self.names[rows],
            self.sexes[rows],
            self.births[rows],
            self.numbers[rows],
            self.ethnicities[rows],
            self.relations[rows],
            numbers[self.home[rows]],
            self.homes.only(homes),
        )

    @cached_property
    def ages(self) -> Ints:
        """Full years on the day."""
        born = self.births.astype("datetime64[D]")
        months = born.astype("datetime64[M]")
        days = (born - months).astype(np.int64)
        today = np.datetime64(self.day, "D")
        month = today.astype("datetime64[M]")
        full = (month - months).astype(np.int64) - (days > (today - month).astype(np.int64))
        return full // 12

    def fact(self, table: pa.Table, column: str, key: str = "person_id") -> Cells:
        """A person's value in a table with one row each; none where there is no row."""
        return looked_up(table, key, column, self.ids)


def residents_of(context: Context) -> Residents:
    """Persons and households on the day until which the place is built."""
    day = context.until
    members = valid_on(context.tables["memberships"], day)
    households = context.tables["households"]
    at = pc.index_in(members["household_id"], value_set=households["household_id"].combine_chunks())
    heads = households["head_person_id"].take(at)
    after = _afterwards(context)
    households = _carried(households, after, day)
    village = households["village_code"].take(at)
    order = pc.sort_indices(
        pa.table(
            {
                "village": village,
                "home": members["household_id"],
                "other": pc.not_equal(members["person_id"], heads),
                "person": members["person_id"],
            }
        ),
        sort_keys=[(name, "ascending") for name in ("village", "home", "other", "person")],
    )
    members, at = members.take(order), at.take(order)
    persons = context.tables["persons"]
    ids = members["person_id"].combine_chunks()
    who = persons.take(pc.index_in(ids, value_set=persons["person_id"].combine_chunks()))
    codes = members["household_id"].combine_chunks().dictionary_encode()
    home = codes.indices.to_numpy().astype(np.int64)
    homes = _homes(context, households, at, home, codes.dictionary, day, after)
    return Residents(
        day,
        ids,
        objects(who["name"]),
        objects(who["sex"]),
        who["birth_date"].to_numpy().astype("datetime64[D]"),
        objects(who["id_number"]),
        objects(who["ethnicity"]),
        objects(members["relation"]),
        home,
        homes,
    )


def _afterwards(context: Context) -> Later:
    """What the villages of the report's day became later."""
    stretches = [Stretch(**row) for row in context.tables["divisions"].to_pylist()]
    return later(stretches, context.tables["groups"].to_pylist())


def _carried(households: pa.Table, after: Later, day: date) -> pa.Table:
    """Households with the code their village has on the day."""
    codes = pc.unique(households["village_code"].combine_chunks())
    renamed = pa.array([after.code_on(one, day) for one in codes.to_pylist()])
    at = pc.index_in(households["village_code"], value_set=codes)
    place = households.column_names.index("village_code")
    return households.set_column(place, "village_code", renamed.take(at.combine_chunks()))


def _homes(
    context: Context, households: pa.Table, at: pa.Array, home: Ints, ids: pa.Array, day: date,
    after: Later,
) -> Homes:  # fmt: skip
    first = np.flatnonzero(np.diff(home, prepend=-1))
    rows = households.take(pa.chunked_array([at]).combine_chunks().take(pa.array(first)))
    groups = context.tables["groups"]
    named = looked_up(groups, "group_id", "name", rows["group_id"].combine_chunks())
    newer = after.names_on(day)
    ids_of_groups = rows["group_id"].to_pylist()
    named[:] = [newer.get(one, name) for one, name in zip(ids_of_groups, named, strict=True)]
    kinds = {
        kind: with_status(context, "household", kind, day, ids)
        for kind in ("registered", "exited", "dibao")
    }
    watched, since, cleared = _watches(context, day, ids)
    return Homes(
        ids,
        objects(rows["village_code"]),
        named,
        objects(rows["phone"]),
        first,
        np.diff(np.append(first, len(home))),
        kinds["registered"],
        kinds["exited"],
        kinds["dibao"],
        watched,
        since,
        cleared,
    )


def _watches(context: Context, day: date, ids: pa.Array) -> tuple[Cells, Cells, Cells]:
    """Kind of watch, since when, and when the risk was cleared; of those watched now or cleared since."""
    every = context.tables["statuses"]
    kept = pc.is_in(every["kind"], value_set=pa.array(WATCHED))
    begun = pc.less_equal(every["from_date"], pa.scalar(day, pa.date32()))
    rows = every.filter(pc.and_(kept, begun)).sort_by([("from_date", "descending")])
    over = episodes(context, "household", "cleared", day)
    cleared = looked_up(over, "subject_id", "from_date", ids)
    ends = looked_up(rows, "subject_id", "to_date", ids)
    kinds, since = (looked_up(rows, "subject_id", name, ids) for name in ("kind", "from_date"))
    now = np.array([end is None or end > day for end in ends], dtype=bool)
    done = np.array([one is not None for one in cleared], dtype=bool) & ~now
    kinds[~(now | done)] = since[~(now | done)] = None
    cleared[~done] = None
    words = [one and one.removeprefix("watched_") for one in kinds]
    kinds[:] = words
    return kinds, since, cleared


def with_status(context: Context, subject: str, kind: str, day: date, ids: pa.Array) -> Bools:
    """Which of the ids are in a status on the day."""
    rows = episodes(context, subject, kind, day)
    found = pc.is_in(ids, value_set=rows["subject_id"].combine_chunks())
    return np.asarray(found.to_numpy(zero_copy_only=False))


def episodes(context: Context, subject: str, kind: str, day: date) -> pa.Table:
    """The statuses of a kind that hold on the day."""
    every = context.tables["statuses"]
    kept = pc.and_(pc.equal(every["subject"], subject), pc.equal(every["kind"], kind))
    return valid_on(every.filter(kept), day)


def looked_up(table: pa.Table, key: str, column: str, ids: pa.Array) -> Cells:
    """For each id the value of the first row with it."""
    keys = table[key].combine_chunks()
    return objects(table[column].take(pc.index_in(ids, value_set=keys)))


def objects(values: pa.Array | pa.ChunkedArray) -> Cells:
    """A column as Python values, none where it is empty; equal values are one object in memory."""
    if not len(values):
        return np.empty(0, dtype=object)
    encoded = values.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
        encoded = encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
    words = np.empty(len(encoded.dictionary) + 1, dtype=object)
    words[:-1] = encoded.dictionary.to_pylist()
    return words[encoded.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)]


def yearly(table: pa.Table, year: int) -> pa.Table:
    """The rows of one year."""
    return table.filter(pc.equal(table["year"], year))


def latest_year(table: pa.Table, day: date) -> int:
    """The last year that is over on the day, or the last there is before it."""
    years = sorted(set(pc.unique(table["year"]).to_pylist()))
    whole = day.year if (day.month, day.day) == (12, 31) else day.year - 1
    past = [year for year in years if year <= whole]
    return int(past[-1]) if past else whole
