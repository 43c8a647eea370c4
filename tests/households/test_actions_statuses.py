"""What may follow what (S0-03: dated entries and exits, never overwritten)."""

from datetime import date

import pytest

from mingbai.common.errors import RegisterError
from mingbai.households.actions import close_status, open_status
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Status
from mingbai.households.states import OPENINGS, may_open
from tests.households.making import BY, household

S = StatusKind
database = pytest.mark.database


def open_(home, kind, year):
    open_status(**BY, on=date(year, 1, 1), subject=Subject.HOUSEHOLD, subject_id=home, kind=kind)


def kinds(home, year):
    found = Status.objects.recorded().on(date(year, 6, 1)).filter(subject_id=home)
    return sorted(found.values_list("kind", flat=True))


@database
def test_registered_exited_returned_and_exited_again():
    """S0-03: registered and exited are dated episodes; nothing is overwritten."""
    home, _ = household()
    for year, kind in (
        (2015, S.REGISTERED),
        (2018, S.EXITED),
        (2020, S.RETURNED),
        (2021, S.EXITED),
    ):
        open_(home, kind, year)
    assert [kinds(home, year) for year in (2014, 2015, 2018, 2020, 2021)] == [
        [],
        ["registered"],
        ["exited", "registered"],
        ["registered", "returned"],
        ["exited", "registered"],
    ]


@database
def test_watched_cleared_and_watched_again():
    home, _ = household()
    for year, kind in ((2021, S.WATCHED_MARGINAL), (2022, S.CLEARED), (2023, S.WATCHED_SUDDEN)):
        open_(home, kind, year)
    assert [kinds(home, year) for year in (2021, 2022, 2023)] == [
        ["watched_marginal"],
        ["cleared"],
        ["watched_sudden"],
    ]


@database
def test_removal_ends_what_registration_brought():
    home, _ = household()
    for year, kind in ((2015, S.REGISTERED), (2018, S.EXITED), (2019, S.REMOVED)):
        open_(home, kind, year)
    assert kinds(home, 2019) == ["removed"]


@database
def test_sudden_hardship_takes_both_kinds_of_household():
    ordinary, _ = household()
    exited, _ = household()
    for year, kind in ((2015, S.REGISTERED), (2018, S.EXITED), (2023, S.WATCHED_SUDDEN)):
        open_(exited, kind, year)
    open_(ordinary, S.WATCHED_SUDDEN, 2023)
    assert kinds(exited, 2023) == ["exited", "registered", "watched_sudden"]
    assert kinds(ordinary, 2023) == ["watched_sudden"]


@database
@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ((), S.EXITED),
        ((S.REGISTERED,), S.REGISTERED),
        ((S.REGISTERED,), S.RETURNED),
        ((S.REGISTERED,), S.WATCHED_MARGINAL),
        ((S.REGISTERED,), S.WATCHED_UNSTABLE),
        ((), S.CLEARED),
        ((S.WATCHED_MARGINAL,), S.WATCHED_SUDDEN),
        ((S.DIBAO,), S.DIBAO_MARGINAL),
    ],
)
def test_what_may_not_follow_is_refused(before, kind):
    home, _ = household()
    for year, one in enumerate(before, start=2015):
        open_(home, one, year)
    with pytest.raises(RegisterError, match="HOME-044"):
        open_(home, kind, 2020)


@database
def test_an_episode_is_not_opened_into_a_later_one():
    home, _ = household()
    open_(home, S.DIBAO, 2020)
    with pytest.raises(RegisterError, match="HOME-027"):
        open_(home, S.DIBAO, 2018)


@database
def test_dibao_ends_by_itself_and_registration_does_not():
    home, _ = household()
    open_(home, S.REGISTERED, 2015)
    open_(home, S.DIBAO, 2016)
    about = {"subject": Subject.HOUSEHOLD, "subject_id": home, "on": date(2020, 1, 1)}
    close_status(**BY, **about, kind=S.DIBAO)
    assert kinds(home, 2020) == ["registered"]
    with pytest.raises(RegisterError, match="HOME-045"):
        close_status(**BY, **about, kind=S.REGISTERED)
    with pytest.raises(RegisterError, match="HOME-045"):
        close_status(**BY, **about, kind=S.DIBAO)


@database
def test_a_person_gets_tekun_and_is_never_registered_poor_alone():
    _, (person, *_) = household()
    about = {"subject": Subject.PERSON, "subject_id": person, "on": date(2020, 1, 1)}
    open_status(**BY, **about, kind=S.TEKUN)
    assert Status.objects.recorded().get().subject == "person"
    with pytest.raises(RegisterError, match="HOME-044"):
        open_status(**BY, **about, kind=S.REGISTERED)


def test_every_kind_stands_in_the_table():
    assert set(OPENINGS) == set(StatusKind)


def test_what_ends_others_never_forbids_them():
    wrong = [rule.kind for rule in OPENINGS.values() if rule.ends & rule.forbids]
    assert wrong == []


def test_a_status_never_opens_beside_itself():
    assert not any(may_open(kind, Subject.HOUSEHOLD, [kind]) for kind in StatusKind)
