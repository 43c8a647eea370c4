"""Escaping, and how values and names are written."""

import pytest

from mingbai.documents.markup import Html, html, tag
from mingbai.documents.rows import called, row_names, spoken
from mingbai.documents.values import clipped, figure, masked, span, without_blanks
from mingbai.documents.words import words
from mingbai.engine.model.pack import Pack
from mingbai.engine.model.values import MONEY
from mingbai.screening.inputs import household_row
from mingbai.screening.result import Screening

ZH, EN = words("zh"), words("en")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;\"'"),
        ("一\x00二\x1b三", "一二三"),
        ("a\u202eb\u200bc", "abc"),
        ("行\n行", "行 行"),
        ("", ""),
    ],
)
def test_text_is_escaped_and_cleaned_where_it_enters(text: str, written: str) -> None:
    assert tag("p", text) == f"<p>{written}</p>"


def test_attributes_are_escaped() -> None:
    assert tag("a", "x", href='" onclick="alert(1)') == (
        '<a href="&quot; onclick=&quot;alert(1)">x</a>'
    )


def test_markup_is_not_escaped_twice_and_nothing_is_nothing() -> None:
    assert html(tag("b", "<"), None, False, ["a", ("b", None)], 3) == "<b>&lt;</b>ab3"
    assert isinstance(html(), Html)


def test_shapes_are_closed() -> None:
    assert tag("rect", x=1, class_="a") == '<rect x="1" class="a"/>'
    assert tag("br") == "<br>"


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (344_600, 1_064_600, "3,446 – 10,646"),
        (870_050, 870_050, "8,700.50"),
        (-100_000, 0, "−1,000 – 0"),  # noqa: RUF001  # a true minus
        (577_000, None, "5,770 起"),
        (None, 577_000, "至多 5,770"),
        (None, None, "上下都没有数"),
    ],
)
def test_ranges_are_written_with_their_ends(
    low: int | None, high: int | None, written: str
) -> None:
    assert span(low, high, MONEY, ZH) == written


def test_figures_names_and_texts_from_tables() -> None:
    assert figure(1_234_567) == "1,234,567"
    assert [masked(name) for name in ("陈志强", "陈强", "欧阳志强", "Juan", "")] == [
        "陈某某", "陈某", "欧某某", "J…", "",
    ]  # fmt: skip
    assert clipped("长" * 50, 10) == "长" * 9 + "…"
    assert without_blanks("编号“{value}”不能用") == "编号“…”不能用"


def test_rows_are_called_as_people_do(pack: Pack, screening: Screening) -> None:
    rows = row_names(pack, household_row(pack, screening.intake.tables, "h5"))
    assert spoken(rows[""], ZH) == ""
    assert spoken(rows["members.0."], ZH) == "陈志强（长子）"
    assert spoken(rows["members.0."], ZH, hide=True) == "陈某某（长子）"
    assert called(rows["members.0."], ZH) == "陈志强"
    assert spoken(rows["members.1.benefits.0."], ZH) == "陈桂生（户主）的补贴发放（2020-01-01）"
    assert spoken(rows["members.1.benefits.0."], EN) == (
        "benefit paid (2020-01-01) of 陈桂生 (head)"
    )
