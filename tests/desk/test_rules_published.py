"""Parameters as proposals: kept versions, a second person, and old decisions by the rules of their day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from mingbai.accounts.models import User
from mingbai.common.errors import RegisterError
from mingbai.decisions import programs, versions
from mingbai.decisions.actions import evaluate, reevaluate
from mingbai.decisions.explaining import explain_household
from mingbai.decisions.models import PackVersion, ParameterProposal, Run
from mingbai.decisions.overlays import Change
from mingbai.decisions.programs import pack_named
from mingbai.decisions.proposals import propose, publish, refuse, withdraw
from mingbai.decisions.queries import latest_run, states_of
from mingbai.decisions.versions import pack_at, versions_of
from mingbai.documents.family import family_of
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from mingbai.jobs.models import Job
from mingbai.jobs.worker import work_off
from tests.desk.county import COUNTY, DAY, LONGTAN, QINGXI, START, County, add_post

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
Commits = Callable[..., Any]

FOUR_YEARS = Change(
    values={"rent_years_min": "4"}, place=COUNTY, starts_on=date(2026, 1, 1), ends_on=None,
    reason="租期短的不稳定", source="明川县住房安全工作方案（测试）第3条",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Versions are noticed at once, and forgotten with the test."""
    monkeypatch.setattr(programs, "LOOKS", 0.0)
    monkeypatch.setattr(programs, "_packs", {})
    monkeypatch.setattr(versions, "_former", {})
    yield
    for path in (Path(settings.MINGBAI_DATA) / "local").glob("*.published"):
        path.unlink()


@pytest.fixture
def renting(county: County, db: None, monkeypatch: pytest.MonkeyPatch) -> County:
    """Three years here: safe by two years of lease, not by four."""
    monkeypatch.setattr(county, "posts", dict(county.posts))  # those a test gives go with it
    record_facts(
        actor=county.users["county_officer"].actor, topic="dwelling", on=date(2026, 1, 5),
        subject_id=county.households["here"], said=Said("village", DAY),
        values={
            "dwelling_kind": "rented", "rent_years": 3, "rent_months": 12, "dwelling_grade": "D",
            "dwelling_accepted": False,
        },
    )  # fmt: skip
    evaluate(actor="command", pack="cn", as_of=DAY)
    return county


@pytest.fixture
def publishing(
    django_capture_on_commit_callbacks: Commits,
) -> Callable[[User, ParameterProposal], Any]:
    """Publish as somebody, with what follows the commit."""

    def as_(user: User, made: ParameterProposal) -> ParameterProposal:
        with django_capture_on_commit_callbacks(execute=True):
            return publish(user=user, day=DAY, proposal_id=made.pk)

    return as_


def _proposed(county: County, change: Change = FOUR_YEARS) -> ParameterProposal:
    return propose(user=county.users["county_officer"], day=DAY, change=change)


def _housing(county: County, former: Run | None = None) -> Any:
    found = explain_household(county.households["here"], rules=["basics.housing"], former=former)
    family = family_of(found.tracer, found.household)
    return found, next(one for one in family.outcomes if one.rule.id == "basics.housing")


def test_an_old_run_explains_itself_with_the_version_it_was_made_with(
    renting: County, publishing: Any
) -> None:
    first = Run.objects.get()
    made = publishing(renting.users["county_approver"], _proposed(renting))
    assert made.published_hash == pack_named("cn").hash != first.pack_hash
    # Between publishing and the evaluation that follows, states are those of the old version.
    reevaluate(household_ids=[renting.households["here"]])
    assert states_of([renting.households["here"]]).popitem()[1].words()["basics.housing"] == "met"
    assert _housing(renting)[1].state == "met"
    second = evaluate(actor="command", pack="cn", as_of=DAY)
    assert second.pack_hash == made.published_hash
    _, now = _housing(renting)
    found, then = _housing(renting, first)
    assert (then.state, now.state) == ("met", "unmet")
    assert found.program.pack.hash == first.pack_hash
    held = {one.version.digest: one for one in versions_of("cn")}
    assert held[first.pack_hash].until == held[second.pack_hash].version.kept_at
    assert held[second.pack_hash].until is None
    assert held[second.pack_hash].proposal == made


