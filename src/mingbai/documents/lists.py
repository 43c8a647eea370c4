"""Lists behind the numbers of a report (名单): every number opens the households it counts.

A list shows at most 200 households and says where all of them stand. All lists together stay within a
size, whatever the input: where there are too many, each becomes shorter and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mingbai.documents.markup import Html, html, tag
from mingbai.documents.registers import Cell
from mingbai.documents.values import clipped, masked, place_words
from mingbai.documents.words import Words

MOST_SHOWN = 200


@dataclass(frozen=True)
class Listing:
    """A list: its anchor, its title, how many there are, and those that may be shown."""

    anchor: str
    title: str
    total: str
    count: int
    cells: Sequence[Cell]
    whole: str
    back: str


@dataclass
class Lists:
    """The lists of one report."""

    words: Words
    found: dict[str, Listing] = field(default_factory=dict)

    def link(self, listing: Listing, *, class_: str = "") -> Html:
        """The number, as a link to its list; a zero has none."""
        if not listing.count:
            return tag("span", "0", class_="z")
        self.found[listing.anchor] = listing
        return tag(
            "a", f"{listing.count:,}", href=f"#{listing.anchor}", class_=f"n {class_}".strip()
        )

    def written(self, room: int) -> Html:
        """All lists within a number of bytes."""
        rows = {
            anchor: [self._row(cell) for cell in item.cells] for anchor, item in self.found.items()
        }
        limit = MOST_SHOWN
        while limit and self._size(rows.values(), limit) > room:
            limit = limit * 3 // 4
        return html(
            self._section(item, rows[anchor][:limit]) for anchor, item in self.found.items()
        )

    @staticmethod
    def _size(lists: Iterable[list[Html]], limit: int) -> int:
        """An upper bound: the rows in UTF-8, and what stands around each list."""
        return sum(900 + sum(len(row.encode()) for row in rows[:limit]) for rows in lists)

    def _row(self, cell: Cell) -> Html:
        who = clipped(cell.name, 24) or clipped(cell.key, 24)
        member = masked(clipped(cell.member, 24))
        place = " ".join(
            clipped(place_words(one, self.words), 16) for one in cell.places[-2:] if one
        )
        return tag(
            "li",
            tag("b", who),
            tag("span", member, class_="mb") if member else None,
            tag("span", place) if place else None,
            tag("i", clipped(cell.key, 24)) if cell.name else None,
        )

    def _section(self, item: Listing, rows: list[Html]) -> Html:
        words = self.words
        if len(rows) < item.count:
            shown = words.count("前 {n} 户", len(rows))
            note = words.say("{shown}，全部见 {whole}", shown=shown, whole=item.whole)
        else:
            note = words.say("也在 {whole}", whole=item.whole)
        return tag(
            "section",
            tag(
                "h3",
                item.title,
                tag("small", item.total),
                tag("a", words.say("关上"), href=f"#{item.back}", class_="x"),
            ),
            tag("p", note, class_="note"),
            tag("ol", rows),
            id=item.anchor,
            class_="list",
            tabindex="-1",
        )
