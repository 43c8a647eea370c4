"""What a dry run found, kept to be looked at page by page (留底): closed, masked, in pieces of 500 lines.

Six lists: rows kept out, rows to look at, conflicts, changes, what is new, what the lists no longer have; in
groups of one kind, the most frequent first, so that one advice is read once. Beside them both sides of each
household or person, and an index: files, columns, groups and counts, so that a page opens a few small files
whatever the county.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from mingbai.common.keys import read_keys
from mingbai.households.topics import TOPICS
from mingbai.intake.asked import asked_sheet
from mingbai.intake.choices import leave_mark, new_mark, take_mark, takeable
from mingbai.intake.difference import Cell, Difference
from mingbai.intake.files import folder
from mingbai.intake.models import ImportOrder
from mingbai.intake.sealing import seal, unseal
from mingbai.tables import Intake, Problem
from mingbai.tables.identity import masked
from mingbai.tables.proposing.asking import Asked

#: Lines of each list that are kept; where there are more, difference.xlsx and its csv are kept as well.
MOST_KEPT = 200_000
PIECE = 500
#: Values of one household or person that stand side by side with a line.
_BESIDE = 12
#: Both sides of everything said of one household or person.
SIDES = "sides"
LISTS = ("refused", "remarks", "conflicts", "changed", "gone", "new")

Line = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """The index of what is kept (留底目录)."""

    order_id: int
    files: list[dict[str, Any]]
    groups: dict[str, list[dict[str, Any]]]  # list → its groups: key, first, count, words
    totals: dict[str, int]  # list → how many there are, kept or not
    returned: list[str]  # names of the senders' tables with marked cells
    asked: list[dict[str, Any]]  # sheets with columns that somebody may say something about
    whole: list[str]  # names of the files that hold every line, where a list is cut here

    def kept(self, name: str, group: str = "") -> tuple[int, int]:
        """Where the lines of a list, or of a group of it, begin and end."""
        found = self.groups.get(name, [])
        chosen = [one for one in found if one["key"] == group] if group else found
        start = min((one["first"] for one in chosen), default=0)
        return start, start + sum(one["count"] for one in chosen)


@dataclass(frozen=True)
class Made:
    """Files that go with a picture (附带的文件): marked tables, and the lists in full where they are long."""

    returned: Sequence[Path] = ()
    whole: Sequence[Path] = ()


def keep(
    order: ImportOrder,
    difference: Difference,
    asked: Sequence[Asked] = (),
    made: Made | None = None,
) -> None:
    """Keep what a comparison found, and the files that go with it, under the order's name."""
    order.kept_as = f"order-{order.pk}"
    made = made or Made()
    groups, totals = {}, {}
    for name, lines in _lists(difference):
        totals[name] = len(lines)
        if name == SIDES:
            _keep_pieces(order, name, lines)
        else:
            groups[name] = _keep_list(order, name, lines)
    totals.pop(SIDES, None)
    for part, paths in (("returned", made.returned), ("whole", made.whole)):
        for number, path in enumerate(paths):
            with path.open("rb") as file:
                chunks = iter(lambda file=file: file.read(1 << 20), b"")  # type: ignore[misc] # bound now
                seal(chunks, _path(order, f"{part}-{number}"), _keys())
    _keep_index(order, _files(difference.intake), groups, totals, asked, made)


def keep_unread(order: ImportOrder, asked: Sequence[Asked]) -> None:
    """Keep what is to be asked of files none of which could be read."""
    order.kept_as = f"order-{order.pk}"
    _keep_index(order, [], {}, dict.fromkeys(LISTS, 0), asked, Made())


def _keep_index(
    order: ImportOrder, files: list[dict[str, Any]], groups: dict[str, Any],
    totals: dict[str, int], asked: Sequence[Asked], made: Made,
) -> None:  # fmt: skip
    sheets = [asked_sheet(one) for one in asked]
    _write(order, "asked", sheets)
    index = {
        "files": files, "groups": groups, "totals": totals,
        "returned": [path.name for path in made.returned],
        "whole": [path.name for path in made.whole],
        "asked": [{"name": one["name"], "sheet": one["sheet"], "base": one["base"], "said": one["said"]}
                  for one in sheets],
    }  # fmt: skip
    _write(order, "index", index)


