"""Households, persons and memberships into the register (户、人、成员的装载), with what search looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mingbai.demo.errors import PlaceError
from mingbai.demo.loading_frame import Loading, Past, group_of, stretches
from mingbai.households.enums import HouseholdEnd, MembershipReason, StatusKind
from mingbai.households.indexing import COLUMNS, HEAD, Entry
from mingbai.households.loading import (
    Closed,
    Ids,
    Same,
    close_documents,
    close_phones,
    plain_values,
)
from mingbai.households.models import (
    Household,
    HouseholdLife,
    Identity,
    Membership,
    Person,
    Residence,
    SearchEntry,
    Status,
)
from mingbai.places.codes import pad

Ints = NDArray[np.int64]

SYNTHETIC = "99"  # no province has it; a synthetic register holds no other documents
ENDS = {"extinct": HouseholdEnd.DIED_OUT.value}
REASONS = {
    "initial": MembershipReason.INITIAL.value,
    "birth": MembershipReason.BIRTH.value,
    "marriage": MembershipReason.MARRIAGE.value,
    "married_out": MembershipReason.MARRIAGE.value,
    "moved_out": MembershipReason.MOVE.value,
    "death": MembershipReason.DEATH.value,
    "new_head": MembershipReason.HEADSHIP.value,
}
POLICE, VILLAGE = "department:公安", "village"


@dataclass(frozen=True)
class Homes:
    """Where the households live (住处), in the order of `Loading.homes`."""

    numbers: list[str]
    villages: list[str]  # today's code of twelve digits
    phones: Closed


def load(loading: Loading, before: Past) -> None:
    """Everybody and every household with their whole history, and the entries of search."""
    homes = _households(loading, before)
    persons = _persons(loading)
    members = _memberships(loading)
    _statuses(loading)
    documents = _identities(loading, persons)
    _entries(loading, homes, persons, members, documents)


def words(values: pa.ChunkedArray, known: Mapping[str, str]) -> list[str]:
    """Codes of the files as those of the register; blank where there is none."""
    return [known.get(one, "") if one is not None else "" for one in plain_values(values)]


def _households(loading: Loading, before: Past) -> Homes:
    table = loading.table("households")
    loading.homes = Ids.reserved(Household, table["household_id"])
    keys, count = loading.homes.keys, len(table)
    loading.put(Household, {"id": keys, "number": table["household_id"]}, count)
    ends = _known(loading, table, "households", "household_id", "end_reason", ENDS)
    loading.put(HouseholdLife, {
        "household_id": keys, "valid_from": table["from_date"], "valid_to": table["to_date"],
        "ended_because": words(ends["end_reason"], ENDS),
    }, count)  # fmt: skip
    phones = close_phones(table["phone"].to_pylist(), loading.using, "residence.phone")
    villages = plain_values(table["village_code"])
    _residences(loading, table, villages, phones, before)
    today = [pad(loading.later.code_on(one, loading.until)) for one in villages]
    return Homes(table["household_id"].to_pylist(), today, phones)


def _known(
    loading: Loading, table: pa.Table, name: str, key: str, column: str, words_: Mapping[str, str]
) -> pa.Table:
    """The table; a code that the register does not know is listed, and the row stays without it."""
    known = pc.or_(
        pc.is_null(table[column]), pc.is_in(table[column], value_set=pa.array(list(words_)))
    )
    loading.fit(table, name, key, known, f"{column} 的代码登记库没有 / unknown code of {column}")
    return table


def _residences(
    loading: Loading, table: pa.Table, villages: Sequence[str], phones: Closed, before: Past
) -> None:
    """Where each household lived, under the code of the time."""
    parts = loading.table("groups").select(["group_id", "formerly"]).to_pylist()
    formerly = {one["group_id"]: one["formerly"] for one in parts}
    ids, width = table["group_id"].to_pylist(), len(villages[0]) if villages else 0
    origins = [formerly.get(one) for one in ids]
    at, codes, since, until, groups = [], [], [], [], []
    new = {code for code, _ in loading.later.steps.values()}
    starts, ends = table["from_date"].to_pylist(), table["to_date"].to_pylist()
    for place, (village, start, end) in enumerate(zip(villages, starts, ends, strict=True)):
        known = before.of(village, origins[place])
        number = ids[place][width:]
        if village not in known and village not in loading.later.steps:
            at.append(place)
            groups.append(number)
            codes.append(pad(village))
            since.append(start)
            until.append(end)
            continue
        for code, begun, over in loading.later.follow(stretches(village, start, end, known)):
            at.append(place)
            own = group_of(origins[place])
            if code in new:
                groups.append(loading.later.numbers.get(ids[place], number))
            else:
                groups.append(own[1] if own and code == own[0] else number)
            codes.append(pad(code))
            since.append(begun)
            until.append(over)
    rows = pa.array(at)
    assert loading.homes is not None
    loading.put(Residence, {
        "household_id": loading.homes.keys.take(rows), "division_code": codes,
        "valid_from": pa.array(since, pa.date32()), "valid_to": pa.array(until, pa.date32()),
        "group_number": groups, "phone": [phones.stored[one] for one in at],
        **{name: [column[one] for one in at] for name, column in phones.digests.items()},
        "source": Same(VILLAGE), "changed": Same(""),
    }, len(at))  # fmt: skip


def _persons(loading: Loading) -> pa.Table:
    table = loading.table("persons")
    foreign = pc.invert(pc.fill_null(pc.starts_with(table["id_number"], pattern=SYNTHETIC), True))
    if pc.any(foreign, min_count=0).as_py():
        raise PlaceError(
            f"persons 表里有不以 {SYNTHETIC} 开头的证件号码；合成库不收真实号码，没有装入任何内容",
            f"persons holds ID numbers outside the prefix {SYNTHETIC}; a synthetic register takes no real "
            "ones, nothing was loaded",
        )
    loading.people = Ids.reserved(Person, table["person_id"])
    columns = {"id": loading.people.keys, "number": table["person_id"]}
    loading.put(Person, columns, len(table))
    return table


def _memberships(loading: Loading) -> pa.Table:
    """All memberships; returns person, household, relation and end, with the keys in the database."""
    table = loading.table("memberships")
    for column in ("reason_in", "reason_out"):
        _known(loading, table, "memberships", "person_id", column, REASONS)
    table, people = loading.about(table, "memberships", "person_id")
    assert loading.homes is not None
    homes = loading.homes.of(table["household_id"])
    kept = pc.is_valid(homes)
    table = loading.fit(
        table, "memberships", "household_id", kept, "户不在名单里 / not a known household"
    )
    people, homes = people.filter(kept), homes.drop_null()
    loading.put(Membership, {
        "person_id": people, "household_id": homes, "relation": table["relation"],
        "valid_from": table["from_date"], "valid_to": table["to_date"],
        "reason_in": words(table["reason_in"], REASONS), "reason_out": words(table["reason_out"], REASONS),
    }, len(table))  # fmt: skip
    return pa.table({
        "person": people, "home": homes, "relation": table["relation"], "since": table["from_date"],
        "until": table["to_date"],
    })  # fmt: skip


def _statuses(loading: Loading) -> None:
    table = loading.table("statuses")
    known = pc.is_in(table["kind"], value_set=pa.array([one.value for one in StatusKind]))
    table = loading.fit(table, "statuses", "subject_id", known, "没有这种身份 / no such kind")
    for subject, ids in (("household", loading.homes), ("person", loading.people)):
        assert ids is not None
        rows = table.filter(pc.equal(table["subject"], subject))
        keys = ids.of(rows["subject_id"])
        there = pc.is_valid(keys)
        rows = loading.fit(
            rows, "statuses", "subject_id", there, "户或人不在名单里 / not a known subject"
        )
        loading.put(Status, {
            "subject": Same(subject), "subject_id": keys.drop_null(), "kind": rows["kind"],
            "valid_from": rows["from_date"], "valid_to": rows["to_date"],
            "cause": pc.fill_null(rows["reason"], ""), "reason": Same(""), "case": Same(""),
        }, len(rows))  # fmt: skip


def _identities(loading: Loading, table: pa.Table) -> Closed:
    """Who everybody is, from birth on; from the day of the death a second record says so."""
    closed = close_documents(table["id_number"].to_pylist(), loading.using)
    gone = pc.is_valid(table["died_on"])
    dead = pa.array(np.flatnonzero(gone.to_numpy()))
    every = pa.array(np.arange(len(table)))
    none = pa.nulls(len(table), pa.date32())
    _identity(loading, table, closed, every, table["birth_date"], table["died_on"], none)
    died = table["died_on"].take(dead)
    _identity(loading, table, closed, dead, died, pa.nulls(len(dead), pa.date32()), died)
    return closed


def _identity(
    loading: Loading,
    table: pa.Table,
    closed: Closed,
    rows: pa.Array,
    since: Any,
    until: Any,
    died: Any,
) -> None:
    assert loading.people is not None
    taken, at = table.take(rows), rows.to_pylist()
    whole = len(rows) == len(table)
    digests = {
        name: column if whole else [column[one] for one in at]
        for name, column in closed.digests.items()
    }
    loading.put(Identity, {
        "person_id": loading.people.keys.take(rows), "valid_from": since, "valid_to": until,
        "name": taken["name"], "sex": taken["sex"], "birth_date": taken["birth_date"], "died_on": died,
        "ethnicity": taken["ethnicity"],
        "id_number": closed.stored if whole else [closed.stored[one] for one in at], **digests,
        "source": Same(POLICE), "changed": Same(""),
    }, len(rows))  # fmt: skip


def _entries(
    loading: Loading, homes: Homes, persons: pa.Table, members: pa.Table, documents: Closed
) -> None:
    found = _by_name(loading, persons, _last(members))
    speakers = _speakers(found)
    rows = _entry_rows(loading, homes, persons, found, speakers, documents)
    done = loading.writer().insert(SearchEntry, COLUMNS, rows, total=len(found))
    loading.counts["searchentry"] = done


def _last(members: pa.Table) -> pa.Table:
    """For each person the membership to be found by: the one that stands, else the last."""
    person, since = members["person"].to_numpy(), members["since"].to_numpy()
    over = pc.is_valid(members["until"]).to_numpy()
    order = np.lexsort((since, ~over, person))
    last = np.append(person[order][1:] != person[order][:-1], True) if len(order) else order
    return members.take(pa.array(order[last]))


def _by_name(loading: Loading, persons: pa.Table, found: pa.Table) -> pa.Table:
    """In the order of names: the widest indexes then grow at their end, which halves what is written."""
    assert loading.people is not None
    names = persons["name"].take(pc.index_in(found["person"], value_set=loading.people.keys))
    return found.take(pc.sort_indices(names))


def _speakers(found: pa.Table) -> NDArray[np.bool_]:
    """Who stands for each household: a member before who left, the head before others."""
    home, person = found["home"].to_numpy(), found["person"].to_numpy()
    left = pc.is_valid(found["until"]).to_numpy()
    other = pc.not_equal(found["relation"], HEAD).to_numpy()
    order = np.lexsort((person, other, left, home))
    first = np.append(True, home[order][1:] != home[order][:-1]) if len(order) else order
    made = np.zeros(len(found), dtype=bool)
    made[order[first]] = True
    return made


def _entry_rows(
    loading: Loading, homes: Homes, persons: pa.Table, found: pa.Table, speakers: NDArray[np.bool_],
    documents: Closed,
) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    assert loading.people is not None
    assert loading.homes is not None
    people = pc.index_in(found["person"], value_set=loading.people.keys).to_numpy().tolist()
    places = pc.index_in(found["home"], value_set=loading.homes.keys).to_numpy().tolist()
    names = persons["name"].to_pylist()
    four, six = documents.digests["id_tail4"], documents.digests["id_tail6"]
    phones = list(
        zip(homes.phones.digests["phone_tail4"], homes.phones.digests["phone_tail6"], strict=True)
    )
    keys = (found["person"].to_pylist(), found["home"].to_pylist())
    told = (plain_values(found["relation"]), plain_values(found["until"]), speakers.tolist())
    for who, at, person, home, relation, left_on, first in zip(
        people, places, *keys, *told, strict=True
    ):
        phone = phones[at]
        yield from Entry(
            person, home, homes.villages[at], relation, left_on, names[who], (four[who], six[who]),
            (phone,) if first and phone[0] else (), homes.numbers[at] if first else None,
        ).rows()  # fmt: skip
