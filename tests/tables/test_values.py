"""What one cell says: numbers, days, words, ID numbers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from mingbai.tables.cells import tidy
from mingbai.tables.dates import DateReader
from mingbai.tables.identity import birth_of, id18, is_valid, masked, part_of, sex_of
from mingbai.tables.numbers import NumberReader
from mingbai.tables.schema import Column
from mingbai.tables.words import BoolReader, CodeReader, PartReader, PlaceReader, TextReader
from tests.tables.helpers import MAN, WOMAN

MONEY = NumberReader(Column("wage", "money", 2, minimum=0, maximum=10_000_000_00))
WHOLE = NumberReader(Column("months", "int", minimum=0, maximum=12))
KM = NumberReader(Column("km", "decimal", 2))


@pytest.mark.parametrize(
    ("raw", "fen"),
    [
        ("8700", 870000),
        ("8,700.50", 870050),
        ("８，７００", 870000),
        ("+12", 1200),
        (".5", 50),
        ("3.", 300),
        (8700, 870000),
        (8700.0, 870000),
        (0.1 + 0.2, 30),
        (1234.56, 123456),
        (Decimal("12.30"), 1230),
    ],
)
def test_money_is_read_exactly(raw: object, fen: int) -> None:
    reading = MONEY.read(raw, None)
    assert (reading.value, reading.issue) == (fen, None)


@pytest.mark.parametrize(
    "raw",
    [
        "abc", "8700元", "约3万", "8.7万", "1,23", "12,34,567", "1e3", "1.23E+17", "--5", "٣", "½",
        "1" * 30, True, date(2020, 1, 1), float("inf"), 1e17, "0x10", "1_000",
    ],
)  # fmt: skip
def test_money_that_is_no_number_is_unknown(raw: object) -> None:
    reading = MONEY.read(raw, None)
    assert reading.value is None
    assert reading.issue is not None
    assert reading.issue.code == "TABLE-061"


def test_money_in_ten_thousands_is_exact() -> None:
    assert MONEY.read("1.23456", Decimal(10000)).value == 1234560


@pytest.mark.parametrize("raw", ["-0.01", "10000000.01"])
def test_money_outside_its_range_is_unknown_and_names_the_range(raw: str) -> None:
    reading = MONEY.read(raw, None)
    assert reading.value is None
    assert reading.issue is not None
    assert (reading.issue.code, reading.issue.facts["high"]) == ("TABLE-064", "10000000")


def test_longer_fraction_is_rounded_away_from_zero_with_a_remark() -> None:
    reading = KM.read("-2.345", None)
    assert reading.value == -235
    assert reading.issue is not None
    assert reading.issue.code == "TABLE-075"
    assert NumberReader(Column("km", "decimal", 2), rounds=True).read("2.345", None).issue is None


@pytest.mark.parametrize(("raw", "value"), [("12", 12), (12.0, 12), ("3.0", 3), ("3.5", None)])
def test_whole_numbers_are_never_rounded(raw: object, value: int | None) -> None:
    assert WHOLE.read(raw, None).value == value


@pytest.mark.parametrize(
    "raw",
    [
        "20140131", "2014-01-31", "2014-1-31", "2014/1/31", "2014.1.31", "2014年1月31日",
        "２０１４－０１－３１", "2014-01-31 00:00:00", "2014-01-31T08:30", 20140131, 20140131.0,
        date(2014, 1, 31), datetime.fromisoformat("2014-01-31T08:00"), "2014 年 1 月 31 日",
    ],
)  # fmt: skip
def test_days_in_the_forms_offices_write(raw: object) -> None:
    assert DateReader().read(raw).value == date(2014, 1, 31)


@pytest.mark.parametrize(
    "raw", ["20140231", "2014-13-01", "201401", "2014-02-30 08:00", "0001-01-01", True, "x", 2014]
)
def test_a_day_that_is_none_is_unknown(raw: object) -> None:
    reading = DateReader().read(raw)
    assert reading.value is None
    assert reading.issue is not None
    assert reading.issue.code == "TABLE-063"


@pytest.mark.parametrize("raw", ["201402", "2014-2", "2014年2月", 201402])
def test_a_month_is_a_day_only_where_the_profile_says_which(raw: object) -> None:
    assert DateReader("first").read(raw).value == date(2014, 2, 1)
    assert DateReader("last").read(raw).value == date(2014, 2, 28)
    assert DateReader().read(raw).value is None


@pytest.mark.parametrize("raw", ["是", "有", "TRUE", True, "1", 1, 1.0, "√", "Y", " 是 "])
def test_yes(raw: object) -> None:
    assert BoolReader.of({}).read(tidy(raw)).value is True


@pytest.mark.parametrize("raw", ["不详", "2", 2, "是否", "是的吧"])
def test_words_that_are_neither_yes_nor_no_are_unknown(raw: object) -> None:
    reading = BoolReader.of({}).read(raw)
    assert (reading.value, reading.issue is not None) == (None, True)


def test_profile_words_for_yes_and_no_come_first() -> None:
    reader = BoolReader.of({"已消除": "yes", "有": "no", "不详": None})
    assert reader.read("已消除").value is True
    assert reader.read("有").value is False
    assert reader.read("不详").issue is None


def test_code_by_label_in_any_language_or_by_itself() -> None:
    column = Column("kind", "code", codes={"exited": ("脱贫户", "Exited household")})
    reader = CodeReader.of(column, {"脱贫家庭": "exited"})
    for label in ("脱贫户", " 脱 贫 户", "exited HOUSEHOLD", "exited", "脱贫家庭"):
        assert reader.read(label).value == "exited"
    assert reader.read("贫困户").issue is not None


@pytest.mark.parametrize("joint", [",", "，", "、", ";", " ", "/"])
def test_part_of_a_multi_value_cell_in_any_order(joint: str) -> None:
    among = frozenset(("健康", "残疾", "长期慢性病"))
    cell = joint.join(("残疾", "长期慢性病"))
    assert PartReader("长期慢性病", among).read(cell).value is True
    assert PartReader("健康", among).read(cell).value is False
    assert PartReader("残疾", among).read("残疾,高血压").issue is not None


@pytest.mark.parametrize(
    ("raw", "code"), [("云南省", "53"), ("云南", "53"), ("内蒙古自治区", "15"), ("530626", None)]
)
def test_province_names_become_division_codes(raw: str, code: str | None) -> None:
    assert PlaceReader().read(raw).value == (code or raw)


def test_a_place_nobody_knows_is_unknown() -> None:
    assert PlaceReader().read("云西省").issue is not None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("张三", "张三"),
        (530626.0, "530626"),
        ("5e7506413", "5e7506413"),
        (123456789012345, "123456789012345"),
        ('="00012"', "00012"),
        ("'00012", "00012"),
        ("　张　三 ", "张　三"),
    ],
)
def test_text_keeps_every_digit(raw: object, text: str) -> None:
    assert TextReader().read(tidy(raw)).value == text


@pytest.mark.parametrize("raw", ["1.23E+17", "1.23e+17", 1.23e17, "张\x00三", True])
def test_text_that_lost_digits_is_unknown(raw: object) -> None:
    reading = TextReader().read(raw)
    assert reading.value is None
    assert reading.issue is not None
    assert reading.issue.code == "TABLE-062"


@pytest.mark.parametrize("raw", [None, "", "  ", "　", "-", "—", "/", "n/a", "NaN", float("nan")])
def test_blank_marks_say_nothing(raw: object) -> None:
    assert tidy(raw) is None


def test_id_number_tells_birth_and_sex() -> None:
    assert is_valid("11010519491231002X")
    assert (birth_of(MAN), sex_of(MAN)) == (date(1980, 1, 1), "male")
    assert (birth_of(WOMAN), sex_of(WOMAN)) == (date(1982, 2, 2), "female")
    assert not is_valid(MAN[:-1] + "1")
    assert not is_valid("990101198013011236")


def test_disability_card_holds_the_id_number_kind_and_grade() -> None:
    assert id18(MAN + "42") == MAN
    assert id18(MAN + "42B1") == MAN
    assert id18(MAN + "82") is None
    assert part_of(MAN + "42", "disability_type") == (MAN, "4")
    assert part_of(MAN + "42", "disability_grade") == (MAN, "2")
    assert part_of(MAN, "disability_grade") is None
    assert part_of(MAN, "birth") == (MAN, date(1980, 1, 1))
    assert part_of("990101198013011236", "sex") is None


def test_numbers_of_people_are_masked_and_register_numbers_are_not() -> None:
    text = f"证件{MAN}、电话19900000001、户编号995301000001"
    assert masked(text) == "证件990*************36、电话199******01、户编号995301000001"


def test_id_number_is_kept_with_a_remark_that_hides_it() -> None:
    wrong = MAN[:-1] + "1"
    reading = TextReader("id_number").read(wrong)
    assert reading.value == wrong
    assert reading.issue is not None
    assert (reading.issue.code, wrong in reading.issue.value) == ("TABLE-065", False)
    assert TextReader("id_number").read("11010519491231002x").value == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "fine"),
    [("19900000001", True), ("0871-6312345", True), ("63123456", True), ("1990000", True),
     ("199000000011", False), ("无号", False)],
)  # fmt: skip
def test_phones(number: str, fine: bool) -> None:
    assert (TextReader("phone").read(number).issue is None) is fine


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("□是 ☑否", False),
        ("☑是□否", True),
        ("是□ 否√", False),
        ("√是、□否", True),
        ("■ 有　□ 无", True),
        ("☑", True),
        ("□是 □否", None),
    ],
)
def test_the_ticked_answer_of_a_printed_form_is_read(raw: str, value: bool | None) -> None:
    reading = BoolReader.of({}).read(raw)
    assert (reading.value, reading.issue) == (value, None)


def test_ticks_count_for_codes_and_several_answers_too() -> None:
    kinds = CodeReader({"脱贫户": "exited", "一般农户": "general"})
    assert kinds.read("□脱贫户 ☑一般农户").value == "general"
    several = "□健康 ☑残疾 ☑长期慢性病"
    for among in (frozenset(("健康", "残疾", "长期慢性病")), frozenset[str]()):
        assert PartReader("残疾", among).read(several).value is True
        assert PartReader("健康", among).read(several).value is False
        nothing = PartReader("残疾", among).read("□健康 □残疾")
        assert (nothing.value, nothing.issue) == (None, None)


@pytest.mark.parametrize("raw", ["☑是 ☑否", "是☑否", "□", "☑也许 □否"])
def test_ticks_that_do_not_decide_are_named(raw: str) -> None:
    issue = BoolReader.of({}).read(raw).issue
    assert issue is not None
    assert issue.code == "TABLE-060"