def too_long(difference: Difference) -> bool:
    """Whether a list has more lines than are kept to be looked at."""
    parts = (
        len(difference.intake.problems), sum(1 for _ in difference.changed()),
        sum(1 for _ in difference.conflicts()),
        len(difference.people.households) + len(difference.people.memberships),
        len(difference.gone.households) + len(difference.gone.persons),
    )  # fmt: skip
    return max(parts) > MOST_KEPT


def _keep_pieces(order: ImportOrder, name: str, lines: Sequence[Any]) -> None:
    for number in range(0, len(lines), PIECE):
        _write(order, f"{name}-{number // PIECE}", lines[number : number + PIECE])


def _keep_list(order: ImportOrder, name: str, lines: list[Line]) -> list[dict[str, Any]]:
    """The first lines, in groups of one kind; returns the groups."""
    often = Counter(line["group"] for line in lines)
    order_of = {key: place for place, (key, _) in enumerate(often.most_common())}
    kept = sorted(lines, key=lambda line: order_of[line["group"]])[:MOST_KEPT]
    _keep_pieces(order, name, kept)
    groups: dict[str, dict[str, Any]] = {}
    for at, line in enumerate(kept):
        key = line["group"]
        fresh = {
            "key": key,
            "first": at,
            "count": 0,
            "total": often[key],
            "says": line.get("advice"),
        }
        group = groups.setdefault(key, fresh)
        group["count"] += 1
    return list(groups.values())


def _lists(difference: Difference) -> Iterator[tuple[str, list[Line]]]:
    problems = difference.intake.problems
    refused = [_refusal(one) for one in difference.refused]
    refused += [_problem(one) for one in problems if one.severity == "listed"]
    yield "refused", refused
    yield "remarks", [_problem(one) for one in problems if one.severity == "remark"]
    conflicts = [
        {
            **_cell(one.cell),
            "group": one.kind.value,
            "household": one.household,
            "person": one.person,
            "mark": take_mark(one.kind, one.cell).hex() if takeable(one.kind, one.cell) else "",
        }
        for one in difference.conflicts()
    ]
    changed = [
        {**_cell(one), "group": f"{one.topic}.{one.column}", "mark": leave_mark(one).hex()}
        for one in difference.changed()
    ]
    yield SIDES, _sides(changed + conflicts)
    yield "conflicts", conflicts
    yield "changed", changed
    yield "gone", list(_gone(difference))
    yield "new", list(_new(difference))


def _refusal(one: Any) -> Line:
    said = {"zh": one.zh, "en": one.en}
    return {"group": one.code, "file": one.file, "sheet": None, "row": one.row, "says": said}


def _problem(one: Problem) -> Line:
    return {
        "group": one.code, "file": one.file, "sheet": one.sheet, "row": one.row, "rows": one.rows,
        "column": one.column, "value": one.value, "says": one.message._asdict(),
        "advice": one.advice._asdict(), "key": masked(one.key) if one.key else "",
    }  # fmt: skip


def _cell(one: Cell) -> Line:
    hidden = one.topic in TOPICS and TOPICS[one.topic].restriction is not None
    return {
        "topic": one.topic, "column": one.column, "subject": one.subject, "hidden": hidden,
        "before": None if hidden else _value(one.before),
        "after": None if hidden else _value(one.after),
        "source": one.source, "day": one.day.isoformat() if one.day else "",
        "file": one.file, "row": one.row,
    }  # fmt: skip


def _value(value: Any) -> Any:
    """As the column shows it later; texts masked."""
    if value is None or isinstance(value, bool | int):
        return value
    return value.isoformat() if isinstance(value, date) else masked(str(value))


