"""What is said about a statistical table (统计表问题): cell, printed, expected, and by which sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from mingbai.tables.damage import is_error_value
from mingbai.tables.errors import wording
from mingbai.tables.identity import masked
from mingbai.tables.intake import Level, Problem
from mingbai.tables.layouts.crosstabs import Cell, Crosstab, Place
from mingbai.tables.layouts.culprits import Mend, confirmed_by_rules, culprits
from mingbai.tables.layouts.matrices import ZERO, Matrix
from mingbai.tables.layouts.ratios import Odds, Rules
from mingbai.tables.layouts.sums import Sum, sums
from mingbai.tables.spreadsheets import address
from mingbai.tables.texts import Text, shown

Facts = dict[str, str | Text]

_SHOWN_PARTS = 4
_SHOWN_SUMS = 3


def problems_of(table: Crosstab, file: str) -> tuple[list[Problem], int]:
    """All that is wrong with one table, and how many sums, shares and products were recomputed."""
    matrix = Matrix(table)
    known = sums(matrix)
    mends, failing = culprits(matrix, known)
    rules = Rules(matrix)
    more, failing = confirmed_by_rules(matrix, rules, known, failing)
    mends += more
    voice = _Voice(table, file, Matrix(table))
    found = [voice.mend(one) for one in mends]
    found += [voice.failing(one) for one in failing]
    told = {place for one in failing for place in one.cells} | {one.place for one in mends}
    found += [voice.odds(one) for one in rules.broken() if one.place not in told]
    found += list(voice.unreadable({one.place for one in mends}))
    found += list(voice.oddities())
    return found, len(known) + len(rules) * len(table.lines)


class _Voice:
    """Words for what was found in one table; it looks at the figures as they are printed."""

    def __init__(self, table: Crosstab, file: str, printed: Matrix) -> None:
        self.table = table
        self.file = file
        self.printed = printed

    def mend(self, mend: Mend) -> Problem:
        """A cell that several sums want otherwise: an offer to be confirmed."""
        state = self.printed.figure(mend.place).state
        code = {"blank": "TABLE-111", "odd": "TABLE-112"}.get(state, "TABLE-110")
        facts: Facts = {
            "expected": _number(mend.expected),
            "count": str(len(mend.sums)),
            "sums": self._sums(mend.sums),
        }
        return self._problem(code, mend.place, "error", facts)

    def failing(self, one: Sum) -> Problem:
        """A sum that fails, where no cell can be told to be the wrong one."""
        place = one.whole if one.whole is not None else one.parts[0]
        total = sum((self.printed.value(part) or ZERO for part in one.parts), ZERO)
        blank = self.printed.figure(place).state == "blank"
        facts: Facts = {"expected": _number(total), "sums": self._sums([one])}
        code = "TABLE-114" if blank else "TABLE-113"
        return self._problem(code, place, "error" if blank else "warning", facts)

    def odds(self, odd: Odds) -> Problem:
        """A share, a product or a set of shares that does not come out."""
        codes = {"share": "TABLE-115", "product": "TABLE-116", "hundred": "TABLE-117"}
        signs = {"share": " ÷ ", "product": " × ", "hundred": " + "}
        shown_parts = [self.address(place) for place in odd.sources]
        formula = signs[odd.kind].join(shown_parts)
        if odd.kind == "share":
            formula += " × 100"
        elif odd.kind == "product" and odd.scale != 1:
            formula += f" ÷ {_number(odd.scale)}"
        expected = odd.expected
        facts: Facts = {"expected": self._rounded(expected, odd.place), "sums": formula}
        if odd.kind == "hundred":
            facts = {"expected": _number(expected), "found": _number(odd.scale), "sums": formula}
        return self._problem(codes[odd.kind], odd.place, "warning", facts)

    def unreadable(self, mended: set[Place]) -> Iterator[Problem]:
        """Failed formulas; text where numbers stand and broken numbers, if no sum explains them."""
        for place, cell in self.table.cells.items():
            if is_error_value(cell.text):
                yield self._problem("TABLE-127", place, "error", {})
                continue
            if place in mended or not self.table.heads[place[1]].measure:
                continue
            digits = any(sign.isdigit() for sign in cell.text)
            if cell.figure.state == "odd" or (cell.figure.state == "words" and digits):
                yield self._problem("TABLE-118", place, "error", {})

    def oddities(self) -> Iterator[Problem]:
        for odd in self.table.oddities:
            facts = {name: masked(shown(fact)) for name, fact in odd.facts.items()}
            facts["cell"] = address(odd.row, odd.column)
            message, advice = wording(odd.code, **facts)
            yield Problem(
                odd.code, "remark", self.file, odd.sheet, odd.row + 1, None, facts.get("label"),
                message, advice, None, None, places=(odd.column,), level="hint",
            )  # fmt: skip

    def address(self, place: Place) -> str:
        """A cell as a spreadsheet names it, with its sheet when the table spans several."""
        cell = self.table.cells.get(place)
        if cell is None:
            return "?"
        name = address(cell.row, cell.column)
        several = len({block.sheet for block in self.table.blocks}) > 1
        return f"{cell.sheet}!{name}" if several else name

    def _sums(self, known: Sequence[Sum]) -> Text:
        """Sums as formulas a person can follow in the sheet: ES33 = ET33 + EU33."""
        chinese, english = [], []
        for one in known[:_SHOWN_SUMS]:
            parts = [self.address(part) for part in one.parts]
            whole = self.address(one.whole) if one.whole is not None else _number(one.constant)
            if len(parts) <= _SHOWN_PARTS:
                chinese.append(f"{whole} = {' + '.join(parts)}")
                english.append(chinese[-1])
            else:
                few = f"{whole} = {parts[0]} + {parts[1]} + … + {parts[-1]}"
                chinese.append(f"{few}（{len(parts)} 格）")
                english.append(f"{few} ({len(parts)} cells)")
        return Text("；".join(chinese), "; ".join(english))

    def _rounded(self, value: Decimal, place: Place) -> str:
        digits = min(self.printed.decimals.get(place[1], 2), 6)
        return _number(value.quantize(Decimal(1).scaleb(-digits)))

    def _problem(self, code: str, place: Place, level: Level, facts: Facts) -> Problem:
        cell = self.table.cells.get(place) or Cell(None, 0, 0, "", self.printed.figure(place))
        head = "/".join(self.table.heads[place[1]].path)
        value = masked(shown(cell.text)) or None
        facts = {
            **facts,
            "cell": address(cell.row, cell.column),
            "line": masked(self.table.lines[place[0]].label),
            "column": masked(head),
            "value": value or "",
        }
        message, advice = wording(code, **facts)
        return Problem(
            code, "remark", self.file, cell.sheet, cell.row + 1, head or None, value, message, advice,
            None, None, places=(cell.column,), level=level,
        )  # fmt: skip


def _number(value: Decimal) -> str:
    """A number in plain digits, without a tail of zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
