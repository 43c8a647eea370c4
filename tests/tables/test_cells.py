"""What offices really write into cells: days, damage, formulas, old ID numbers, other signs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from mingbai.tables.cells import Reading, tidy
from mingbai.tables.columns import RawColumn, understand
from mingbai.tables.damage import is_error_value, original
from mingbai.tables.dates import DateReader
from mingbai.tables.errors import wording
from mingbai.tables.identity import birth_of, id18, is_cut, part_of
from mingbai.tables.numbers import NumberReader
from mingbai.tables.schema import Column
from mingbai.tables.texts import fold
from mingbai.tables.words import BoolReader, CodeReader, PartReader, PlaceReader, TextReader
from tests.tables.helpers import MAN, codes, csv, read, rows

DAY = date(2014, 1, 31)
LIST = """
profile: list
title: {zh: 名单, en: list}
source: test
recognise: {all: [人编号, 身份证号]}
entity: person
key: 人编号
link: 户编号
facts:
  name: 名字
  id_number: {labels: 身份证号, check: id_number}
"""
OLD = MAN[:6] + MAN[8:17]


def reason(reading: Reading) -> tuple[str, dict[str, str]]:
    assert reading.issue is not None
    return reading.issue.code, dict(reading.issue.facts)


@pytest.mark.parametrize(
    "raw",
    [
        "二〇一四年一月三十一日", "二零一四年一月三十一日", "2014年元月31日", "2014年1月31号",
        "2014 / 1 / 31", "2014-01-31T08:30:00+08:00", "2014-01-31 08:30:00.123", "二○一四年一月卅一日",
        datetime.fromisoformat("2014-01-31T23:59:59"),
    ],
)  # fmt: skip
def test_days_in_words_and_with_times(raw: object) -> None:
    assert DateReader().read(raw) == Reading(DAY)


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [("十", 10, 10), ("十一", 11, 20), ("二", 2, 19), ("十二", 12, 25), ("六", 6, 3)],
)
def test_chinese_numerals_below_forty(text: str, month: int, day: int) -> None:
    words = {10: "十", 20: "二十", 19: "十九", 25: "廿五", 3: "三"}
    assert DateReader().read(f"二〇二〇年{text}月{words[day]}日").value == date(2020, month, day)


def test_days_that_a_program_took_for_numbers() -> None:
    assert DateReader().read("19620202.0").value == date(1962, 2, 2)
    assert DateReader("first").read("201401.0").value == date(2014, 1, 1)
    assert reason(DateReader().read("19620202.5"))[0] == "TABLE-063"


def test_numbers_beyond_the_only_bound_name_that_one() -> None:
    low, high = Column("a", "money", 2, minimum=0), Column("b", "int", maximum=12)
    assert reason(NumberReader(low).read("-500", None)) == ("TABLE-094", {"low": "0"})
    assert reason(NumberReader(high).read("13", None)) == ("TABLE-095", {"high": "12"})
    assert reason(NumberReader(high).read("9" * 20, None))[0] == "TABLE-095"
    assert reason(NumberReader(low).read("9" * 20, None))[0] == "TABLE-095"


def test_a_text_beyond_all_measure_is_called_too_long() -> None:
    assert reason(TextReader().read("x" * 3000)) == ("TABLE-096", {"most": "2000"})


def test_ticks_of_printed_forms_are_yes() -> None:
    assert [BoolReader.of({}).read(tick).value for tick in "√✓✔☑"] == [True] * 4


def test_a_month_in_words_needs_the_profile_too() -> None:
    assert DateReader("first").read("2014年元月").value == date(2014, 1, 1)
    assert DateReader("last").read("二〇一四年二月").value == date(2014, 2, 28)
    assert reason(DateReader().read("2014年元月"))[0] == "TABLE-063"


@pytest.mark.parametrize(
    ("raw", "readings"),
    [
        ("1/2/2014", "2014-01-02 / 2014-02-01"),
        ("31/1/2014", "2014-01-31"),
        ("14.1.31", "2014-01-31 / 1914-01-31 / 2031-01-14 / 1931-01-14"),
        ("58年3月12日", "2058-03-12 / 1958-03-12"),
    ],
)
def test_days_that_could_be_two_are_offered_not_guessed(raw: str, readings: str) -> None:
    reading = DateReader().read(raw)
    assert reading.value is None
    assert reason(reading) == ("TABLE-086", {"readings": readings})
    assert readings in wording("TABLE-086", column="日期", value=raw, readings=readings)[1].zh


@pytest.mark.parametrize("raw", ["41670", 41670, 41670.0, 41670.5, "41670.0", "４１６７０"])
def test_a_bare_day_number_is_offered_not_guessed(raw: object) -> None:
    reading = DateReader().read(raw)
    assert reading.value is None
    assert reason(reading) == ("TABLE-087", {"reading": "2014-01-31"})


@pytest.mark.parametrize("raw", ["2014", "13/13/2014", "99999", "20143131", "0/0/14"])
def test_numbers_that_are_no_day_at_all(raw: str) -> None:
    assert reason(DateReader().read(raw)) == ("TABLE-063", {})


def test_wrappers_of_spreadsheets_are_taken_off_and_formulas_are_not() -> None:
    assert tidy('="00012"') == "00012"
    assert tidy('="李""四"""') == '李"四"'
    assert tidy('=""') is None
    assert tidy('="1"&"2"') == '="1"&"2"'
    assert tidy("\u202d19900000001\u202c") == "19900000001"


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "=1+1", "@SUM(A1)", "+A1", "-2+cmd|x", '="1"&"2"', "＝1+1"]
)
def test_text_like_a_formula_is_kept_with_a_remark(text: str) -> None:
    reading = TextReader().read(text)
    assert reading.value == text
    assert reason(reading)[0] == "TABLE-083"


