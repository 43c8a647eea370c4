"""Help that came (已享受的帮扶): payments and measures by kind and member, the newest first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingbai.desk.components.tags import yuan
from mingbai.desk.register.words import code_words
from mingbai.households.queries import HouseholdView, RecordView

#: Lines that stand on the page; the rest is counted.
MOST = 8


@dataclass(frozen=True)
class Helped:
    """Payments of one kind to one member, or a measure (一类帮扶)."""

    label: str
    who: str
    amount: str
    last: date
    times: str


@dataclass(frozen=True)
class Received:
    """What came, with how many lines there are (已享)."""

    lines: tuple[Helped, ...]
    total: int
    since: int | None

    @property
    def rest(self) -> int:
        return self.total - len(self.lines)


def received(view: HouseholdView) -> Received:
    """What came this year and last, by kind and member. No query."""
    first = date(view.day.year - 1, 1, 1)
    groups: dict[tuple[str, str], list[RecordView]] = defaultdict(list)
    kinds = code_words("benefit_kind")
    for one in view.members:
        for row in one.records.get("benefit", ()):
            programme = row.columns.get("programme")
            kind = str(row.columns.get("kind"))
            groups[str(programme or kinds.get(kind, _("补贴"))), one.name].append(row)
    measures = code_words("measure_kind")
    for row in view.records.get("measure", ()):
        label = row.columns.get("title") or measures.get(
            str(row.columns.get("kind")), _("帮扶措施")
        )
        groups[str(label), ""].append(row)
    recent = {
        key: found
        for key, rows in groups.items()
        if (found := [row for row in rows if row.valid_from >= first])
    }
    shown = recent or groups
    lines = sorted(
        (_line(*key, rows) for key, rows in shown.items()), key=lambda one: one.last, reverse=True
    )
    return Received(tuple(lines[:MOST]), len(lines), first.year if recent else None)


def _line(label: str, who: str, rows: list[RecordView]) -> Helped:
    amounts = [amount for row in rows if (amount := row.columns.get("amount")) is not None]
    n = len(rows)
    return Helped(
        label, who, f"{yuan(sum(amounts))} {_('元')}" if amounts else "",
        max(row.valid_from for row in rows),
        ngettext("{n} 次", "{n} 次", n).format(n=n) if n > 1 else "",
    )  # fmt: skip
