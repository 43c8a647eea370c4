"""Runs and their comparison: who stands otherwise since; nothing of what one may not read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mingbai.audit.models import Event
from mingbai.decisions import programs
from mingbai.decisions.actions import evaluate
from mingbai.decisions.models import Run
from mingbai.decisions.moves import moves_between
from mingbai.decisions.programs import pack_named
from mingbai.decisions.wording import restricted_rules
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from tests.desk.county import BAISHI, DAY, LONGTAN, QINGXI, County, register

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
Runs = tuple[Run, Run]


def _dwells(
    county: County, home: str, grade: str, on: date = date(2026, 1, 5), **more: Any
) -> None:
    record_facts(
        actor=county.users["county_officer"].actor, topic="dwelling", on=on,
        subject_id=county.households[home], said=Said("village", DAY),
        values={"dwelling_kind": "own", "dwelling_grade": grade, "dwelling_accepted": False, **more},
    )  # fmt: skip


def _disabled(county: County, home: str, on: date, **said: Any) -> None:
    record_facts(
        actor="user:1", topic="health", on=on, subject_id=county.heads[home],
        said=Said("household", DAY), values=said,
    )  # fmt: skip


@pytest.fixture
def twice(county: County, db: None) -> Runs:
    """Here the dwelling became unsafe, far away somebody was certified as disabled."""
    for home in ("here", "beside", "far"):
        _dwells(county, home, "A")
    _disabled(county, "far", date(2026, 1, 5), health_disabled=False)
    first = evaluate(actor="command", pack="cn", as_of=DAY)
    _dwells(county, "here", "D", on=date(2026, 2, 5))
    _disabled(
        county, "far", date(2026, 2, 5), health_disabled=True, disability_grade="1",
        disability_certified_on=date(2026, 2, 5),
    )  # fmt: skip
    return first, evaluate(actor=county.users["county_officer"].actor, pack="cn", as_of=DAY)


def _address(runs: Runs, query: str = "") -> str:
    return f"/runs/{runs[0].pk}/{runs[1].pk}/{query}"


def test_it_says_who_changed_from_what_to_what_and_why(twice: Runs, signed_in: Entry) -> None:
    answer = signed_in("county_officer").get(_address(twice, "?rule=basics.housing"))
    (line,) = answer.context["lines"]
    told = line.told[0]
    assert line.head == "陈桂生"
    assert (told.label, told.before.word, told.after.word) == ("住房安全有保障", "达标", "未达标")
    assert told.because
    assert told.because in answer.content.decode()


def test_it_says_which_fact_is_another_who_said_it_and_when(
    county: County, twice: Runs, signed_in: Entry
) -> None:
    client = signed_in("county_officer")
    page = client.get(_address(twice, f"{county.households['here']}/")).context["why"]
    grade = next(one for one in page.facts if "等级" in one.what or "鉴定" in one.what)
    assert ("A" in grade.then, "D" in grade.now) == (True, True)
    assert (grade.source, grade.since) == ("村里", date(2026, 2, 5))
    assert grade.entered_by == county.users["county_officer"].name
    assert (page.values, page.rewritten) == ((), ())
    beside = _address(twice, f"{county.households['beside']}/")
    assert client.get(beside).status_code == 404, "it did not change"
    here = _address(twice, f"{county.households['here']}/")
    assert signed_in("next_village_officer").get(here).status_code == 404
    far = _address(twice, f"{county.households['far']}/")
    assert signed_in("inspector").get(far).status_code == 404, "only illness moved it"
    assert "残疾" in client.get(far).content.decode()


def test_another_value_of_a_parameter_is_named(
    county: County, db: None, signed_in: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office's own list asks for longer leases: nothing was recorded, and one household is moved."""
    monkeypatch.setattr(programs, "LOOKS", 0.0)
    rented = {"dwelling_kind": "rented", "rent_years": 3, "rent_months": 12, "dwelling_grade": "D"}
    _dwells(county, "here", "D", **rented)
    first = evaluate(actor="command", pack="cn", as_of=DAY)
    own = Path(settings.MINGBAI_DATA) / "local"
    own.mkdir(exist_ok=True)
    (own / "cn.yaml").write_text(
        "parameters:\n  rent_years_min:\n    values:\n"
        "      - {from: 2016-01-01, value: 4, source: 测试}\n", encoding="utf-8",
    )  # fmt: skip
    try:
        runs = first, evaluate(actor="command", pack="cn", as_of=DAY)
        client = signed_in("county_officer")
        page = client.get(_address(runs))
        why = client.get(_address(runs, f"{county.households['here']}/")).context["why"]
    finally:
        shutil.rmtree(own)
        pack_named("cn")  # seen again as it is without the list
    assert [one.head for one in page.context["lines"]] == ["陈桂生"]
    assert page.context["same_facts"]
    assert not page.context["same_pack"]
    assert (why.facts, why.members) == ((), ())
    (value,) = why.values
    assert (value.name, value.now, value.source) == ("rent_years_min", "4", "测试")