@pytest.mark.parametrize("text", ["-5", "+86 199", "-无", "12-3", "a=b", "+8.5", "—"])
def test_signs_before_numbers_and_words_are_no_formula(text: str) -> None:
    assert TextReader().read(text) == Reading(text)


@pytest.mark.parametrize(
    "text", ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#n/a", "Err:502", "#####"]
)
def test_error_values_are_named_whatever_the_column_is(text: str) -> None:
    assert is_error_value(text)
    assert tidy(text) == text
    money = NumberReader(Column("wage", "money", 2))
    readings = [
        TextReader().read(text), TextReader("id_number").read(text), DateReader().read(text),
        BoolReader.of({}).read(text), CodeReader({}).read(text), money.read(text, None),
        PlaceReader().read(text), PartReader("残疾", frozenset(("残疾",))).read(text),
    ]  # fmt: skip
    assert [one.value for one in readings] == [None] * 8
    assert {reason(one)[0] for one in readings} == {"TABLE-082"}
    assert not is_error_value("#1楼")


@pytest.mark.parametrize("text", ["锟斤拷", "李\ufffd", "锟斤拷锟斤拷户", "??", "???"])
def test_lost_signs_are_named(text: str) -> None:
    for reading in (TextReader().read(text), CodeReader({}).read(text), DateReader().read(text)):
        assert reading.value is None
        assert reason(reading) == ("TABLE-080", {})


@pytest.mark.parametrize(
    ("written", "read_as", "name"),
    [("utf-8", "cp1252", "张三"), ("utf-8", "latin-1", "欧阳修"), ("gb18030", "latin-1", "李小明"),
     ("gb18030", "cp1252", "残疾2级"), ("utf-8", "gb18030", "残疾"), ("utf-8", "gb18030", "张三"),
     ("gb18030", "big5", "昭通市"), ("gb18030", "big5", "与户主关系")],
)  # fmt: skip
def test_garbled_text_is_offered_where_it_is_proved(name: str, written: str, read_as: str) -> None:
    garbled = name.encode(written).decode(read_as)
    assert original(garbled) == name
    reading = TextReader().read(tidy(garbled))
    assert reading.value in (garbled, None)
    assert reason(reading) == ("TABLE-081", {"original": name})


def test_garbled_text_without_a_proof_is_left_alone() -> None:
    """Two characters that Big5 and GB 18030 read differently, both of them plausible."""
    for text in ("紹撞2撰", "寮犱", "陳桲"):
        assert original(text) is None


