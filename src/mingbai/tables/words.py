"""Words (文字、是否、代码): text, yes or no, codes by label, parts of a multi-value cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mingbai.tables.cells import BLANK, Issue, Reading, broken, harmed
from mingbai.tables.damage import has_hole
from mingbai.tables.identity import id18, is_cut, is_old, is_phone, is_valid, masked
from mingbai.tables.places import provinces
from mingbai.tables.schema import Column
from mingbai.tables.texts import INVISIBLE, fold, half_width, shown

_LONGEST = 2000
#: What is said of a text that is no ID number of today.
ID_DOUBTS = frozenset(("TABLE-065", "TABLE-085"))
# As spreadsheets and programs print a number they cut short; the sign tells it from an id such
# as 5e7506413.
_LOST_DIGITS = re.compile(r"\d(\.\d+)?E\+\d{1,3}", re.ASCII | re.IGNORECASE)
# Province, prefecture, county, township, village.
_DIVISION_DIGITS = (2, 4, 6, 9, 12)
# Text that a spreadsheet would run as a formula: none of a number, a phone, a dash before words.
_FORMULA = re.compile(r"[=@]|[+-](?![\d.,()\s+-]*$)(?![\u3000-\u9fff])", re.ASCII)
# Controls that spelling needs, though they count as not printable.
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d\u180e"))
_UNSEEN = dict.fromkeys(map(ord, INVISIBLE))
_SPLIT = re.compile(r"[,，、;；/|\s]+")
# Printed forms offer their answers with boxes: □是 ☑否, or 健康□ 残疾√.
_TICKED, _OPEN = "☑☒✔✓√■", "□☐"
_BEFORE = re.compile(rf"([{_TICKED}{_OPEN}])([^{_TICKED}{_OPEN}]+)")
_BEHIND = re.compile(rf"([^{_TICKED}{_OPEN}]+)([{_TICKED}{_OPEN}])")
_GAPS = " \t\r\n\u3000,，、;；/|"
YES_NO: Mapping[str, bool] = {
    **dict.fromkeys(("是", "有", "已", "y", "yes", "true", "t", "1", "√", "✓", "✔", "☑"), True),
    **dict.fromkeys(("否", "无", "没有", "未", "n", "no", "false", "f", "0", "×", "✗"), False),
}


def plain(raw: object) -> str | None:
    """A cell as text with all its digits, or none when digits are lost or signs are not text."""
    if isinstance(raw, str):
        return raw if raw.isdigit() or _whole(raw) else None
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else None
    if isinstance(raw, int):
        return str(raw) if abs(raw) < 10**40 else None
    text = shown(raw)
    return text if _whole(text) else None


def _whole(text: str) -> bool:
    """Whether a text is one: short enough, every sign printable, not a number cut short."""
    if len(text) > _LONGEST or (text[-1:].isdigit() and _LOST_DIGITS.fullmatch(text)):
        return False
    return text.isprintable() or _bare(text).isprintable()


def _bare(text: str) -> str:
    """The signs that say something: no blanks, no joiners, no characters made by the sender."""
    return "".join(sign for sign in text.translate(_JOINERS) if not (sign.isspace() or _own(sign)))


def _own(sign: str) -> bool:
    """Whether a character was made by the sender (造字): only his computer can show it."""
    return "\ue000" <= sign <= "\uf8ff" or sign >= "\U000f0000"


@dataclass(frozen=True)
class TextReader:
    """Reads names and numbers nobody calculates with; `check` is id_number, phone or none."""

    check: str | None = None
    halves: bool = False

    def read(self, raw: object) -> Reading:
        seen = raw.translate(_UNSEEN) if isinstance(raw, str) else raw
        text = plain(seen)
        if text is None and isinstance(raw, float) and not raw.is_integer():
            text = shown(raw)  # 12.5 in a text column is 12.5; only long numbers lose digits
        if text is None and isinstance(raw, str) and len(raw) > _LONGEST:
            return broken("TABLE-096", raw, most=str(_LONGEST))
        if text is None:
            return broken("TABLE-062", raw)
        harm = harmed(seen)
        if harm is not None and harm[0] != "TABLE-081":
            return broken(harm[0], seen)
        reading = self._said(text, raw)
        if reading.issue is None and reading.value is not None:
            code, facts = harm or (_remarkable(text, seen is raw or seen == raw), {})
            if code:
                return Reading(reading.value, Issue(code, masked(shown(raw)), 0, facts))
        return reading

    def _said(self, text: str, raw: object) -> Reading:
        if self.check == "phone":
            number = half_width(text).replace(" ", "")
            return Reading(number, None if is_phone(number) else broken("TABLE-067", raw).issue)
        if self.check == "id_number":
            return _identity(half_width(text).replace(" ", "").upper(), raw)
        return Reading(half_width(text) if self.halves else text)


def _identity(text: str, raw: object) -> Reading:
    """An ID number is kept as written, with a remark when it cannot be right.

    What a spreadsheet cut is refused: the lost signs could make it anybody's.
    """
    if is_cut(text):
        return broken("TABLE-084", raw)
    number = id18(text)
    if number is None or not is_valid(number):
        return Reading(text, broken("TABLE-065", raw).issue)
    if is_old(text):
        return Reading(text, broken("TABLE-085", raw, sign=number[-1]).issue)
    return Reading(text)


def _remarkable(text: str, whole: bool) -> str | None:
    """The number of what a reader should know of a text that is kept as written."""
    if not whole:
        return "TABLE-079"
    if _FORMULA.match(half_width(text)):
        return "TABLE-083"
    if has_hole(text):
        return "TABLE-093"
    return "TABLE-088" if any(map(_own, text)) else None


def chosen(text: str) -> list[str] | None:
    """The answers ticked in a printed form (勾选), none of them where every box is open.

    None for a text without boxes, or one whose boxes and answers do not pair up.
    """
    before = text[:1] in _TICKED + _OPEN
    form = _BEFORE if before else _BEHIND
    pairs = form.findall(text)
    if not pairs or form.sub("", text).strip(_GAPS):
        return None
    answers = [(box, word) if before else (word, box) for box, word in pairs]
    return [word.strip(_GAPS) for box, word in answers if box in _TICKED]


def _label(raw: object) -> str | None:
    """A cell as a label to look up: the one answer that is ticked, none where no box is."""
    text = plain(raw) or ""
    ticked = chosen(text)
    if ticked is not None and len(ticked) < 2:
        return fold(ticked[0]) if ticked else None
    return fold(text)


@dataclass(frozen=True)
class BoolReader:
    """Reads yes and no by their words (是/否) and by the labels of the profile."""

    values: Mapping[str, bool | None]

    def read(self, raw: object) -> Reading:
        if isinstance(raw, bool):
            return Reading(raw)
        label = _label(raw)
        if label is None:
            return BLANK
        if label not in self.values:
            return broken("TABLE-060", raw)
        return Reading(self.values[label])

    @classmethod
    def of(cls, labels: Mapping[str, str | None]) -> BoolReader:
        words = {"yes": True, "no": False}
        own = {label: words[word] if word else None for label, word in labels.items()}
        return cls({**YES_NO, **own})


@dataclass(frozen=True)
class CodeReader:
    """Reads a code by its label in any language, by the profile's labels, or by itself."""

    values: Mapping[str, str | None]

    def read(self, raw: object) -> Reading:
        label = _label(raw)
        if label is None:
            return BLANK
        if label not in self.values:
            return broken("TABLE-060", raw)
        return Reading(self.values[label])

    @classmethod
    def of(cls, column: Column, labels: Mapping[str, str | None]) -> CodeReader:
        values: dict[str, str | None] = {fold(code): code for code in column.codes}
        for code, names in column.codes.items():
            values |= {fold(name): code for name in names}
        return cls({**values, **labels})


