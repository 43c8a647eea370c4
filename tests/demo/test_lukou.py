"""渌口区: every published total without most of its other residents, two seeds, and its re-code."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mingbai.demo import frame
from mingbai.demo.check import MASK, RED, UNCLEAR, check_tables
from mingbai.demo.context import Context, valid_on
from mingbai.demo.cross import Cross, cross_checks
from mingbai.demo.loading_frame import past, stretches
from mingbai.demo.place import load_place
from mingbai.demo.reports import Loaded
from mingbai.places.rosters import Stretch
from tests.demo.peopled import reduced

PLACE = load_place("渌口")
LEFT_OUT = 200_000  # other residents


@pytest.fixture(scope="module")
def lukou() -> Context:
    return reduced(PLACE, 1, LEFT_OUT)


def test_every_published_total_is_met(lukou: Context) -> None:
    """S3-01 S3-07 S3-08 S3-11 S3-12 S3-14 S3-15 S3-20 S3-21 S3-22 S3-25 S3-26 S3-27 S3-33 S3-34 S3-35."""
    lines = check_tables(PLACE, lukou.tables)
    assert [line.as_json() for line in lines if line.mark == RED] == []
    masked = [line.as_json() for line in lines if line.mark == MASK]
    assert {one["id"] for one in masked} == {"S3-01.left", "S3-01.base", "S3-20.households"}
    assert {one["computed"]["zh"] for one in masked} == {"未公布"}
    assert [line.total.id for line in lines if line.mark == UNCLEAR] == ["S3-07.growth"]


def test_another_seed_meets_the_totals_with_other_people(lukou: Context) -> None:
    other = reduced(PLACE, 2, LEFT_OUT)
    assert [line.total.id for line in check_tables(PLACE, other.tables) if line.mark == RED] == []
    for table in ("persons", "statuses", "incomes", "denominators", "needs", "posts"):
        assert not other.tables[table].equals(lukou.tables[table]), table


def test_documents_bear_the_code_of_their_first_issue(lukou: Context) -> None:
    """Born before 2018: 99 and the last four digits of 株洲县; later those of 渌口区."""
    persons = lukou.tables["persons"]
    young = pc.greater_equal(persons["birth_date"], pa.scalar(date(2018, 1, 1)))
    heads = pc.utf8_slice_codeunits(persons["id_number"], 0, 6)
    assert pc.unique(heads.filter(young)).to_pylist() == ["990212"]
    assert pc.unique(heads.filter(pc.invert(young))).to_pylist() == ["990221"]


def test_villages_keep_the_code_of_the_county_until_its_re_code() -> None:
    context = Context(PLACE, 1, PLACE.as_of)
    frame.build(context)
    day, first = date(2018, 1, 1), date(2014, 1, 1)
    known = past([Stretch(**row) for row in context.tables["divisions"].to_pylist()])
    assert len(known.recoded) == 139 + 8
    village = context.villages(PLACE.as_of)[0].code
    assert stretches(village, first, None, known.of(village, None)) == [
        ("430221" + village[6:], first, day), (village, day, None),
    ]  # fmt: skip
    before = valid_on(context.tables["divisions"], date(2017, 12, 31))
    assert "株洲县" in before["name"].to_pylist()


@pytest.fixture(scope="module")
def crossed(lukou: Context) -> dict[str, Cross]:
    return {one.id: one for one in cross_checks(PLACE, Loaded(lukou.tables))}


@pytest.mark.parametrize(
    ("name", "marks", "words"),
    [
        ("X25", "✔ ?", "上年是 3,195.0 万元；如指全部，上年是 4,809.5 万元"),
        ("X26", "✔", "= 5.0%：一百条里改五条"),
        ("X31", "?", "户的类别用人来数，户数没有公布"),
    ],
)
def test_cross_checks_of_lukou(
    crossed: dict[str, Cross], name: str, marks: str, words: str
) -> None:
    """S3-07 S3-20 S3-21 S3-22: each as stated."""
    found = crossed[name]
    assert " ".join(found.marks) == " ".join(found.stated) == marks
    assert words in "".join(one.zh for one in found.statements)
    assert all(one.en for one in found.statements)