def test_a_former_run_speaks_of_what_was_known_then(renting: County) -> None:
    first = Run.objects.get()
    record_facts(
        actor=renting.users["county_officer"].actor, topic="dwelling", on=date(2026, 1, 5),
        subject_id=renting.households["here"], said=Said("village", DAY), values={"rent_years": 1},
    )  # fmt: skip
    evaluate(actor="command", pack="cn", as_of=DAY)
    assert (_housing(renting, first)[1].state, _housing(renting)[1].state) == ("met", "unmet")


def test_a_kept_version_reads_as_it_was_in_another_process(
    renting: County, publishing: Any
) -> None:
    publishing(renting.users["county_approver"], _proposed(renting))
    for one in PackVersion.objects.all():
        versions._former.clear()
        programs._packs.clear()
        assert versions.read_version(one).hash == one.digest
    damaged = PackVersion.objects.order_by("id").first()
    damaged.digest = "0" * 16
    with pytest.raises(RegisterError, match="DEC-009"):
        versions.read_version(damaged)
    with pytest.raises(RegisterError, match="DEC-008"):
        versions.pack_at("cn", "1" * 16)


def test_the_proposer_does_not_publish(renting: County, publishing: Any) -> None:
    made = _proposed(renting)
    officer = renting.users["county_officer"]
    with pytest.raises(RegisterError, match="DEC-014"):  # an officer may publish nothing
        publishing(officer, made)
    add_post(renting, "county_officer", "county_approver", COUNTY)
    with pytest.raises(RegisterError, match="DEC-013"):  # nor who has become an approver since
        publishing(officer, made)
    made.refresh_from_db()
    assert (made.state, pack_named("cn").hash) == ("proposed", made.pack_hash)


@pytest.mark.parametrize("acts", ["county_officer", "county_approver"])
def test_a_deputy_between_the_two_does_not_publish(
    renting: County, publishing: Any, acts: str
) -> None:
    made = _proposed(renting)
    other = "county_approver" if acts == "county_officer" else "county_officer"
    add_post(
        renting, acts, "helper", "", valid_from=START, valid_to=date(2030, 1, 1),
        deputy_for=renting.posts[other],
    )  # fmt: skip
    with pytest.raises(RegisterError, match="DEC-013"):
        publishing(renting.users["county_approver"], made)


def test_the_worker_evaluates_by_the_published_version_alone(
    renting: County, publishing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _proposed(renting)
    assert evaluate(actor="command", pack="cn", as_of=DAY).pack_hash == made.pack_hash
    made = publishing(renting.users["county_approver"], made)
    job = Job.objects.get(kind="evaluate")
    assert job.actor == renting.users["county_approver"].actor
    assert job.arguments == {"pack": "cn", "as_of": DAY.isoformat(), "division_code": ""}
    monkeypatch.setattr(programs, "LOOKS", 1e9)  # a worker that was not told of the version yet
    programs._packs["cn"] = (programs._packs["cn"][0], pack_at("cn", made.pack_hash))
    assert work_off() == 1
    assert latest_run().pack_hash == made.published_hash


def test_a_stale_proposal_is_refused_with_both_values(renting: County, publishing: Any) -> None:
    first, second = (
        _proposed(renting),
        _proposed(renting, replace(FOUR_YEARS, values={"rent_years_min": "5"})),
    )
    publishing(renting.users["county_approver"], first)
    with pytest.raises(RegisterError, match=r"DEC-015.*由 2（.*变成了 4（") as refused:
        publishing(renting.users["county_approver"], second)
    assert refused.value.values["parameter"] == "rent_years_min"


def test_it_is_decided_once(renting: County, publishing: Any) -> None:
    approver, officer = renting.users["county_approver"], renting.users["county_officer"]
    gone, sent_back = _proposed(renting), _proposed(renting)
    withdraw(user=officer, day=DAY, proposal_id=gone.pk)
    with pytest.raises(RegisterError, match="DEC-011"):
        refuse(user=approver, day=DAY, proposal_id=sent_back.pk, note=" ")
    refuse(user=approver, day=DAY, proposal_id=sent_back.pk, note="出处不够")
    for made, state in ((gone, "已撤回"), (sent_back, "已退回")):
        with pytest.raises(RegisterError, match=f"DEC-012.*{state}"):
            publishing(approver, made)
    with pytest.raises(RegisterError, match="DEC-016"):
        withdraw(user=officer, day=DAY, proposal_id=10**9)


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"source": " "}, "出处没有写"),
    ({"reason": ""}, "理由没有写"),
    ({"ends_on": date(2026, 1, 1)}, "不晚于第一天"),
    ({"starts_on": date(1900, 1, 1)}, "早于"),
    ({"values": {"rent_years_min": "many"}}, "不是 int"),
    ({"values": {"rent_years_min": "4.5"}}, "不是 int"),
    ({"values": {"nothing_there": "4"}}, "不是规则包里的数"),
    ({"values": {}}, "一个都没有改"),
    ({"values": {"rent_years_min": "2"}}, "一样"),
    ({"values": {"water_guarantee_min": "101"}}, "不在 0 到 100 之间"),
)


