"""Rules and trials: what the pack says in plain words, and what another value would change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from mingbai.decisions import programs
from mingbai.decisions.actions import evaluate
from mingbai.decisions.models import Run, State
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import latest_run
from mingbai.decisions.trying import try_parameters
from mingbai.engine.compiling.whatif import parse_trial
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from tests.desk.county import COUNTY, DAY, LONGTAN, QINGXI, County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
TRY = "/rules/try/?parameter=rent_years_min&value=4"


def _rents(county: County, home: str, years: int) -> None:
    """Rented for some years, twelve months each: safe by the clause on long leases."""
    record_facts(
        actor=county.users["county_officer"].actor, topic="dwelling", on=date(2026, 1, 5),
        subject_id=county.households[home], said=Said("village", DAY),
        values={
            "dwelling_kind": "rented", "rent_years": years, "rent_months": 12,
            "dwelling_grade": "D", "dwelling_accepted": False,
        },
    )  # fmt: skip


@pytest.fixture
def renting(county: County, db: None) -> County:
    """Three years here, five years far away: another number of years touches one of them."""
    _rents(county, "here", 3)
    _rents(county, "far", 5)
    evaluate(actor="command", pack="cn", as_of=DAY)
    return county


def test_a_trial_names_who_would_change_and_changes_nothing(
    renting: County, signed_in: Entry
) -> None:
    before = (State.objects.count(), Run.objects.count())
    answer = signed_in("county_officer").get(TRY)
    shown = answer.content.decode()
    housing = next(one for one in answer.context["lines"] if one.label == "住房安全有保障")
    assert (housing.before, housing.after, housing.households, housing.persons) == (
        "达标",
        "未达标",
        1,
        2,
    )
    assert "陈桂生" in shown
    assert "向春梅" not in shown[shown.index('id="names"') :]
    assert [(one.code, one.households) for one in answer.context["places"]] == [(QINGXI, 1)]
    assert (State.objects.count(), Run.objects.count()) == before


def test_it_says_what_an_evaluation_with_the_value_says(
    renting: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oracle: the same register evaluated with the value in the office's own list."""
    monkeypatch.setattr(programs, "LOOKS", 0.0)  # a list is seen within a second; here at once
    run = latest_run()
    found = try_parameters(run, [parse_trial(pack_named("cn"), "rent_years_min=4")], health=True)
    assert found.from_kept
    moved = {
        (one.rule.id, one.before, one.after): set(one.households.tolist()) for one in found.shifts
    }
    own = Path(settings.MINGBAI_DATA) / "local"
    own.mkdir(exist_ok=True)
    try:
        (own / "cn.yaml").write_text(
            "parameters:\n  rent_years_min:\n    values:\n"
            "      - {from: 2016-01-01, value: 4, source: 测试}\n", encoding="utf-8",
        )  # fmt: skip
        again = evaluate(actor="command", pack="cn", as_of=DAY)
    finally:
        shutil.rmtree(own)
        pack_named("cn")  # seen again as it is without the list
    unmet = [one.counts["basics.housing"]["unmet"] for one in (run, again)]
    assert unmet[1] - unmet[0] == len(moved[("basics.housing", "met", "unmet")]) == 1


def test_lost_facts_are_read_again(renting: County) -> None:
    shutil.rmtree(Path(settings.MINGBAI_DATA) / "snapshots")
    trial = parse_trial(pack_named("cn"), "rent_years_min=4")
    found = try_parameters(latest_run(), [trial], health=True)
    assert not found.from_kept
    assert {one.persons for one in found.shifts} == {None}
    assert any(one.rule.id == "basics.housing" and len(one.households) == 1 for one in found.shifts)


def test_a_place_is_tried_by_itself(renting: County) -> None:
    trial = parse_trial(pack_named("cn"), "rent_years_min=9")
    sizes = {
        code: [
            len(one.households)
            for one in try_parameters(latest_run(), [trial], division_code=code, health=True).shifts
            if one.rule.id == "basics.housing"
        ]
        for code in (COUNTY, QINGXI, LONGTAN)
    }
    assert sizes == {COUNTY: [2], QINGXI: [1], LONGTAN: [1]}


def test_only_the_last_facts_are_kept(renting: County) -> None:
    evaluate(actor="command", pack="cn", as_of=DAY)
    kept = list((Path(settings.MINGBAI_DATA) / "snapshots" / "all").iterdir())
    assert len(kept) == 1
    assert kept[0].name.startswith(f"{latest_run().pk}-")


def test_kept_facts_hold_no_name_and_no_number(renting: County) -> None:
    held = b"".join(
        path.read_bytes() for path in (Path(settings.MINGBAI_DATA) / "snapshots").rglob("*.parquet")
    )
    for secret in ("陈桂生", "向春梅", "99010119", "19900010"):
        assert secret.encode() not in held


def test_who_may_not_try_reads_all_the_same(renting: County, signed_in: Entry) -> None:
    client = signed_in("inspector")
    assert client.get(TRY).status_code == 404
    assert "试另一个数" not in client.get("/rules/parameters/rent_years_min/").content.decode()
    assert client.get("/rules/basics.housing/").status_code == 200


def test_a_clerk_tries_her_own_township_only(renting: County, signed_in: Entry) -> None:
    client = signed_in("township_clerk")
    assert client.get(f"{TRY}&place={LONGTAN}").status_code == 404
    assert client.get(f"{TRY}&place={COUNTY}").status_code == 404
    shown = client.get(TRY)
    assert shown.context["found"].households == 2


def test_rules_on_illness_are_not_named_to_who_may_not_read_it(
    renting: County, signed_in: Entry
) -> None:
    open_, closed = (
        signed_in(one).get("/rules/").content.decode() for one in ("county_officer", "inspector")
    )
    assert "因病风险" in open_
    assert "因病风险" not in closed
    assert signed_in("inspector").get("/rules/signal.illness/").status_code == 404


def test_a_value_that_is_none_is_refused_in_words(renting: County, signed_in: Entry) -> None:
    answer = signed_in("county_officer").get("/rules/try/?parameter=rent_years_min&value=many")
    assert answer.status_code == 422
    assert "RUN-002" in answer.content.decode()


def test_a_rule_reads_in_plain_words(renting: County, signed_in: Entry) -> None:
    shown = signed_in("helper").get("/rules/basics.housing/")
    text = shown.content.decode()
    assert "自己的房安全，或者住在搬迁房" in text
    assert ("长期租住：连续年数", "2") in [
        (one.label, one.value.words) for one in shown.context["parameters"]
    ]
    assert len(shown.context["cases"]) > 1


def test_values_stand_by_day_and_place(renting: County, signed_in: Entry) -> None:
    shown = signed_in("county_officer").get("/rules/parameters/poverty_line/").context["values"]
    starts = [one.since for one in shown if one.since]
    assert starts == sorted(starts, reverse=True)
    assert sum(one.current for one in shown) <= 1


def test_before_the_first_evaluation_it_says_so(county: County, db: None, signed_in: Entry) -> None:
    assert "还没有评估过" in signed_in("county_officer").get(TRY).content.decode()
