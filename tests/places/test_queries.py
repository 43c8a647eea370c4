"""Trees, figures, profiles and rates, as of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingbai.audit.actions import give_up, open_batch
from mingbai.audit.batches import record_batch
from mingbai.audit.enums import BatchKind
from mingbai.common.errors import RegisterError
from mingbai.places import actions, figures, queries
from mingbai.places.access import refuse_real_documents
from mingbai.places.enums import Level, Universe, VillageStatusKind
from mingbai.places.rates import rate
from tests.places.trees import county, jiangkou, lukou

pytestmark = pytest.mark.database
DAY = date(2020, 7, 1)
A, B = "990101100201", "990101100202"


@pytest.fixture
def loaded() -> None:
    actions.load_divisions(actor="command", rows=county())


def _code(function, *positional, **arguments) -> str:
    with pytest.raises(RegisterError) as caught:
        function(*positional, **arguments)
    return caught.value.code


def test_tree_counts_what_lies_below(loaded: None) -> None:
    (node,) = queries.tree(DAY)
    assert node.counts == {Level.TOWNSHIP: 2, Level.VILLAGE: 3}
    assert [(one.division.name, one.counts) for one in node.children] == [
        ("东镇", {Level.VILLAGE: 2}),
        ("西镇", {Level.VILLAGE: 1}),
    ]


def test_tree_from_a_township_on(loaded: None) -> None:
    (node,) = queries.tree(DAY, "990101100")
    assert [one.division.name for one in node.children] == ["东一村", "东二村"]


def test_tree_of_a_real_county_costs_one_query() -> None:
    actions.load_divisions(actor="command", rows=jiangkou())
    with CaptureQueriesContext(
        connection,
    ) as asked:
        (before,) = queries.tree(date(2018, 12, 31), "520621")
    assert len(asked) == 1
    assert before.counts == {Level.TOWNSHIP: 10, Level.VILLAGE: 157}
    (after,) = queries.tree(date(2019, 1, 1), "520621")
    assert after.counts == {Level.TOWNSHIP: 10, Level.VILLAGE: 105}


def test_path_names_large_to_small(loaded: None) -> None:
    assert [one.name for one in queries.path(A, DAY)] == ["甲县", "东镇", "东一村"]


def test_roster_under_an_open_batch_is_seen_when_that_is_recorded() -> None:
    batch = open_batch(actor="command", kind=BatchKind.LOAD)
    actions.load_divisions(rows=lukou(), batch=batch)
    assert queries.counts(DAY) == {}
    assert queries.lineage(DAY).steps == ()
    record_batch(batch, action="places.divisions.loaded")
    assert queries.counts(DAY)[Level.TOWNSHIP] == 8
    assert queries.division_on("430221", date(2017, 12, 31)).name == "株洲县"
    assert queries.successors("430221", date(2017, 1, 1), DAY) == {"430212000000"}


def test_given_up_roster_is_never_seen() -> None:
    batch = open_batch(actor="command", kind=BatchKind.LOAD)
    actions.load_divisions(rows=county(), batch=batch)
    give_up(batch)
    assert queries.counts(DAY) == {}


def test_profile_keeps_who_said_what(loaded: None) -> None:
    figures.set_profile(actor="user:1", code=A, year=2019, values={"clinic": True, "clinic_doctors": 1},
                        source="department:卫健", observed_on=date(2019, 5, 1))  # fmt: skip
    figures.set_profile(actor="user:1", code=A, year=2019, values={"broadband": False},
                        source="village")  # fmt: skip
    found = queries.profile(A, 2019)
    assert (found.clinic, found.clinic_doctors, found.broadband, found.sewage_treated) == (
        True, 1, False, None,
    )  # fmt: skip
    assert found.said_by == {
        "clinic": ["department:卫健", "2019-05-01"],
        "clinic_doctors": ["department:卫健", "2019-05-01"],
        "broadband": ["village", None],
    }
    assert queries.profile(A, 2020) is None
    assert queries.profile(B, 2019) is None


def test_profile_is_known_as_it_was_before_a_correction(loaded: None) -> None:
    first = figures.set_profile(
        actor="user:1", code=A, year=2019, values={"clinic": True}, source="village"
    )
    figures.set_profile(
        actor="user:1", code=A, year=2019, values={"clinic": None}, source="village"
    )
    known = type(first).objects.recorded(first.begun_by.recorded_at).get(division_code=A)
    assert known.clinic is True
    assert queries.profile_values(queries.profile(A, 2019))["clinic"] is None


def test_profile_refusals(loaded: None) -> None:
    def tried(**changes: object) -> str:
        given = {
            "code": A,
            "year": 2019,
            "values": {"clinic": True},
            "source": "village",
            **changes,
        }
        return _code(figures.set_profile, actor="user:1", **given)

    assert tried(code="990101100299") == "PLACE-007"
    assert tried(values={"clinic": True, "cinema": True}) == "PLACE-014"
    assert tried(values={}) == "PLACE-014"
    assert tried(source=" ") == "PLACE-015"
    assert tried(values={"clinic_doctors": -1}) == "PLACE-019"


def test_rate_needs_its_denominator(loaded: None) -> None:
    assert _code(rate, numerator=1, division_code="990101", universe=Universe.RURAL_REGISTERED,
                 day=DAY) == "PLACE-011"  # fmt: skip


def test_rate_names_denominator_day_and_source(loaded: None) -> None:
    counted = {"actor": "user:1", "code": "990101", "universe": Universe.RURAL_REGISTERED}
    figures.count_denominator(**counted, day=date(2019, 12, 31), value=27_350, source="统计年鉴")
    figures.count_denominator(**counted, day=date(2021, 12, 31), value=26_650, source="统计年鉴")
    found = rate(
        numerator=4869, division_code="990101", universe=Universe.RURAL_REGISTERED, day=DAY
    )
    assert (found.per_hundred, found.unit, found.counted_on) == (
        Decimal("17.80"), "人", date(2019, 12, 31),
    )  # fmt: skip


def test_second_count_of_a_day_takes_the_place_of_the_first(loaded: None) -> None:
    counted = {"actor": "user:1", "code": "990101", "universe": Universe.HOUSEHOLDS, "day": DAY}
    figures.count_denominator(**counted, value=10, source="初报")
    figures.count_denominator(**counted, value=20, source="更正")
    found = rate(numerator=5, division_code="990101", universe=Universe.HOUSEHOLDS, day=DAY)
    assert (found.denominator, found.source, found.unit) == (20, "更正", "户")


def test_rate_that_means_nothing_is_refused(loaded: None) -> None:
    counted = {"actor": "user:1", "code": A, "universe": Universe.HOUSEHOLDS, "day": DAY}
    asked = {"division_code": A, "universe": Universe.HOUSEHOLDS, "day": DAY}
    figures.count_denominator(**counted, value=10, source="村")
    assert _code(rate, numerator=11, **asked) == "PLACE-013"
    figures.count_denominator(**counted, value=0, source="村")
    assert _code(rate, numerator=0, **asked) == "PLACE-012"
    assert _code(figures.count_denominator, **counted, value=-1, source="村") == "PLACE-019"
    assert _code(figures.count_denominator, **counted, value=1, source="") == "PLACE-015"


def test_village_status_has_a_period(loaded: None) -> None:
    said = {"actor": "user:1", "code": A, "kind": VillageStatusKind.POOR}
    figures.set_village_status(**said, day=date(2014, 6, 1), reason="识别")
    figures.end_village_status(**said, day=DAY, reason="出列")
    assert [one.kind for one in queries.village_statuses(A, date(2020, 6, 30))] == ["poor"]
    assert queries.village_statuses(A, DAY) == []
    assert _code(figures.end_village_status, **said, day=DAY, reason="") == "PLACE-017"
    assert _code(figures.set_village_status, **said, day=date(2015, 1, 1), reason="") == "PLACE-018"


def test_synthetic_register_takes_invented_documents_only() -> None:
    actions.create_register(actor="command", division_code="990101", synthetic=True, pack="cn")
    refuse_real_documents(["", "990101199001011234", "９９0101199001011234"])
    with pytest.raises(RegisterError) as caught:
        refuse_real_documents(["990101199001011234", "110101199003070000"])
    assert (caught.value.code, caught.value.values) == ("PLACE-005", {"position": 2})
    assert "110101" not in str(caught.value)


def test_real_register_takes_any_document() -> None:
    refuse_real_documents(["110101199003070000"])
    refuse_real_documents(["110101199003070000"], synthetic=False)
