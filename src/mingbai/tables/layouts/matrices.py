"""The figures of a crosstab (数值阵) as exact numbers, the same along rows and along columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

from mingbai.tables.layouts.crosstabs import Crosstab, Place
from mingbai.tables.layouts.figures import BLANK, Figure
from mingbai.tables.layouts.headers import Path

# Shares, averages and indices: what a total row never sums.
RATIO = re.compile(
    r"比重|比例|占(?!地)|率|[%％‰]|构成|指数|平均|人均|户均|密度|比上年|增长|性别比|系数|中位"
    r"|\b(per|ratio|rate|share|mean|average|index|median|percentage)\b",
    re.IGNORECASE,
)
_SCALED_UNIT = re.compile(r"[万亿千百％%‰]|thousand|million|billion", re.IGNORECASE)
_COUNTED = re.compile(
    r"[人户口男女个名村岁头只匹株棵套所辆座次件]|\b(persons?|people|households?|(fe)?males?|men|women|population|number)\b",
    re.IGNORECASE,
)
ZERO = Decimal(0)


class Matrix:
    """Values of the measured columns; `exact` says that its sums show no rounding."""

    def __init__(self, table: Crosstab) -> None:
        self.table = table
        self.exact = False
        self.counted: set[int] = set()
        self.columns = [n for n, head in enumerate(table.heads) if head.measure]
        self.rows = list(range(len(table.lines)))
        self._values: dict[Place, Decimal | None] = {}
        for place, cell in table.cells.items():
            figure = cell.figure
            known = figure.state not in ("unknown", "words")
            self._values[place] = (figure.value or ZERO) if known else None

    def value(self, place: Place) -> Decimal | None:
        """A blank cell counts as zero; none where nobody knows."""
        return self._values.get(place, ZERO)

    def suppose(self, place: Place, value: Decimal) -> None:
        """Go on as if the cell printed this; the table itself stays as it is."""
        self._values[place] = value

    def forget(self, place: Place) -> None:
        """Take a supposition back."""
        self._values[place] = self.figure(place).value or ZERO

    def figure(self, place: Place) -> Figure:
        cell = self.table.cells.get(place)
        return cell.figure if cell else BLANK

    def half(self, place: Place) -> Decimal:
        figure = self.figure(place)
        return figure.half if figure.state == "number" else ZERO

    @cached_property
    def whole_numbers(self) -> set[int]:
        """Columns that hold counts: hardly a figure has decimals."""
        found = set()
        for column in self.columns:
            figures = [self.figure((row, column)) for row in self.rows]
            numbers = [one for one in figures if one.state == "number"]
            broken = sum(not one.whole for one in numbers)
            if 10 * broken <= len(numbers) and not RATIO.search("/".join(self.path(column))):
                found.add(column)
        return found

    @cached_property
    def decimals(self) -> dict[int, int]:
        """The most usual number of decimals of a column."""
        most: dict[int, int] = {}
        for column in self.columns:
            counts: dict[int, int] = {}
            for row in self.rows:
                figure = self.figure((row, column))
                if figure.value is not None and figure.value:
                    digits = max(-int(figure.value.as_tuple().exponent), 0)
                    counts[digits] = counts.get(digits, 0) + 1
            most[column] = max(counts, key=lambda d: counts[d], default=0)
        return most

    def path(self, column: int) -> Path:
        return self.table.heads[column].path

    def may_be_rounded(self, column: int) -> bool:
        """Whether figures of a column may be rounded, so that exact sums can be off a little."""
        label = "/".join(self.path(column))
        if column not in self.whole_numbers or _SCALED_UNIT.search(self.unit(column) + label):
            return True
        # What is counted one by one is never rounded; 元 is, when averages are broken down.
        return (
            not self.exact
            and column not in self.counted
            and not _COUNTED.search(self.unit(column) or label)
        )

    def unit(self, column: int) -> str:
        """The unit of a column: of 单位：户、％ a share has the second, a count the first."""
        units = [part.strip() for part in re.split(r"[、，,;；]", self.table.heads[column].unit)]
        share = bool(RATIO.search("/".join(self.path(column))))
        fitting = [unit for unit in units if bool(RATIO.search(unit)) == share]
        return (fitting or units)[0]

    def negatives(self, places: Iterable[Place]) -> bool:
        return any((self.value(place) or ZERO) < 0 for place in places)
