"""Checks over accepted rows (核对): one head per household, ID against birth and sex, repeats."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.identity import birth_of, id18, is_valid, sex_of
from mingbai.tables.ledger import Ledger
from mingbai.tables.lots import first_places, row_name, source_of
from mingbai.tables.marks import KEY, LINK
from mingbai.tables.profiles import Check
from mingbai.tables.schema import Table
from mingbai.tables.texts import Text


def run_checks(checks: dict[Check, None], rows: pa.Table, table: Table, ledger: Ledger) -> None:
    """Every check once over all rows of the entity."""
    for check in checks:
        if check.fact not in rows.column_names or not rows.num_rows:
            continue
        if check.kind in ("one", "at_most_one") and table.parent:
            _counts(check, rows, table, ledger)
        elif check.kind == "id_agrees":
            _id_agrees(check, rows, ledger)
        elif check.kind == "unique":
            _unique(check, rows, ledger)
        elif check.kind == "same" and LINK in rows.column_names:
            _same(check, rows, ledger)


def _counts(check: Check, rows: pa.Table, table: Table, ledger: Ledger) -> None:
    """How many rows of a parent carry the code; a parent with an open row is not judged short."""
    parent, label = table.parent, _label(check, table)
    codes = rows[check.fact]
    facts = pa.table(
        {
            "link": rows[LINK],
            "hit": pc.fill_null(pc.equal(codes, check.code), False).cast(pa.int32()),
            "open": pc.is_null(codes).cast(pa.int32()),
            "place": pa.array(range(rows.num_rows), pa.int64()),
        }
    )
    found = facts.group_by("link", use_threads=False).aggregate(
        [("hit", "sum"), ("open", "sum"), ("place", "min")]
    )
    none = pc.and_(pc.equal(found["hit_sum"], 0), pc.equal(found["open_sum"], 0))
    if check.kind == "at_most_one":
        none = pc.and_(none, pa.scalar(False))
    for code, wanted in (("TABLE-071", none), ("TABLE-072", pc.greater(found["hit_sum"], 1))):
        hits = found.filter(wanted)
        for link, place, count in zip(
            hits["link"].to_pylist(),
            hits["place_min"].to_pylist(),
            hits["hit_sum"].to_pylist(),
            strict=True,
        ):
            batch, row = source_of(rows, place)
            column = ledger.batches[batch].labels.get(check.fact, check.fact)
            ledger.remark(
                batch, row, code, column=column, label=label, count=count, entity=parent, key=link
            )


def _label(check: Check, table: Table) -> Text:
    """What people call the code: 户主 for head."""
    column = table.column(check.fact)
    names = column.codes.get(check.code or "", ()) if column else ()
    return Text(names[0], names[-1]) if names else Text(check.code or "", check.code or "")


def _id_agrees(check: Check, rows: pa.Table, ledger: Ledger) -> None:
    """What a valid ID number says of birth and sex must be what the row says."""
    for place, told in _contradictions(check, rows):
        batch, row = source_of(rows, place)
        labels = ledger.batches[batch].labels
        column = labels.get(check.fact, check.fact)
        ledger.remark(batch, row, "TABLE-066", column=column, differs=labels.get(told, told))


def _contradictions(check: Check, rows: pa.Table) -> Iterator[tuple[int, str]]:
    numbers = rows[check.fact].to_pylist()
    empty = [None] * len(numbers)
    births = rows[check.birth].to_pylist() if check.birth in rows.column_names else empty
    sexes = rows[check.sex].to_pylist() if check.sex in rows.column_names else empty
    for place, (text, birth, sex) in enumerate(zip(numbers, births, sexes, strict=True)):
        number = id18(text) if text else None
        if number is None or not is_valid(number):
            continue
        if birth is not None and birth != birth_of(number):
            yield place, str(check.birth)
        if sex is not None and sex != sex_of(number):
            yield place, str(check.sex)


def _unique(check: Check, rows: pa.Table, ledger: Ledger) -> None:
    """One ID number, one person: its first eighteen signs may stand once (身份证号重复)."""
    numbers = pa.chunked_array(
        [
            pa.array(
                [id18(text) if text else None for text in rows[check.fact].to_pylist()], pa.string()
            )
        ]
    )
    first = first_places(numbers)
    places = pa.array(range(rows.num_rows), pa.int64())
    later = pc.and_(pc.not_equal(first, places), pc.is_valid(numbers.combine_chunks()))
    for place in pc.indices_nonzero(later).to_pylist():
        batch, row = source_of(rows, place)
        where = row_name(ledger, *source_of(rows, first[place].as_py()))
        column = ledger.batches[batch].labels.get(check.fact, check.fact)
        value = rows[check.fact][place].as_py()
        ledger.remark(batch, row, "TABLE-077", column=column, value=value, where=where)


def _same(check: Check, rows: pa.Table, ledger: Ledger) -> None:
    """Rows of one parent that share a text (同户同号) and differ in another, told at the later row."""
    if check.other not in rows.column_names:
        return
    columns = {
        "link": rows[LINK],
        "text": rows[check.fact],
        "code": rows[check.other].combine_chunks().dictionary_encode().indices,
        "place": pa.array(range(rows.num_rows), pa.int64()),
    }
    facts = pa.table(columns)
    facts = facts.filter(pc.and_(pc.is_valid(facts["text"]), pc.is_valid(facts["code"])))
    found = facts.group_by(["link", "text"], use_threads=False).aggregate(
        [("code", "min"), ("code", "max"), ("place", "min")]
    )
    found = found.filter(pc.not_equal(found["code_min"], found["code_max"]))
    firsts = {(one["link"], one["text"]): one["place_min"] for one in found.to_pylist()}
    near = facts.filter(pc.is_in(facts["text"], value_set=found["text"].combine_chunks()))
    for one in near.to_pylist():
        first = firsts.get((one["link"], one["text"]), one["place"])
        if rows[check.other][first].as_py() != rows[check.other][one["place"]].as_py():
            _tell_same(check, rows, one["place"], first, ledger)


def _tell_same(check: Check, rows: pa.Table, place: int, first: int, ledger: Ledger) -> None:
    batch, row = source_of(rows, place)
    labels = ledger.batches[batch].labels
    ledger.remark(
        batch, row, "TABLE-099", column=labels.get(check.fact, check.fact),
        value=rows[check.fact][place].as_py(), where=row_name(ledger, *source_of(rows, first)),
        differs=labels.get(str(check.other), check.other),
    )  # fmt: skip


def remark_repeats(rows: pa.Table, ledger: Ledger) -> None:
    """Records without a key that are equal in everything: perhaps entered twice."""
    names = [name for name in rows.column_names if not name.startswith("\x00") or name == LINK]
    if KEY in rows.column_names or len(names) < 2 or not rows.num_rows:
        return
    codes = None
    for name in names:
        column = rows[name].combine_chunks().dictionary_encode(null_encoding="encode")
        part = column.indices.cast(pa.int64())
        wide = part if codes is None else pc.add(pc.multiply(codes, len(column.dictionary)), part)
        codes = wide.dictionary_encode().indices.cast(pa.int64())
    first = first_places(pa.chunked_array([codes]))
    places = pa.array(range(rows.num_rows), pa.int64())
    for place in pc.indices_nonzero(pc.not_equal(first, places)).to_pylist():
        batch, row = source_of(rows, place)
        where = row_name(ledger, *source_of(rows, first[place].as_py()))
        ledger.remark(batch, row, "TABLE-078", where=where)