@pytest.mark.parametrize(
    "name",
    ["张三", "陳大文", "𦰡溪", "喆", "淼鑫", "戶主", "阿卜杜拉·买买提", "Ünal", "née", "卓玛", "燊",
     "王犇", "魍魉", "劉德華", "羅淑芬", "黃鶯", "婧", "한국", "ཀརྨ"],
)  # fmt: skip
def test_true_names_are_not_taken_for_garbled(name: str) -> None:
    assert original(name) is None
    assert TextReader().read(name) == Reading(name)


def test_a_name_with_a_question_mark_is_kept_with_a_remark() -> None:
    for name in ("王?", "?溪", "阿依·?"):
        reading = TextReader().read(name)
        assert reading.value == name
        assert reason(reading)[0] == "TABLE-093"
    for text in ("?", "why?", "这户为什么没有纳入监测?"):
        assert TextReader().read(text) == Reading(text)


def test_invisible_signs_inside_are_left_out_with_a_remark_and_joiners_stay() -> None:
    reading = TextReader("phone").read("199\u200b00000\u202d001")
    assert reading.value == "19900000001"
    assert reason(reading)[0] == "TABLE-079"
    assert TextReader().read("ᠮᠣᠩ\u180eᠭᠣᠯ").issue is None
    assert reason(TextReader().read("张\x00三"))[0] == "TABLE-062"


def test_characters_of_the_senders_own_are_kept_with_a_remark() -> None:
    reading = TextReader().read("李\ue863")
    assert reading.value == "李\ue863"
    assert reason(reading)[0] == "TABLE-088"


def test_labels_are_compared_in_simplified_characters_and_texts_stay() -> None:
    assert fold("戶編號") == "户编号"
    assert fold("＊與戶主關係 ") == "与户主关系"
    assert (
        CodeReader.of(Column("k", "code", codes={"x": ("脱贫户",)}), {}).read("脫貧戶").value == "x"
    )
    among = frozenset(("残疾", "长期慢性病"))
    assert PartReader("残疾", among).read("長期慢性病,殘疾").value is True
    assert PlaceReader().read("雲南省").value == "53"
    assert TextReader().read("劉德華").value == "劉德華"


def test_traditional_sheet_reads_like_a_simplified_one(tmp_path: Path) -> None:
    text = "戶編號,戶主姓名,戶類型\nh1,陳大文,脫貧戶\n合計,,\n"
    intake = read(csv(tmp_path, "a.csv", text).parent)
    found = rows(intake, "household", "household_id", "head_name", "kind")
    assert found == [("h1", "陳大文", "exited")]
    assert codes(intake) == ["TABLE-049"]


def test_fifteen_signs_are_the_same_person_as_the_eighteen_they_became() -> None:
    assert len(OLD) == 15
    assert id18(OLD) == MAN
    assert birth_of(id18(OLD) or "") == date(1980, 1, 1)
    assert part_of(OLD, "sex") == (MAN, "male")
    assert part_of(OLD, "disability_type") is None
    reading = TextReader("id_number").read(OLD)
    assert reading.value == OLD
    assert reason(reading) == ("TABLE-085", {"sign": MAN[-1]})
    assert reason(TextReader("id_number").read(OLD[:8] + "13" + OLD[10:]))[0] == "TABLE-065"


@pytest.mark.parametrize("number", [MAN, MAN + "42", MAN + "42B1"])
def test_documents_of_eighteen_and_more_signs(number: str) -> None:
    assert TextReader("id_number").read(number) == Reading(number)


def test_county_codes_that_are_no_more_stay_valid() -> None:
    """512222 and 441900 have been renumbered or changed since; people born under them have not."""
    for county in ("512222", "510217", "422801"):
        first17 = county + "19700101001"
        sign = next(
            s for s in "0123456789X" if TextReader("id_number").read(first17 + s).issue is None
        )
        assert TextReader("id_number").read((first17 + sign).lower()).value == first17 + sign


def test_id_numbers_that_a_spreadsheet_cut_are_refused() -> None:
    cut = MAN[:15] + "000"
    assert is_cut(cut)
    assert not is_cut(MAN)
    assert not is_cut(MAN[:15])
    for text in (cut, MAN[:15] + "00000", "1.23E+17"):
        reading = TextReader("id_number").read(text)
        assert reading.value is None
        assert reason(reading)[0] in ("TABLE-084", "TABLE-062")
    assert reason(TextReader("id_number").read(9.90101198001011e17))[0] == "TABLE-062"