@dataclass(frozen=True)
class PartReader:
    """Reads whether a multi-value cell (多选) holds one of its words: 健康状况 残疾,长期慢性病.

    Where the words are not known as a closed list, the word may stand anywhere in the cell.
    """

    part: str
    among: frozenset[str]

    def read(self, raw: object) -> Reading:
        text = plain(raw) or ""
        ticked = chosen(text)
        if ticked == []:
            return BLANK
        parts = {fold(part) for part in ticked or _SPLIT.split(text)} - {""}
        if parts and not self.among:
            return Reading(any(self.part in part for part in parts))
        if not parts or not parts <= self.among:
            return broken("TABLE-068", raw)
        return Reading(self.part in parts)


class PlaceReader:
    """Reads a province name (省), or a division code (行政区划代码) itself, as the code."""

    def read(self, raw: object) -> Reading:
        text = half_width(plain(raw) or "")
        if text.isascii() and text.isdigit() and len(text) in _DIVISION_DIGITS:
            return Reading(text)
        code = provinces().get(fold(text))
        return Reading(code) if code else broken("TABLE-060", raw)


def one_hot(raws: tuple[object, ...], codes: tuple[str, ...]) -> Reading:
    """One code from 0/1 columns: none marked is not stated, two marked contradict each other."""
    marked: list[int] = []
    for place, raw in enumerate(raws):
        reading = BLANK if raw is None else BoolReader(YES_NO).read(raw)
        if reading.issue is not None:
            return broken("TABLE-060", raw, source=place)
        if reading.value is True:
            marked.append(place)
    if len(marked) > 1:
        return broken("TABLE-069", len(marked), source=marked[1])
    return Reading(codes[marked[0]]) if marked else BLANK