def test_the_workbook_has_the_rows_of_the_filter(twice: Runs, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    sheet = client.post(_address(twice, "table/?rule=basics.housing"))
    book = openpyxl.load_workbook(BytesIO(sheet.content))
    rows = [row for row in book.active.iter_rows(values_only=True) if row[0]]
    assert [row[:2] for row in rows[-1:]] == [("陈桂生", rows[-1][1])]
    assert ("住房安全有保障", "达标", "未达标") in {row[2:5] for row in rows}
    assert Event.objects.filter(action="desk.list.exported", target="runs:comparison").exists()
    assert signed_in("helper").post(_address(twice, "table/")).status_code == 404


def test_every_number_opens_as_many(twice: Runs, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    page = client.get(_address(twice)).context
    listed = {
        page["households"]: "",
    }
    assert len(page["lines"]) == page["households"], listed
    counted = [
        *((one.households, one.address) for rule in page["rules"] for one in rule.directions),
        *((rule.households, rule.address) for rule in page["rules"]),
        *((place.households, place.address) for place in page["places"]),
    ]
    assert len(counted) > 3
    for households, address in counted:
        assert len(client.get(_address(twice, address)).context["lines"]) == households > 0


def test_the_list_of_runs_leads_to_the_comparison_with_the_one_before(
    twice: Runs, signed_in: Entry
) -> None:
    client = signed_in("county_officer")
    second, first = client.get("/runs/").context["lines"]
    assert (second.run, first.run) == (twice[1], twice[0])
    assert (first.changed, second.address) == (None, _address(twice))
    assert client.get(second.address).context["households"] == second.changed
    picked = client.get(f"/runs/compare/?one={twice[1].pk}&other={twice[0].pk}")
    assert picked["Location"] == _address(twice)
    assert client.get(f"/runs/{twice[1].pk}/{twice[0].pk}/").status_code == 404


def test_what_rests_on_illness_is_told_to_nobody_else(
    county: County, twice: Runs, signed_in: Entry
) -> None:
    closed = restricted_rules("cn", twice[0].pack_hash, DAY)
    found = moves_between(*twice)
    far = found.keys.tolist().index(county.households["far"])
    moved = {
        kind.rule for kind, on in zip(found.kinds, found.table[found.pair[far]], strict=True) if on
    }
    assert moved
    assert moved <= closed, "only illness moved it"
    seen = signed_in("county_officer").get(_address(twice)).context
    assert moved <= {kind.rule for kind in seen["asked"].found.counts}
    clerk = signed_in("next_township_clerk").get(_address(twice)).context
    assert [one.head for one in clerk["lines"]] == ["向春梅"]
    for who in ("inspector", "line_department"):
        client = signed_in(who)
        page = client.get(_address(twice)).context
        assert [one.head for one in page["lines"]] == ["陈桂生"]
        assert not {kind.rule for kind in page["asked"].found.counts} & closed
        assert client.get("/runs/").context["lines"][0].changed == 1
        for rule in moved:
            one = client.get(_address(twice, f"?rule={rule}")).context
            assert one["asked"].rule == "", "a closed rule is like one that is not there"


def test_the_chart_of_the_runs_opens_their_comparisons(twice: Runs, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    assert client.get("/runs/").context["chart"] is None, "one change is no trend"
    evaluate(actor="command", pack="cn", as_of=DAY)
    page = client.get("/runs/")
    lines, chart = page.context["lines"], page.context["chart"]
    (series,) = chart.series
    assert list(series.values) == [lines[1].changed, lines[0].changed] == [lines[1].changed, 0]
    assert list(series.addresses) == [lines[1].address, lines[0].address]
    assert [one[: len("2026-03-18 (")] for one in chart.categories] == ["2026-03-18 ("] * 2, (
        "by time"
    )
    book = openpyxl.load_workbook(BytesIO(client.post(chart.xlsx).content))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[:2] for row in rows[-2:]] == list(zip(chart.categories, series.values, strict=True))
    assert b"desk/built/charts.js" in page.content


def test_nobody_sees_beyond_the_own_places(twice: Runs, signed_in: Entry) -> None:
    own = signed_in("village_officer").get(_address(twice)).context
    assert [one.head for one in own["lines"]] == ["陈桂生"]
    for who in ("next_village_officer", "next_township_clerk"):
        page = signed_in(who).get(_address(twice, f"?place={BAISHI}")).context
        assert (page["households"], page["lines"]) == (0, [])
    assert signed_in("helper").get(_address(twice)).context["households"] == 1


def test_a_run_over_a_part_is_compared_with_the_whole_before_it(
    county: County, twice: Runs, signed_in: Entry
) -> None:
    _dwells(county, "beside", "D", on=date(2026, 3, 5))
    part = evaluate(actor="command", pack="cn", as_of=DAY, division_code=QINGXI)
    line = signed_in("county_officer").get("/runs/").context["lines"][0]
    assert (line.run, line.place, line.changed) == (part, "青溪镇", 1)
    assert line.address == f"/runs/{twice[1].pk}/{part.pk}/?place={QINGXI}"
    runs = [one.run for one in signed_in("next_township_clerk").get("/runs/").context["lines"]]
    assert part not in runs, "it is over another township"
    again = evaluate(actor="command", pack="cn", as_of=DAY)
    whole = signed_in("county_officer").get("/runs/").context["lines"][0]
    assert (whole.run, whole.address) == (again, f"/runs/{twice[1].pk}/{again.pk}/")
    assert whole.changed == 1, "against the last run over everybody"
    away = signed_in("county_officer").get(f"{whole.address}?place={LONGTAN}").context
    assert away["households"] == 0


def test_what_runs_has_a_bar_and_what_failed_its_reason(
    county: County, twice: Runs, signed_in: Entry
) -> None:
    actor = county.users["county_officer"].actor
    made = {"kind": "evaluate", "actor": actor, "created_at": twice[0].batch.recorded_at}
    failed = Job.objects.create(state=JobState.FAILED, error="DEC-004 正在评估 / running", **made)
    live = Job.objects.create(state=JobState.RUNNING, step="evaluate", done=1, total=4, **made)
    shown = signed_in("county_officer").get("/runs/").content.decode()
    assert "DEC-004" in shown
    assert f"/jobs/{failed.pk}/" in shown
    assert 'max="4" value="1"' in shown
    assert f"/jobs/{live.pk}/stop/" in shown
    assert "评估全部户" not in shown, "one at a time"
    assert "DEC-004" not in signed_in("village_officer").get("/runs/").content.decode()


def test_as_many_queries_for_many_households(county: County, twice: Runs, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    address = _address(twice)

    def queries(*pages: str) -> list[int]:
        found = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as caught:
                client.get(page)
            found.append(len(caught))
        return found

    few = queries("/runs/", address)
    for serial in range(40, 60):
        register(BAISHI, "陈多", serial)
    third = evaluate(actor="command", pack="cn", as_of=DAY)
    many = queries("/runs/", f"/runs/{twice[1].pk}/{third.pk}/")
    assert many == few
    assert max(many) <= 20