@pytest.mark.parametrize(("more", "said"), WRONG)
def test_what_is_wrong_with_a_proposal_is_said(
    renting: County, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(RegisterError, match=f"DEC-011.*{said}"):
        _proposed(renting, replace(FOUR_YEARS, **more))
    assert not ParameterProposal.objects.exists()


def test_a_value_of_a_township_holds_there_alone(renting: County, publishing: Any) -> None:
    made = publishing(
        renting.users["county_approver"], _proposed(renting, replace(FOUR_YEARS, place=QINGXI))
    )
    parameter = pack_named("cn").parameters["rent_years_min"]
    held = [parameter.value_for(DAY, code).value for code in (QINGXI, LONGTAN)]  # type: ignore[union-attr]
    assert (made.region, held) == ("990101100", [4, 2])


def test_who_proposes_has_the_place(renting: County) -> None:
    for name in ("township_clerk", "county_approver", "inspector", "administrator"):
        with pytest.raises(RegisterError, match="DEC-014"):
            propose(user=renting.users[name], day=DAY, change=replace(FOUR_YEARS, place=QINGXI))


FORM = {
    "value-rent_years_min": "4", "place": COUNTY, "starts_on": "2026-01-01", "ends_on": "",
    "reason": "租期短的不稳定", "source": "测试方案第3条",
}  # fmt: skip
PROPOSE = "/rules/propose/?parameter=rent_years_min"


def test_on_the_screen_it_is_looked_at_sent_and_published_by_another(
    renting: County, signed_in: Entry, django_capture_on_commit_callbacks: Commits
) -> None:
    officer, approver = signed_in("county_officer"), signed_in("county_approver")
    unseen = officer.post(PROPOSE, {**FORM, "act": "send"})
    assert unseen.context["changed"]  # nothing is sent that was not looked at
    assert not ParameterProposal.objects.exists()
    looked = officer.post(PROPOSE, {**FORM, "act": "try"})
    housing = next(one for one in looked.context["effects"].lines if one.label == "住房安全有保障")
    assert (housing.before, housing.after, housing.households) == ("达标", "未达标", 1)
    sent = officer.post(PROPOSE, {**FORM, "act": "send", "key": looked.context["key"]})
    made = ParameterProposal.objects.get()
    assert sent.headers["Location"] == f"/rules/proposals/{made.pk}/"
    page = officer.get(sent.headers["Location"])
    assert (page.context["own"], page.context["may_publish"]) == (True, False)
    assert officer.post(f"/rules/proposals/{made.pk}/publish/").status_code == 404
    assert approver.get(sent.headers["Location"]).context["may_publish"]
    with django_capture_on_commit_callbacks(execute=True):
        approver.post(f"/rules/proposals/{made.pk}/publish/")
    assert "已发布" in approver.get("/rules/proposals/?state=published").content.decode()
    value = officer.get("/rules/parameters/rent_years_min/").context["values"][0]
    assert (value.words, value.source, value.current) == ("4", "测试方案第3条", True)


def test_the_proposer_with_both_posts_is_told_on_the_screen(
    renting: County, signed_in: Entry
) -> None:
    made = _proposed(renting)
    add_post(renting, "county_officer", "county_approver", COUNTY)
    answer = signed_in("county_officer").post(f"/rules/proposals/{made.pk}/publish/")
    assert answer.status_code == 409
    assert "DEC-013" in answer.content.decode()


def test_a_stale_one_shows_both_values_on_the_screen(
    renting: County, signed_in: Entry, publishing: Any
) -> None:
    first, second = (
        _proposed(renting), _proposed(renting, replace(FOUR_YEARS, values={"rent_years_min": "5"})),
    )  # fmt: skip
    publishing(renting.users["county_approver"], first)
    client = signed_in("county_approver")
    ((_label, then, now),) = client.get(f"/rules/proposals/{second.pk}/").context["sides"]
    assert ([row[0] for row in then], [row[0] for row in now]) == (["2"], ["4"])
    assert client.post(f"/rules/proposals/{second.pk}/publish/").status_code == 409


def test_versions_are_read_and_compared_on_the_screen(
    renting: County, signed_in: Entry, publishing: Any
) -> None:
    made = publishing(renting.users["county_approver"], _proposed(renting))
    client = signed_in("inspector")
    lines = client.get("/rules/versions/").context["lines"]
    assert [(one.proposal, one.evaluations) for one in lines] == [(made, 0), (None, 1)]
    new, old = (one.id for one in lines)
    picked = client.get(f"/rules/versions/compare/?one={new}&other={old}")
    assert picked.headers["Location"] == f"/rules/versions/{old}/{new}/"
    page = client.get(picked.headers["Location"])
    assert [one.name for one in page.context["lines"]] == ["rent_years_min"]
    assert [one.proposal for one in page.context["proposals"]] == [made]
    values = client.get(f"/rules/parameters/rent_years_min/?version={old}").context["values"]
    assert [one.words for one in values] == ["2"]
    assert client.get(f"/rules/basics.housing/?version={old}").status_code == 200
    assert client.get("/rules/?version=999999").status_code == 404


def test_the_local_list_changes_as_one_proposal(renting: County, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    page = client.get("/rules/propose/?parameter=local")
    first = {field.html_name: field.value() or "" for field in page.context["form"]}
    names = [one for one in first if one.startswith("value-")]
    wanted = {
        **first,
        **{key: FORM[key] for key in ("reason", "source", "starts_on")},
        "ends_on": "",
    }
    wanted[names[0]] = str(int(wanted[names[0]] or 0) + 1)
    looked = client.post("/rules/propose/?parameter=local", {**wanted, "act": "try"})
    assert [text[0] for text in looked.context["values"]] == [
        str(pack_named("cn").parameters[names[0].removeprefix("value-")].label.zh)
    ]


def test_pages_of_a_reason_show_a_former_run_with_its_version(
    renting: County, signed_in: Entry, publishing: Any
) -> None:
    first = Run.objects.get()
    publishing(renting.users["county_approver"], _proposed(renting))
    evaluate(actor="command", pack="cn", as_of=DAY)
    client, home = signed_in("inspector"), f"/households/{renting.households['here']}"
    why = f"{home}/why/basics.housing/"
    now, then = client.get(why), client.get(f"{why}?run={first.pk}")
    assert (now.context["first"].look.word, then.context["first"].look.word) == ("未达标", "达标")
    assert then.context["pack"].hash == first.pack_hash
    held = then.context["held"]
    assert (held.version.digest, held.until is None) == (first.pack_hash, False)
    assert held.version.called in then.content.decode()
    for page in ("sheet", "trace"):
        shown = client.get(f"{home}/{page}/?run={first.pk}")
        assert shown.context["former"] == first
    assert client.get(f"{why}?run=999999").status_code == 404
    assert signed_in("next_village_officer").get(f"{why}?run={first.pk}").status_code == 404