def cut_number(chance: int) -> str:
    """A number as a spreadsheet leaves it that fits its last sign all the same."""
    found = (f"9901011980{chance:05d}000" for chance in range(chance, chance + 200))
    return next(one for one in found if TextReader("id_number").read(one).issue is None)


@pytest.mark.parametrize(
    ("cut", "codes_of_fitting"), [(0, []), (1, ["TABLE-092"] * 2), (2, ["TABLE-084"] * 2)]
)
def test_cut_numbers_that_fit_by_chance_are_doubted_for_their_neighbours(
    tmp_path: Path, cut: int, codes_of_fitting: list[str]
) -> None:
    """A number cut to fifteen digits and zeros must not make its row somebody else (C-19)."""
    wrong = [number for number in (MAN[:14] + f"{n}000" for n in range(9)) if is_cut(number)][:cut]
    fitting = [cut_number(1_010), cut_number(2_010)]
    lines = "".join(f"p{n},h1,张三,{one},否\n" for n, one in enumerate([*fitting, *wrong]))
    csv(tmp_path, "household.csv", "household_id,unsafe\nh1,否\n")
    csv(tmp_path, "名单.csv", "人编号,户编号,名字,身份证号,残疾吗\n" + lines)
    intake = read(tmp_path, LIST)
    said = [one.code for one in intake.problems if one.row in (2, 3)]
    assert said == codes_of_fitting
    kept = [number for (number,) in rows(intake, "person", "id_number")][:2]
    assert kept == ([None, None] if "TABLE-084" in said else fitting)


def test_a_slip_in_a_large_column_puts_nobody_under_suspicion(tmp_path: Path) -> None:
    """One number in a thousand ends in 000: of many that do, one wrong number makes none doubtful."""
    wrong = next(number for number in (MAN[:14] + f"{n}000" for n in range(9)) if is_cut(number))
    fitting = sorted({cut_number(day) for day in range(1_000, 1_290, 10)})
    assert len(fitting) > 10
    lines = "".join(f"p{n},h1,张三,{one},否\n" for n, one in enumerate([*fitting, wrong]))
    csv(tmp_path, "household.csv", "household_id,unsafe\nh1,否\n")
    csv(tmp_path, "名单.csv", "人编号,户编号,名字,身份证号,残疾吗\n" + lines)
    said = [one.code for one in read(tmp_path, LIST).problems]
    assert said.count("TABLE-084") == 1
    assert "TABLE-092" not in said


def test_every_odd_cell_of_a_sheet_is_named_with_its_advice(tmp_path: Path) -> None:
    text = (
        "户编号,户主姓名,工资性收入,是否危房户,入户日期\n"
        "h1,寮犱笁,#REF!,殘疾,1/2/2014\n"
        "h2,=1+1,８７００,是,41670\n"
        "#N/A,李四,5,否,2014.1.31\n"
    )
    intake = read(csv(tmp_path, "a.csv", text).parent)
    assert sorted((one.row or 0, one.code) for one in intake.problems) == [
        (2, "TABLE-060"), (2, "TABLE-081"), (2, "TABLE-082"), (2, "TABLE-086"),
        (3, "TABLE-083"), (3, "TABLE-087"), (4, "TABLE-050"),
    ]  # fmt: skip
    garbled = next(one for one in intake.problems if one.code == "TABLE-081")
    assert "张三" in garbled.message.zh
    assert rows(intake, "household", "wage", "unsafe") == [(None, None), (870000, True)]


def test_understanding_keeps_one_reading_per_distinct_cell() -> None:
    column = RawColumn(["#N/A", "5"], pa.array([0, 1, 0], pa.int32()))
    money = NumberReader(Column("wage", "money", 2))
    done = understand([column], lambda cells: money.read(cells[0], None), column.codes.type)
    assert done.values.to_pylist() == [None, 500, None]
    assert [row for row, _ in done.troubled] == [0, 2]