def _sides(lines: Iterable[Line]) -> list[Line]:
    """All values of each household or person; every line gets the place where its own stand."""
    by_subject: dict[str, int] = {}
    sides: list[Any] = []
    for line in lines:
        if not line["subject"]:
            continue
        at = line["side"] = by_subject.setdefault(line["subject"], len(sides))
        if at == len(sides):
            sides.append([])
        if len(sides[at]) < _BESIDE:
            sides[at].append({**line})
    return sides


def _gone(difference: Difference) -> Iterator[Line]:
    for _, number in difference.gone.households:
        yield {"group": "household", "subject": number, "household": number}
    for _, number, home in difference.gone.persons:
        yield {"group": "person", "subject": number, "household": home}


def _new(difference: Difference) -> Iterator[Line]:
    for number in difference.people.households:
        yield {"group": "household", "subject": number, "household": number,
               "mark": new_mark("household", number).hex()}  # fmt: skip
    for person, home, _ in difference.people.memberships:
        yield {"group": "person", "subject": person, "household": home,
               "mark": new_mark("person", person).hex()}  # fmt: skip


def _files(intake: Intake) -> list[dict[str, Any]]:
    """What was made of each sheet: profile, head, which column became which fact, which was not read."""
    found = []
    for report in intake.files:
        columns: list[dict[str, Any]] = [
            {"entity": entity, "fact": fact, "head": head, "place": place}
            for (name, sheet, entity), facts in intake.columns.items()
            if (name, sheet) == (report.name, report.sheet)
            for fact, (head, place) in facts.items()
        ]
        found.append({
            "name": report.name, "sheet": report.sheet, "what": report.what, "profile": report.profile,
            "entity": report.entity, "header_row": report.header_row, "rows": report.rows,
            "unread": list(report.unread), "code": report.code,
            "reason": report.reason._asdict() if report.reason else None,
            "columns": sorted(columns, key=lambda one: one["place"]),
        })  # fmt: skip
    return found


def picture_of(order: ImportOrder) -> Picture | None:
    """The index of what an order keeps; none before it has compared."""
    if not order.kept_as or not _path(order, "index").is_file():
        return None
    index = _read(order, "index")
    return Picture(
        order.pk, index["files"], index["groups"], index["totals"], index["returned"],
        index.get("asked", []), index.get("whole", []),
    )  # fmt: skip


def lines_of(order: ImportOrder, name: str, start: int, stop: int) -> list[Line]:
    """Some lines of a list, by their places in it."""
    found: list[Line] = []
    for piece in range(start // PIECE, -(-stop // PIECE)):
        if _path(order, f"{name}-{piece}").is_file():
            found += _read(order, f"{name}-{piece}")
    first = start // PIECE * PIECE
    return list(islice(found, start - first, stop - first))


def sides_of(order: ImportOrder, line: Line) -> list[Line]:
    """All values of the household or person of a line of changes or conflicts."""
    if "side" not in line:
        return []
    found: list[Any] = lines_of(order, SIDES, line["side"], line["side"] + 1)
    return list(found[0]) if found else []


def asked_of(order: ImportOrder) -> list[dict[str, Any]]:
    """The sheets with columns to say something about, each with proposals and masked samples."""
    found: list[dict[str, Any]] = _read(order, "asked") if _path(order, "asked").is_file() else []
    return found


def whole_list(order: ImportOrder, number: int) -> Iterator[bytes]:
    """The plain pieces of a file that holds all lines. Raises INTAKE-005 when it is damaged."""
    return unseal(_path(order, f"whole-{number}"), _keys())


def returned_table(order: ImportOrder, number: int) -> Iterator[bytes]:
    """The plain pieces of a sender's marked table. Raises INTAKE-005 when it is damaged."""
    return unseal(_path(order, f"returned-{number}"), _keys())


def _keys() -> Any:
    return read_keys(settings.MINGBAI_KEY_FILE)


def _path(order: ImportOrder, part: str) -> Path:
    return folder() / f"{order.kept_as}-{part}.sealed"


def _write(order: ImportOrder, part: str, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, default=str).encode()
    seal([text], _path(order, part), _keys())


def _read(order: ImportOrder, part: str) -> Any:
    return json.loads(b"".join(unseal(_path(order, part), _keys())))
