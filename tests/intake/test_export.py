"""The register in the national layouts: the same comes back, masked unless asked, texts never formulas."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from mingbai.audit.models import AccessLook, Event
from mingbai.common.errors import RegisterError
from mingbai.households.models import Household
from mingbai.intake.exporting import LAYOUTS, Exported, Wish, export
from mingbai.intake.gathering import Showing
from tests.intake.making import FAMILY, JUNE, Office, cells, home, id_number, member

pytestmark = pytest.mark.database

EXAMPLE = Path(__file__).parents[2] / "examples" / "yunnan-2025"
WHOLE = Showing(full=True, restricted=True)


def written(office: Office, out: Path, *layouts: str, showing: Showing = WHOLE, code: str = "",
            everybody: bool = True) -> list[Exported]:  # fmt: skip
    wish = Wish(layouts or tuple(LAYOUTS), code, JUNE, everybody=everybody, showing=showing)
    return export(actor="user:1", wish=wish, pack=office.pack, out=out)


def sheet(path: Path) -> list[dict[str, object]]:
    """The rows of a workbook under their heads."""
    heads, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_round_trip_of_the_example_gives_no_difference(office: Office, tmp_path: Path) -> None:
    """Imported, exported whole, imported again. One birth date was unreadable; the ID number now tells it."""
    office.deliver(sorted(path for path in EXAMPLE.iterdir() if path.suffix in (".csv", ".xlsx")))
    made = written(office, tmp_path / "out")
    back = office.deliver([one.path for one in made])
    assert back.difference is not None
    assert set(cells(back.difference)) == {"identity.birth_date"}
    assert back.difference.counts()["new"] == {
        "households": 0, "persons": 0, "memberships": 0, "statuses": 0,
    }  # fmt: skip
    assert back.difference.counts()["rows_refused"] == 0
    again = office.deliver([one.path for one in written(office, tmp_path / "out2")], again=True)
    assert again.difference is not None
    assert again.difference.nothing


def test_numbers_are_masked_by_default(office: Office, tmp_path: Path) -> None:
    office.bring([home()], FAMILY)
    (one,) = written(office, tmp_path / "人.xlsx", "person-export", showing=Showing())
    (head, _) = sheet(one.path)
    assert head["证件号码"] == f"990{'*' * 13}{id_number(1)[-2:]}"
    assert head["户联系电话"] == "199******01"
    assert not AccessLook.objects.exists()


def test_whole_numbers_leave_an_event_and_a_look_at_every_record(
    office: Office, tmp_path: Path
) -> None:
    office.bring([home()], FAMILY)
    (one,) = written(office, tmp_path / "人.xlsx", "person-export")
    assert sheet(one.path)[0]["证件号码"] == id_number(1)
    event = Event.objects.get(action="intake.export.made")
    assert '"full":true' in event.data
    assert AccessLook.objects.get().subject_id == Household.objects.get().pk


def test_restricted_topics_stay_out_by_default(office: Office, tmp_path: Path) -> None:
    office.bring([home()], [member(健康状况="残疾,长期慢性病", 残疾类别="肢体"), FAMILY[1]])
    (one,) = written(office, tmp_path / "人.xlsx", "person-export", showing=Showing(full=True))
    assert {row["健康状况"] for row in sheet(one.path)} == {""}
    (one,) = written(office, tmp_path / "人2.xlsx", "person-export")
    assert {row["健康状况"] for row in sheet(one.path)} == {"长期慢性病,残疾", "健康"}


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_texts_like_formulas_stay_texts(
    office: Office, tmp_path: Path, text: str, kind: str
) -> None:
    """A name that begins like a formula goes in and comes out as the text it is."""
    office.bring([home()], [member(姓名=text), FAMILY[1]])
    path = tmp_path / f"人.{kind}"
    written(office, path, "person-export")
    raw = path.read_bytes()
    assert b"<f>" not in raw
    assert kind == "xlsx" or f"'{text}".encode() in raw
    back = office.deliver([path])
    assert back.difference is not None
    assert back.difference.nothing


def test_only_listed_households_go_out_unless_everybody_is_asked(
    office: Office, tmp_path: Path
) -> None:
    ordinary = home("H2", 户主姓名="陈三", 户类型="一般农户", 首次识别时间="")
    office.bring([home(), ordinary], [*FAMILY, member("P3", "H2", 3, 姓名="陈三")])
    (one,) = written(office, tmp_path / "a.xlsx", "household-export", everybody=False)
    (every,) = written(office, tmp_path / "b.xlsx", "household-export")
    assert [row["户编号"] for row in sheet(one.path)] == ["H1"]
    assert [row["户编号"] for row in sheet(every.path)] == ["H1", "H2"]


@pytest.mark.parametrize(
    ("code", "layouts", "out", "number"),
    [
        ("440000000000", ("household-export",), "户.xlsx", "INTAKE-013"),
        ("", ("yearbook",), "户.xlsx", "INTAKE-011"),
        ("", ("household-export", "person-export"), "户.xlsx", "INTAKE-012"),
        ("", ("household-export",), "full", "INTAKE-015"),
    ],
)
def test_export_that_cannot_be_made_is_refused(
    office: Office, tmp_path: Path, code: str, layouts: tuple[str, ...], out: str, number: str
) -> None:
    office.bring([home()], FAMILY)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "别的.txt").write_text("x")
    with pytest.raises(RegisterError, match=number):
        written(office, tmp_path / out, *layouts, code=code)
    assert not list(tmp_path.glob(".partial-*"))


def test_folder_gets_a_file_a_township(office: Office, tmp_path: Path) -> None:
    elsewhere = home("H2", 省="云南省", 县="松岭县", 户主姓名="陈三")
    office.bring([home(), elsewhere], [*FAMILY, member("P3", "H2", 3, 姓名="陈三")])
    made = written(office, tmp_path / "out", "household-export")
    assert [(one.division_code, one.rows) for one in made] == [
        ("430000000000", 1),
        ("530000000000", 1),
    ]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        one.path.name for one in made
    )
