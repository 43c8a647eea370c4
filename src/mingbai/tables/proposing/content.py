"""What stands in a column (列内容), as evidence for or against what it may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mingbai.tables.cells import Reading
from mingbai.tables.columns import RawColumn
from mingbai.tables.dates import DateReader
from mingbai.tables.identity import id18, is_phone, is_valid
from mingbai.tables.numbers import NumberReader
from mingbai.tables.proposing.likeness import alike
from mingbai.tables.proposing.vocabulary import KEY, LINK, NAME, NUMBER, Target
from mingbai.tables.schema import Column
from mingbai.tables.texts import Text, fold, half_width
from mingbai.tables.words import BoolReader, CodeReader, PartReader, plain

_MOST_VALUES = 300
_MOBILE = 11
_NEAR = 0.5
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}|[\u3400-\u9fff·•]{4,20}")
_DIVISION = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}")
_CODE = re.compile(r"[0-9A-Za-z-]{3,30}")


@dataclass(frozen=True)
class Evidence:
    """How well content fits a target, from -1 to 1, why, and how its words would be mapped."""

    weight: float
    why: Text
    values: Mapping[str, str | None] = field(default_factory=dict)
    month: bool = False
    telling: bool = False


NOTHING = Evidence(0.0, Text("没有内容可核对", "nothing to check it by"))


@dataclass(frozen=True)
class Content:
    """A column of the sample: distinct tidy values with how many rows have each."""

    counts: Mapping[object, int]
    filled: int

    @classmethod
    def of(cls, column: RawColumn) -> Content:
        counted: dict[object, int] = {}
        for code in column.codes.to_pylist():
            value = column.distinct[code]
            if value is not None:
                counted[value] = counted.get(value, 0) + 1
        most = sorted(counted, key=lambda value: -counted[value])[:_MOST_VALUES]
        kept = {value: counted[value] for value in most}
        return cls(kept, sum(counted.values()))

    @property
    def distinct(self) -> float:
        """The share of rows whose value stands only once, of the values kept."""
        rows = sum(self.counts.values())
        return len(self.counts) / rows if rows else 0.0

    def share(self, fits: Callable[[object], bool]) -> float:
        rows = sum(self.counts.values())
        return sum(n for value, n in self.counts.items() if fits(value)) / rows if rows else 0.0

    def texts(self, pattern: re.Pattern[str]) -> float:
        return self.share(lambda value: bool(pattern.fullmatch(text_of(value))))


def text_of(value: object) -> str:
    """A cell as a word: half width, without blanks around it."""
    return half_width(plain(value) or "").strip()


def is_id(value: object) -> bool:
    number = id18(text_of(value).replace(" ", ""))
    return number is not None and is_valid(number)


def weigh(content: Content, target: Target, times: Decimal | None) -> Evidence:
    """What the content says about the column being this target."""
    if not content.filled:
        return NOTHING
    if target.role in (KEY, LINK):
        return _ties(content, target)
    if target.role == NUMBER or target.check == "id_number":
        return _id_numbers(content)
    if target.check == "phone":
        share = content.share(lambda value: is_phone(text_of(value)))
        # Seven or eight digits may number anything; eleven that begin with 1 are hardly ever else.
        most = 1.0 if content.share(lambda value: len(text_of(value)) >= _MOBILE) > _NEAR else 0.4
        return _shares(share, "是电话号码", "are phone numbers", most=most)
    if target.parts:
        return _several(content, target)
    column = target.column
    if target.role == NAME or (column and column.name == target.table.name):
        return _shares(content.texts(_NAME), "像人名", "look like names", most=0.7)
    return _by_type(content, target, column, times) if column else NOTHING


def _id_numbers(content: Content) -> Evidence:
    """Valid numbers prove it; numbers of that shape whose check sign is wrong still speak for it."""
    valid, shaped = (
        content.share(is_id),
        content.share(lambda value: id18(text_of(value)) is not None),
    )
    if valid >= _NEAR or shaped < _NEAR:
        return _shares(valid, "是有效的身份证号码", "are valid ID numbers")
    return _shares(
        shaped, "形似身份证号码，但校验码不对", "look like ID numbers with a wrong check sign", 0.5
    )


def _by_type(content: Content, target: Target, column: Column, times: Decimal | None) -> Evidence:
    if column.type in ("bool", "code"):
        return _words(content, target, column)
    if column.type in ("int", "decimal", "money"):
        return _numbers(content, column, times)
    if column.type == "date":
        return _dates(content)
    if column.name == "division_code":
        return _shares(content.texts(_DIVISION), "像区划代码", "look like division codes", most=0.6)
    chinese = content.share(lambda value: not text_of(value).isascii())
    if (
        content.share(is_id) > _NEAR
        or content.share(lambda value: is_phone(text_of(value))) > _NEAR
    ):
        return Evidence(-0.8, Text("内容是号码", "it holds numbers of people"))
    if chinese < 0.2:
        return Evidence(-0.4, Text("内容不是文字", "it holds no words"))
    return Evidence(0.3, Text("内容是文字", "it holds words"))


def _ties(content: Content, target: Target) -> Evidence:
    """Keys stand once, links several times; neither is a name, an ID number or an amount."""
    if content.share(is_id) > _NEAR:
        return Evidence(-0.9, Text("内容是身份证号码", "it holds ID numbers"))
    if content.texts(_CODE) < 0.8:
        return Evidence(-0.7, Text("内容不像编号", "it does not look like numbers of a register"))
    once = content.distinct
    if target.role == KEY:
        why = Text(f"{once:.0%} 的编号各不相同", f"{once:.0%} of the numbers differ")
        return Evidence(0.8 if once > 0.98 else -0.6 if once < 0.8 else 0.2, why)
    return Evidence(0.5, Text("内容像编号", "it looks like numbers of a register"))


def _shares(share: float, zh: str, en: str, most: float = 1.0) -> Evidence:
    weight = share * most if share >= _NEAR else -0.9 if share < 0.2 else -0.3
    return Evidence(weight, Text(f"{share:.0%} {zh}", f"{share:.0%} {en}"))


def _several(content: Content, target: Target) -> Evidence:
    """Cells that hold words of one list, alone or several together."""
    if not target.among:  # an open list takes any words, so that words prove nothing
        return NOTHING
    reader = PartReader("", frozenset(target.among))
    share = content.share(lambda value: reader.read(value).issue is None)
    if share < 0.5:
        return Evidence(-0.9, Text("内容不在选项之内", "its words are not of the list"))
    why = Text(f"{share:.0%} 是可多选的选项", f"{share:.0%} are words of the list")
    return Evidence(share, why, telling=share > 0.9 and len(content.counts) > 1)


def _words(content: Content, target: Target, column: Column) -> Evidence:
    """Yes and no, or labels of the code list; words near a label are proposed for it."""
    read: Callable[[object], Reading]
    if column.type == "bool":
        read, known = BoolReader.of(target.values).read, dict(target.values)
    else:
        read, known = CodeReader.of(column, target.values).read, _labels(column, target)
    fits, near = 0.0, 0.0
    proposed: dict[str, str | None] = {}
    rows = sum(content.counts.values())
    for value, count in content.counts.items():
        if read(value).issue is None:
            fits += count / rows
            said = target.values.get(fold(text_of(value)))
            if said is not None and not reads_plainly(column, value):
                proposed[text_of(value)] = said
        elif label := _nearest(text_of(value), known):
            near += count / rows
            proposed[text_of(value)] = known[label]
    share = fits + 0.6 * near
    amounts = content.share(lambda value: isinstance(value, float) and value not in (0.0, 1.0))
    if share < 0.3 or amounts > _NEAR:
        return Evidence(-0.9, Text("内容不在选项之内", "its words are not of the list"))
    kind = Text("是或否", "yes or no") if column.type == "bool" else Text("选项", "of the list")
    why = Text(f"{fits:.0%} 是{kind.zh}", f"{fits:.0%} are {kind.en}")
    if near:
        why = Text(f"{why.zh}，{near:.0%} 相近", f"{why.en}, {near:.0%} near")
    # Yes and no say little about which question, and one of them alone hardly anything.
    most = 1.0 if column.type == "code" else 0.5 if len(content.counts) > 1 else 0.25
    # Two labels of one list and hardly anything else: the content alone says what it is.
    own = (
        content.share(lambda value: reads_plainly(column, value)) if column.type == "code" else 0.0
    )
    telling = own > 0.9 and len(content.counts) > 1
    return Evidence(share * most, why, proposed, telling=telling)


def _labels(column: Column, target: Target) -> dict[str, str | None]:
    known: dict[str, str | None] = {
        fold(names[0]): code for code, names in column.codes.items() if names
    }
    return {**dict(target.values), **known}


def reads_plainly(column: Column, value: object) -> bool:
    """Whether the word needs no entry under `values`."""
    reader = BoolReader.of({}) if column.type == "bool" else CodeReader.of(column, {})
    return reader.read(value).issue is None


def _nearest(word: str, known: Mapping[str, str | None]) -> str | None:
    folded = fold(word)
    best = max(known, key=lambda label: alike(folded, label), default=None)
    return best if folded and best is not None and alike(folded, best) >= _NEAR else None


def _numbers(content: Content, column: Column, times: Decimal | None) -> Evidence:
    reader = NumberReader(column, rounds=True)
    share = content.share(lambda value: reader.read(value, times).issue is None)
    long = content.share(lambda value: len(text_of(value).partition(".")[0]) >= 8)
    if share < 0.6 or long > _NEAR:
        return Evidence(-0.9, Text("内容不是这样的数", "it holds no such numbers"))
    narrow = column.minimum is not None and column.maximum is not None
    flags = content.share(lambda value: text_of(value) in ("0", "1")) > 0.95
    weight = 0.1 if flags else 0.7 if narrow else 0.5
    said = Text(f"{share:.0%} 是范围内的数", f"{share:.0%} are numbers in range")
    return Evidence(weight * share, said)


def _dates(content: Content) -> Evidence:
    days, months = DateReader(None), DateReader("first")
    share = content.share(lambda value: days.read(value).issue is None)
    either = content.share(lambda value: months.read(value).issue is None)
    if either < 0.6:
        return Evidence(-0.9, Text("内容不是日期", "it holds no dates"))
    month = either > share
    why = Text(
        f"{either:.0%} 是{'年月' if month else '日期'}",
        f"{either:.0%} are {'months' if month else 'dates'}",
    )
    return Evidence(0.7 * either, why, month=month)


def sample_of(columns: Mapping[int, RawColumn]) -> Mapping[int, Content]:
    return {place: Content.of(column) for place, column in columns.items()}


def headerlike(cells: Sequence[object]) -> list[str]:
    """The cells of a row that could be heads: short texts that are no numbers."""
    texts = [text_of(cell) for cell in cells if isinstance(cell, str)]
    return [
        text for text in texts if text and len(text) <= 60 and not text.replace(".", "").isdigit()
    ]
