"""A sender's own headers: asked about once, known next month."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mingbai.audit.models import Event
from mingbai.common.errors import RegisterError
from mingbai.engine.model.pack import Pack
from mingbai.households.models import Security, Work
from mingbai.intake.files import FileUpload, accept
from mingbai.intake.layouts import kept_layouts, say_columns
from mingbai.intake.looking import asked_of, lines_of, picture_of
from mingbai.intake.models import ImportOrder, Layout
from mingbai.intake.orders import order_import, request_of
from mingbai.intake.running import Request
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from mingbai.jobs.worker import work_off
from tests.intake.making import FAMILY, JULY, JUNE, Office, home, id_number, member, person

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("_no_states")]

#: What a sender calls its columns, and what they are.
STRANGE = {"公民身份号": "number", "被保障人姓名": "name", "低保与否": "on_dibao", "备忘": "none"}


def strange(serial: int = 1, name: str = "肖一", said: str = "是") -> dict[str, Any]:
    return {"公民身份号": id_number(serial), "被保障人姓名": name, "低保与否": said, "备忘": "甲"}


def looked_at(
    office: Office, *lists: object, day: date = JULY, source: str = "民政"
) -> ImportOrder:
    files = [accept(FileUpload(office.list(rows)), actor="user:1") for rows in lists]  # type: ignore[arg-type] # rows
    order = order_import(
        actor="user:1", files=files, request=Request(day, source=source), dry_run=True
    )
    work_off()
    order.refresh_from_db()
    return order


def said(order: ImportOrder, pack: Pack, columns: dict[str, str], entity: str = "person") -> Layout:
    (sheet,) = asked_of(order)
    return say_columns(
        actor="user:1", order=order, entity=entity, base=sheet["base"], columns=columns, pack=pack
    )


def again(order: ImportOrder, *layouts: Layout) -> ImportOrder:
    made = order_import(
        actor="user:1", files=list(order.files.all()), request=request_of(order), dry_run=True,
        layouts=layouts, follows=order,
    )  # fmt: skip
    work_off()
    made.refresh_from_db()
    return made


def test_sheet_that_nobody_knows_is_asked_about_and_not_guessed(office: Office) -> None:
    office.bring([home()], FAMILY)
    order = looked_at(office, [strange()])
    assert Job.objects.get(pk=order.job_id).state == JobState.DONE
    (sheet,) = asked_of(order)
    assert (sheet["base"], sheet["said"]) == ("", False)
    assert [one["head"] for one in sheet["heads"]] == list(STRANGE)
    assert id_number(1) not in str(sheet)
    option = next(one for one in sheet["options"] if one["entity"] == "person")
    assert {one["name"] for one in option["targets"]} >= {"number", "name", "on_dibao"}
    picture = picture_of(order)
    assert picture is not None
    assert not any(picture.totals.values())


def test_columns_that_are_said_are_read_and_known_next_month(office: Office, pack: Pack) -> None:
    office.bring([home()], FAMILY)
    first = looked_at(office, [strange()])
    order = again(first, said(first, pack, STRANGE))
    (line,) = lines_of(order, "changed", 0, 9)
    assert (line["column"], line["after"]) == ("on_dibao", True)
    later = looked_at(office, [strange(2, "王二")], day=date(2025, 8, 31))
    (line,) = lines_of(later, "changed", 0, 9)
    assert (line["subject"], line["after"]) == ("P2", True)
    (sheet,) = asked_of(later)
    assert sheet["said"] is True


def test_word_that_the_list_does_not_know_is_said_once(office: Office, pack: Pack) -> None:
    office.bring([home()], FAMILY)
    first = again(looked := looked_at(office, [strange(said="在册")]), said(looked, pack, STRANGE))
    assert lines_of(first, "changed", 0, 9) == []
    (sheet,) = asked_of(first)
    guess = next(one for one in sheet["options"][0]["guesses"] if one["target"] == "on_dibao")
    assert guess["asks"] == [{"word": "在册", "code": None}]
    assert [code for code, _label in guess["codes"]] == ["yes", "no"]
    layout = say_columns(
        actor="user:1", order=first, entity="person", base="", columns=STRANGE, pack=pack,
        words={"低保与否": {"在册": "yes"}},
    )  # fmt: skip
    (line,) = lines_of(again(first, layout), "changed", 0, 9)
    assert line["after"] is True
    later = looked_at(office, [strange(2, "王二", said="在册")], day=date(2025, 8, 31))
    assert len(lines_of(later, "changed", 0, 9)) == 1


def test_word_stands_for_a_code_of_its_list_alone(office: Office, pack: Pack) -> None:
    order = looked_at(office, [strange(said="在册")])
    with pytest.raises(RegisterError, match="INTAKE-020"):
        say_columns(
            actor="user:1", order=order, entity="person", base="", columns=STRANGE, pack=pack,
            words={"低保与否": {"在册": "perhaps"}},
        )  # fmt: skip


def test_what_was_said_holds_for_its_sender_and_place_alone(office: Office, pack: Pack) -> None:
    office.bring([home()], FAMILY)
    first = looked_at(office, [strange()])
    again(first, said(first, pack, STRANGE))
    assert Job.objects.get(pk=looked_at(office, [strange()], source="残联").job_id).result
    assert [len(kept_layouts(who, "")) for who in ("department:民政", "department:残联")] == [1, 0]
    Layout.objects.update(division_code="430525100000")
    codes = ("430525100000", "430525100201", "430525101000", "430525000000", "")
    assert [len(kept_layouts("department:民政", code)) for code in codes] == [1, 1, 0, 0, 0]


def test_column_that_a_known_sheet_leaves_unread_is_read_once_it_is_said(
    office: Office, pack: Pack
) -> None:
    """The rest of the sheet stays as its own layout reads it."""
    more = {"去年在外做工几个月": 9, "备忘": "甲"}
    office.bring([home()], FAMILY)
    people = [{**{k: v for k, v in one.items() if "务工" not in k}, **more} for one in FAMILY]
    first = looked_at(office, [home()], people)
    sheet = next(one for one in asked_of(first) if one["base"] == "cn-person-export")
    assert [one["head"] for one in sheet["heads"]] == list(more)
    layout = say_columns(
        actor="user:1", order=first, entity="person", base=sheet["base"], pack=pack,
        columns={"去年在外做工几个月": "work_months", "备忘": "none"},
    )  # fmt: skip
    order = again(first, layout)
    assert {one["column"] for one in lines_of(order, "changed", 0, 9)} == {"work_months"}
    order = order_import(
        actor="user:1", files=list(order.files.all()), request=request_of(order), dry_run=False,
        layouts=list(order.layouts.all()), follows=order,
    )  # fmt: skip
    work_off()
    rows = Work.objects.recorded().on(JULY).filter(person=person())
    assert rows.values_list("work_months", flat=True).get() == 9


def test_same_files_read_otherwise_are_another_import(office: Office, pack: Pack) -> None:
    """What was written before a column was said does not keep it out."""
    office.bring([home()], FAMILY)
    people = [{**one, "吃低保": "是"} for one in FAMILY]
    first = looked_at(office, [home()], people)
    order_import(
        actor="user:1", files=list(first.files.all()), request=request_of(first), dry_run=False
    )
    work_off()
    sheet = next(one for one in asked_of(first) if one["base"] == "cn-person-export")
    free = {one["name"] for one in sheet["options"][0]["targets"]}
    assert "on_dibao" not in free  # the sheet's own column says it
    layout = say_columns(
        actor="user:1", order=first, entity="person", base=sheet["base"],
        columns={"吃低保": sorted(free)[0]}, pack=pack,
    )  # fmt: skip
    made = order_import(
        actor="user:1", files=list(first.files.all()), request=request_of(first), dry_run=False,
        layouts=[layout],
    )  # fmt: skip
    work_off()
    assert Job.objects.get(pk=made.job_id).result["imported_before"] is None


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"公民身份号": "number", "被保障人姓名": "number"}, "INTAKE-018"),
        ({"低保与否": "on_dibao"}, "INTAKE-019"),
        ({"公民身份号": "number", "低保与否": "no such fact"}, "INTAKE-020"),
    ],
)
def test_what_cannot_be_read_so_is_refused(
    office: Office, pack: Pack, columns: dict[str, str], code: str
) -> None:
    order = looked_at(office, [strange()])
    with pytest.raises(RegisterError, match=code):
        said(order, pack, columns)
    assert not Layout.objects.exists()


def test_saying_columns_is_recorded_without_anybodys_data(office: Office, pack: Pack) -> None:
    order = looked_at(office, [strange()])
    said(order, pack, STRANGE)
    event = Event.objects.order_by("-id").first()
    assert event is not None
    assert event.action == "intake.layout.said"
    assert "低保与否" in event.data
    assert "肖一" not in event.data


def test_list_is_written_as_its_dry_run_read_it(office: Office, pack: Pack) -> None:
    """Another word about the columns in between changes nothing of what was shown."""
    office.bring(
        [home()], [member(), member("P2", serial=2, 姓名="王二", 与户主关系="配偶")], day=JUNE
    )
    first = looked_at(office, [strange()])
    order = again(first, said(first, pack, STRANGE))
    said(first, pack, {**STRANGE, "低保与否": "none"})
    order_import(
        actor="user:1", files=list(order.files.all()), request=request_of(order), dry_run=False,
        layouts=list(order.layouts.all()), follows=order,
    )  # fmt: skip
    work_off()
    assert Security.objects.recorded().filter(person=person(), on_dibao=True).exists()
