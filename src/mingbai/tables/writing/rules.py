"""What may be typed into a column (输入规则): lists, lengths and ranges, with a word when wrong."""

from __future__ import annotations

from decimal import Decimal

from mingbai.tables.writing.plan import Head

#: Excel takes lists up to this length into the rule itself.
INLINE = 255
_ID_LENGTHS = (15, 18, 20, 22)
_PHONE_LENGTHS = (7, 13)
_LONGEST_TITLE, _LONGEST_MESSAGE = 32, 255
Rule = dict[str, object]


def rule_for(head: Head, cell: str, listed: str | None) -> Rule | None:
    """The input rule of a column, or none; `cell` is its first one, `listed` a range of choices."""
    if head.several:
        words = "、".join(head.choices)
        return _hint(f"可填多项，用逗号分隔：{words}", f"several, with commas: {words}")
    if head.choices:
        joined = ",".join(head.choices)
        source: object = listed or list(head.choices)
        if listed is None and (len(joined) > INLINE or any("," in one for one in head.choices)):
            return None
        said = ("请从下拉列表中选择。", "Choose from the list.")
        return {"validate": "list", "source": source, **_error(head, *said)}
    if head.kind == "number":
        return _number(head)
    if head.kind == "date":
        said = ("请填日期，如 2025-06-30。", "Type a day such as 2025-06-30.")
        rule = {"validate": "custom", "value": f"=ISNUMBER({cell})", **_error(head, *said)}
        return {**rule, "error_type": "warning"}  # a day before 1900 is text
    if head.kind == "month":
        rule = {
            "validate": "custom",
            "value": f"=AND(OR(LEN({cell})=6,LEN({cell})=8),ISNUMBER(--{cell}))",
        }
        said = ("请填年月，如 202506。", "Type year and month such as 202506.")
        return {**rule, **_error(head, *said)}
    return _length(head, cell)


def _number(head: Head) -> Rule | None:
    """Whole numbers or decimals within the range of the fact."""
    kind = "decimal" if head.decimals else "integer"
    if head.low is not None and head.high is not None:
        said = (f"请填 {head.low} 到 {head.high} 之间的数。", f"From {head.low} to {head.high}.")
        ends: Rule = {
            "criteria": "between",
            "minimum": _plain(head.low),
            "maximum": _plain(head.high),
        }
    elif head.low is not None:
        said = (f"请填不小于 {head.low} 的数。", f"A number from {head.low} up.")
        ends = {"criteria": ">=", "value": _plain(head.low)}
    else:
        said = ("请填数字。", "Type a number.")
        ends = {"criteria": "between", "minimum": -1e15, "maximum": 1e15}
    return {"validate": kind, **ends, **_error(head, *said)}


def _length(head: Head, cell: str) -> Rule | None:
    """ID numbers and phones by their length: what else they must be is checked on reading."""
    if head.check == "id_number":
        lengths = ",".join(f"LEN({cell})={length}" for length in _ID_LENGTHS)
        said = (
            "证件号码应为 15、18、20 或 22 位，请按文本填写。",
            "An ID number has 15, 18, 20 or 22 signs; type it as text.",
        )
        return {"validate": "custom", "value": f"=OR({lengths})", **_error(head, *said)}
    if head.check == "phone":
        low, high = _PHONE_LENGTHS
        said = ("电话应为 7 到 13 位。", "A phone number has 7 to 13 signs.")
        rule: Rule = {"validate": "length", "criteria": "between", "minimum": low, "maximum": high}
        return {**rule, **_error(head, *said)}
    return None


def _error(head: Head, zh: str, en: str) -> Rule:
    return {
        "error_title": head.label[:_LONGEST_TITLE],
        "error_message": f"{zh}\n{en}"[:_LONGEST_MESSAGE],
    }


def _hint(zh: str, en: str) -> Rule:
    """A rule that only says what may stand here."""
    message = f"{zh}\n{en}"
    return {
        "validate": "any",
        "input_message": message if len(message) <= _LONGEST_MESSAGE else zh[:_LONGEST_MESSAGE],
    }


def _plain(number: Decimal) -> float:
    return int(number) if number == number.to_integral_value() else float(number)
