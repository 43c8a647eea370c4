"""Search entries of new households (新户检索条目), straight from the lists: nothing has to be read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.common.keys import Keys
from mingbai.households.closing import keys, phone_digests, plain_document
from mingbai.households.enums import Subject
from mingbai.households.indexing import COLUMNS, HEAD, Entry
from mingbai.households.loading import plain_values
from mingbai.households.models import SearchEntry
from mingbai.intake.work import Applying

_BLOCK = 10_000


def write_new_entries(work: Applying) -> None:
    """Entries of everybody in a household that is new."""
    people = work.difference.people
    fresh = pa.array(people.households, pa.string())
    members = pa.table(
        {
            name: pa.array([one[at] for one in people.memberships], pa.string())
            for at, name in enumerate(("person", "household", "relation"))
        }
    )
    members = members.filter(pc.is_in(members["household"], value_set=fresh))
    if members.num_rows:
        told = _with_facts(work, members)
        work.writer.insert(SearchEntry, COLUMNS, _rows(told), total=told.num_rows)


def _with_facts(work: Applying, members: pa.Table) -> pa.Table:
    """Members with their keys, names and numbers, and place and phone of the household."""
    for subject, name in ((Subject.PERSON, "person"), (Subject.HOUSEHOLD, "household")):
        members = members.append_column(f"{name}_id", work.keys(subject, members[name]))
    for topic, key, columns in (
        ("identity", "person", ("name", "id_number")),
        ("residence", "household", ("division_code", "phone")),
    ):
        part = next((one for one in work.difference.topics if one.topic.key == topic), None)
        for name in columns:
            members = members.append_column(name, _column(part, members[key], name))
    members = members.filter(pc.is_valid(members["division_code"]))
    speaking = pc.invert(pc.equal(members["relation"], HEAD))
    keys_ = [("household_id", "ascending"), ("other", "ascending"), ("person_id", "ascending")]
    ordered = members.append_column("other", speaking).sort_by(keys_)
    homes = ordered["household_id"].combine_chunks()
    before = pa.concat_arrays(
        [pa.array([-1][: len(homes)], pa.int64()), homes.slice(0, max(len(homes) - 1, 0))]
    )
    return ordered.append_column("speaks", pc.not_equal(homes, before))


def _column(part: Any, numbers: pa.ChunkedArray, name: str) -> pa.Array:
    if part is None or name not in part.columns:
        return pa.nulls(len(numbers), pa.string())
    where = pc.index_in(numbers, value_set=part.new["number"].combine_chunks())
    return part.new[name].take(where)


def _rows(members: pa.Table) -> Iterator[tuple[Any, ...]]:
    using = keys()
    four, six = _Tails(using, "id4"), _Tails(using, "id6")
    names = (
        "person_id", "household_id", "division_code", "relation", "name", "id_number", "phone",
        "household", "speaks",
    )  # fmt: skip
    for start in range(0, members.num_rows, _BLOCK):
        columns = (plain_values(members[name].slice(start, _BLOCK)) for name in names)
        for person, home, place, relation, name, document, phone, number, speaks in zip(
            *columns, strict=True
        ):
            text = plain_document(document) if document else ""
            tails = (four[text[-4:]], six[text[-6:]]) if text else (None, None)
            shared = phone_digests(phone, using) if speaks and phone else {}
            own = (shared.get("phone_tail4"), shared.get("phone_tail6"))
            yield from Entry(
                person, home, place, relation, None, name or "", tails, (own,) if own[0] else (),
                number if speaks else None,
            ).rows()  # fmt: skip


class _Tails(dict[str, bytes]):
    """Digests of tails; many documents share theirs."""

    def __init__(self, using: Keys, purpose: str) -> None:
        super().__init__()
        self.digest, self.purpose = using.digest, purpose

    def __missing__(self, tail: str) -> bytes:
        found = self[tail] = self.digest(tail, self.purpose)
        return found
