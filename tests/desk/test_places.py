"""Places: every figure is the length of its list, sums add up, and nobody sees more than her own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from mingbai.audit.models import Event
from mingbai.decisions.actions import evaluate
from mingbai.households.actions import move_household, open_status, recode_residences
from mingbai.households.enums import StatusKind, Subject
from mingbai.places.actions import load_divisions, merge
from mingbai.places.enums import Universe, VillageStatusKind
from mingbai.places.figures import count_denominator, set_profile, set_village_status
from tests.desk.county import (
    BAISHI,
    COUNTY,
    DAPING,
    DAY,
    JINGSHUI,
    LONGTAN,
    QINGXI,
    ROSTER,
    County,
    Division,
    register,
)

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
BY = {"actor": "command", "reason": "测试"}
WATCHED_ON = date(2025, 9, 10)


def status(home: int, kind: StatusKind, on: date) -> None:
    open_status(**BY, on=on, subject=Subject.HOUSEHOLD, subject_id=home, kind=kind)


@pytest.fixture
def watched(county: County, db: None) -> County:
    """One household here was registered, left poverty and is watched; one far away is watched."""
    here, far = county.households["here"], county.households["far"]
    status(here, StatusKind.REGISTERED, date(2021, 5, 1))
    status(here, StatusKind.EXITED, date(2023, 11, 1))
    status(here, StatusKind.WATCHED_UNSTABLE, WATCHED_ON)
    status(far, StatusKind.WATCHED_MARGINAL, date(2026, 1, 5))
    for serial in range(30, 34):
        register(BAISHI, "陈早", serial)
    return county


@pytest.fixture
def evaluated(watched: County) -> County:
    evaluate(actor="command", pack="cn", as_of=DAY)
    return watched


def context(client: Client, path: str) -> dict:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.context


def figures(page: dict) -> dict[str, tuple[int, ...]]:
    found = {}
    for line in (*page["lines"], page["compared"].whole):
        found[line.place.name] = (
            line.households, line.persons, line.watched, line.watched_persons,
        )  # fmt: skip
    return found


def test_places_stand_side_by_side_and_add_up(watched: County, signed_in: Entry) -> None:
    page = context(signed_in("county_officer"), "/places/")
    assert figures(page) == {
        "青溪镇": (6, 12, 1, 2), "龙潭镇": (1, 2, 1, 2), "明川县": (7, 14, 2, 4)
    }  # fmt: skip
    villages = figures(context(signed_in("county_officer"), "/places/?rows=villages"))
    assert villages == {
        "白石村": (5, 10, 1, 2), "大坪村": (1, 2, 0, 0), "井水村": (1, 2, 1, 2), "明川县": (7, 14, 2, 4),
    }  # fmt: skip


def listed(client: Client, address: str) -> int:
    return client.get(address).context["total"]


def test_every_figure_is_the_length_of_its_list(evaluated: County, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    checked = 0
    for path in ("/places/", f"/places/{QINGXI}/", f"/places/{BAISHI}/", "/places/?view=unknown"):
        text = client.get(path).content.decode()
        main = text[text.index("<main") :]
        for address, figure in re.findall(r'href="(/households/\?[^"]+)">([\d,]+)</a>', main):
            asked = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
            found = listed(client, address.replace("&amp;", "&"))
            number = int(figure.replace(",", ""))
            assert number in (found, 2 * found), (path, address, figure, asked)  # households of two
            checked += 1
    assert checked > 40


def test_the_clerk_of_a_township_sees_hers_only(watched: County, signed_in: Entry) -> None:
    client = signed_in("township_clerk")
    county = context(client, f"/places/{COUNTY}/")
    assert figures(county) == {"青溪镇": (6, 12, 1, 2), "明川县": (6, 12, 1, 2)}
    assert "龙潭镇" not in client.get(f"/places/{COUNTY}/").content.decode()
    assert "您范围内合计" in client.get(f"/places/{COUNTY}/").content.decode()
    assert client.get(f"/places/{LONGTAN}/").status_code == 404
    assert client.get(f"/places/{JINGSHUI}/").status_code == 404
    assert client.post(f"/places/{JINGSHUI}/table/").status_code == 404
    assert {year.share for year in county["years"]} == {None}  # a share of a part would be wrong


def test_a_helper_sees_her_own_households_as_figures(watched: County, signed_in: Entry) -> None:
    page = context(signed_in("helper"), f"/places/{QINGXI}/")
    assert figures(page)["白石村"] == (1, 2, 1, 2)


def test_shares_are_of_the_register_until_every_place_has_a_denominator(
    watched: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    page = context(client, f"/places/{QINGXI}/")
    shares = {line.place.name: line.share for line in page["lines"]}
    assert shares == {"白石村": Decimal("20.00"), "大坪村": Decimal("0.00")}
    assert page["compared"].universe is None
    assert page["compared"].whole.share == Decimal("16.67")
    for code, persons, on in ((BAISHI, 400, date(2025, 12, 31)), (DAPING, 100, date(2024, 12, 31))):
        count_denominator(
            actor="command", code=code, universe=Universe.RURAL_REGISTERED, day=on, value=persons,
            source="公安",
        )  # fmt: skip
    page = context(client, f"/places/{QINGXI}/")
    assert {line.place.name: line.share for line in page["lines"]} == {
        "白石村": Decimal("0.50"), "大坪村": Decimal("0.00"),
    }  # fmt: skip
    whole = page["compared"].whole
    assert (whole.base.persons, whole.share) == (500, Decimal("0.40"))
    assert "2025-12-31" in page["definition"]
    assert any("大致" in note for note in page["notes"])
    assert any("大坪村人少（100 人），多 1 户就多 2.00 个百分点" in note for note in page["notes"])


def test_a_place_without_a_denominator_says_so(watched: County, signed_in: Entry) -> None:
    answer = signed_in("county_officer").get("/places/?on=2019-06-30")
    assert "没有分母" in answer.content.decode()
    page = context(signed_in("county_officer"), "/places/")
    assert page["based"] is False
    assert (
        "没有登记过这里的农业户籍人口"
        in signed_in("county_officer").get("/places/").content.decode()
    )


def test_the_trend_begins_when_somebody_was_first_watched(
    watched: County, signed_in: Entry
) -> None:
    page = context(signed_in("county_officer"), "/places/?rows=villages")
    trends = {line.place.name: line.trend for line in page["lines"]}
    assert trends["白石村"] == (None,) * 6 + (2,) * 7  # from the end of September 2025
    assert trends["井水村"] == (None,) * 6 + (0, 0, 0, 0, 2, 2, 2)


def test_years_keep_two_definitions_apart(watched: County, signed_in: Entry) -> None:
    count_denominator(
        actor="command", code=COUNTY, universe=Universe.RURAL_REGISTERED, day=date(2022, 12, 31),
        value=1000, source="统计局",
    )  # fmt: skip
    years = context(signed_in("county_officer"), "/places/")["years"]
    assert [(one.day, one.standing.value, one.persons, one.share) for one in years] == [
        (date(2021, 12, 31), "poor", 2, None),
        (date(2022, 12, 31), "poor", 2, Decimal("0.20")),
        (date(2025, 12, 31), "watched", 2, Decimal("0.20")),
        (DAY, "watched", 4, Decimal("0.40")),
    ]
    assert [one.first for one in years] == [False, False, True, False]


def test_two_days_are_compared(watched: County, signed_in: Entry) -> None:
    page = context(signed_in("county_officer"), "/places/?against=2025-12-31")
    changes = {line.place.name: (line.before, line.change) for line in page["lines"]}
    assert changes == {"青溪镇": (2, 0), "龙潭镇": (0, 2)}
    then = context(signed_in("county_officer"), "/places/?on=2025-12-31")
    assert figures(then)["龙潭镇"] == (1, 2, 0, 0)
    assert then["found"] is None


def test_a_day_to_come_is_refused_beside_the_field(watched: County, signed_in: Entry) -> None:
    answer = signed_in("county_officer").get("/places/?on=2030-01-01")
    assert answer.status_code == 200
    assert "不能晚于登记日期" in answer.content.decode()


def test_rows_are_sorted_by_any_column(evaluated: County, signed_in: Entry) -> None:
    client = signed_in("county_officer")

    def order(query: str) -> list[str]:
        return [line.place.name for line in context(client, f"/places/?{query}")["lines"]]

    assert order("sort=-households") == ["青溪镇", "龙潭镇"]
    assert order("sort=households") == ["龙潭镇", "青溪镇"]
    assert order("") == ["龙潭镇", "青溪镇"]  # by share
    assert order("sort=name") == ["青溪镇", "龙潭镇"]
    assert order("view=unknown&sort=-basics.water") == ["青溪镇", "龙潭镇"]
    assert order("sort=password") == order("")


def test_states_by_rule_are_counted_as_far_as_illness_may_be_read(
    evaluated: County, signed_in: Entry
) -> None:
    client = signed_in("county_officer")
    page = context(client, "/places/?view=unknown&rows=villages")
    heads = [head.rule for head, _ in page["matrix"]["heads"]]
    at = heads.index("basics.water")
    rows = {line.place.name: cells[at].count for line, cells in page["matrix"]["rows"]}
    assert rows == {"白石村": 5, "大坪村": 1, "井水村": 1}
    assert page["matrix"]["sums"][at].count == 7
    village = context(client, f"/places/{BAISHI}/")
    assert {head.rule for head, _ in village["rules"]} >= {"basics.water"}


def test_a_village_has_groups_profile_and_what_it_is_registered_as(
    watched: County, signed_in: Entry
) -> None:
    set_profile(
        actor="command", code=BAISHI, year=2024, values={"clinic": True, "clinic_doctors": 2},
        source="卫健局", observed_on=date(2024, 10, 1),
    )  # fmt: skip
    set_profile(actor="command", code=BAISHI, year=2025, values={"clinic": False}, source="乡镇")
    set_village_status(
        **BY, code=BAISHI, kind=VillageStatusKind.KEY, day=date(2024, 1, 1)
    )  # fmt: skip
    page = context(signed_in("village_officer"), f"/places/{BAISHI}/")
    assert [(one.number, one.households) for one in page["groups"]] == [("3", 5)]
    profile = dict(page["profile"].rows)
    assert profile == {"标准化卫生室": ("有", "没有"), "村医（人）": ("2", "")}
    assert page["profile"].sources == ("卫健局（2024-10-01）", "乡镇")
    assert page["registered_as"] == [("重点帮扶村", date(2024, 1, 1))]
    text = signed_in("village_officer").get(f"/places/{BAISHI}/").content.decode()
    assert "没有登记" in text


NEW = "990101100203"


@pytest.fixture
def merged(watched: County) -> County:
    """白石村 and 大坪村 became one village on the first of February."""
    merge(
        **BY, codes=[BAISHI, DAPING], into_code=NEW, into_name="石坪村", day=date(2026, 2, 1)
    )  # fmt: skip
    recode_residences(**BY, on=date(2026, 2, 1), codes={BAISHI: NEW, DAPING: NEW})
    return watched


def test_a_merged_village_is_compared_as_what_it_became(merged: County, signed_in: Entry) -> None:
    client = signed_in("township_clerk")
    page = context(client, f"/places/{QINGXI}/?against=2025-12-31")
    assert figures(page) == {"石坪村": (6, 12, 1, 2), "青溪镇": (6, 12, 1, 2)}
    (line,) = page["lines"]
    assert line.before == 2
    assert line.before_list == ""  # under two codes then: no one list
    assert line.trend[-7:] == (2,) * 7
    village = context(client, f"/places/{NEW}/")
    assert {(one.name, one.code) for one in village["before"]} == {
        ("白石村", BAISHI), ("大坪村", DAPING)
    }  # fmt: skip
    assert {year.persons for year in village["years"] if year.standing == "poor"} == {2}
    first = village["years"][0]
    assert f"place={QINGXI}" in first.address  # the two codes of then are all the township had
    assert listed(client, first.address) == first.households == 1


def test_an_old_code_says_what_became_of_it(merged: County, signed_in: Entry) -> None:
    client = signed_in("township_clerk")
    answer = client.get(f"/places/{BAISHI}/")
    assert answer.context["heirs"] == [(NEW, "石坪村")]
    assert listed(client, answer.context["listed"]) == 5
    assert signed_in("next_township_clerk").get(f"/places/{BAISHI}/").status_code == 404


def test_the_tree_opens_where_one_is(watched: County, signed_in: Entry) -> None:
    def tree(name: str, path: str) -> list[tuple[str, int, int | None, bool]]:
        lines = context(signed_in(name), path)["frame"].tree
        return [(one.name, one.depth, one.households, one.current) for one in lines]

    assert tree("township_clerk", "/batches/") == [
        ("明川县", 0, None, False), ("青溪镇", 1, 6, False), ("白石村", 2, 5, False),
        ("大坪村", 2, 1, False),
    ]  # fmt: skip
    assert tree("county_officer", f"/places/{BAISHI}/") == [
        ("明川县", 0, 7, False), ("青溪镇", 1, 6, False), ("白石村", 2, 5, True),
        ("大坪村", 2, 1, False),
    ]  # fmt: skip
    assert tree("county_officer", f"/households/?place={LONGTAN}")[1:] == [
        ("龙潭镇", 1, 1, True), ("井水村", 2, 1, False)
    ]  # fmt: skip
    assert tree("auditor", "/audit/") == []


def test_from_the_list_the_tree_narrows_the_list(watched: County, signed_in: Entry) -> None:
    lines = context(signed_in("county_officer"), "/households/?kind=watched")["frame"].tree
    address = next(one.address for one in lines if one.name == "龙潭镇")
    assert listed(signed_in("county_officer"), address) == 1


def test_long_places_are_cut_around_where_one_is(watched: County, signed_in: Entry) -> None:
    more = [Division(f"9901011002{at:02}", f"新{at}村", "village", QINGXI) for at in range(10, 40)]
    load_divisions(rows=[*ROSTER, *more], actor="command")
    lines = context(signed_in("township_clerk"), f"/places/{more[20].code}/")["frame"].tree
    assert len(lines) == 2 + 14 + 1
    assert [one.name for one in lines if one.current] == ["新30村"]
    assert lines[-1].more
    assert "18" in lines[-1].name


def test_the_workbook_is_the_table_with_what_it_means(evaluated: County, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    answer = client.post(f"/places/{COUNTY}/table/?sort=-households&against=2025-12-31")
    assert answer.status_code == 200
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0)
    rows = sheet.to_python()
    labels = {row[0]: row[1] for row in rows[1:8]}
    assert "÷ 在册人口" in labels["口径"]
    assert labels["截至"] == DAY.isoformat()
    assert labels["来源"] == "本登记册"
    names = next(at for at, row in enumerate(rows) if row[0] == "名称")
    table = [row[:5] for row in rows[names + 1 :]]
    assert table == [
        ["青溪镇", 6.0, 12.0, 1.0, 2.0], ["龙潭镇", 1.0, 2.0, 1.0, 2.0], ["明川县", 7.0, 14.0, 2.0, 4.0]
    ]  # fmt: skip
    event = Event.objects.get(action="desk.table.exported")
    assert event.target == f"division:{COUNTY}"
    assert '"rows":2' in event.data


def test_who_may_make_no_export_gets_none(watched: County, signed_in: Entry) -> None:
    client = signed_in("helper")
    assert client.post(f"/places/{BAISHI}/table/").status_code == 404
    assert "/table/" not in client.get(f"/places/{BAISHI}/").content.decode()
    assert signed_in("county_officer").get(f"/places/{COUNTY}/table/").status_code == 405


@pytest.mark.parametrize(
    "path", ["/places/", f"/places/{QINGXI}/", f"/places/{BAISHI}/", "/places/?view=unknown"]
)
def test_pages_cost_as_many_queries_for_many_as_for_few(
    evaluated: County, signed_in: Entry, path: str
) -> None:
    client = signed_in("county_officer")

    def count() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    few = count()
    more = [Division(f"9901011002{at:02}", f"新{at}村", "village", QINGXI) for at in range(10, 30)]
    load_divisions(rows=[*ROSTER, *more], actor="command")
    for at, one in enumerate(more):
        register(one.code, "王晚", 60 + at)
    assert count() <= few
    assert few <= 45


def test_a_move_is_seen_at_the_next_look(watched: County, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    assert figures(context(client, "/places/"))["龙潭镇"][:2] == (1, 2)
    move_household(
        **BY, on=DAY, household_id=watched.households["beside"],
        residence={"division_code": JINGSHUI},
    )  # fmt: skip
    page = figures(context(client, "/places/"))
    assert (page["龙潭镇"][:2], page["明川县"][:2]) == ((2, 4), (7, 14))
