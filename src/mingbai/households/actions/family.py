"""What happens in families (家庭变动): birth, death, marriage, divorce, a new head."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from mingbai.households.acting import Outcome, acting
from mingbai.households.actions.registering import Newcomer, enter
from mingbai.households.enums import HouseholdEnd, MembershipReason, Subject
from mingbai.households.errors import error
from mingbai.households.kept import HEAD, Stay, cut
from mingbai.households.models import Membership
from mingbai.households.relations import propose_head, propose_relations


def record_birth(
    *,
    actor: str,
    reason: str,
    on: date,
    household_id: int,
    child: Newcomer,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """A child is born into a household (出生); `on` is the birthday. Raises as `register_person_into`."""
    born = Newcomer(child.relation, {**child.identity, "birth_date": on}, child.number)
    with acting(action="households.person.born", actor=actor, reason=reason, on=on,
                households=[household_id], source=source, seen=seen, dry_run=dry_run) as outcome:  # fmt: skip
        enter(outcome.draft, household_id, born, MembershipReason.BIRTH)
    return outcome


def record_death(
    *,
    actor: str,
    reason: str,
    on: date,
    person_id: int,
    new_head_id: int | None = None,
    relations: Mapping[int, str] | None = None,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Somebody died on a day (死亡), and is no member from that day. The last one's household ends.

    Raises HOME-035 when a head dies, others are left and no `new_head_id` is given; a dry run proposes one.
    """
    households = current_households(person_id, on)
    with acting(action="households.person.died", actor=actor, reason=reason, on=on, households=households,
                persons=[person_id], source=source, seen=seen, dry_run=dry_run) as outcome:  # fmt: skip
        draft = outcome.draft
        if draft.deaths.get(person_id):
            raise error("HOME-036", person=person_id, day=draft.deaths[person_id])
        stay = draft.stay(person_id, on)
        for later in draft.stays:
            if later.person_id == person_id and later.starts > on:
                cut(later, on)
        draft.deaths[person_id] = on
        draft.set_facts("identity", Subject.PERSON, person_id, {"died_on": on})
        draft.end_episodes(Subject.PERSON, person_id)
        go(outcome, stay, MembershipReason.DEATH, new_head_id, relations, HouseholdEnd.DIED_OUT,
           propose=dry_run)  # fmt: skip
    return outcome


def record_marriage(
    *,
    actor: str,
    reason: str,
    on: date,
    household_id: int | None,
    relation: str = "",
    person_id: int | None = None,
    newcomer: Newcomer | None = None,
    new_head_id: int | None = None,
    relations: Mapping[int, str] | None = None,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Somebody marries into another household (婚嫁), out of the register (`household_id` None), or into it.

    Either `person_id` (registered already) or `newcomer`. Raises HOME-035 as `record_death` does.
    """
    homes = current_households(person_id, on) if person_id is not None else []
    people = [] if person_id is None else [person_id]
    into = [] if household_id is None else [household_id]
    with acting(action="households.person.married", actor=actor, reason=reason, on=on,
                households={*homes, *into}, persons=people, source=source, seen=seen,
                dry_run=dry_run) as outcome:  # fmt: skip
        draft = outcome.draft
        if newcomer is not None and household_id is not None:
            enter(draft, household_id, newcomer, MembershipReason.MARRIAGE)
        elif person_id is None:
            raise error("HOME-033")
        else:
            move_person(outcome, person_id, household_id, relation, MembershipReason.MARRIAGE, new_head_id,
                        relations, propose=dry_run)  # fmt: skip
    return outcome


def divorce(
    *,
    actor: str,
    reason: str,
    on: date,
    person_id: int,
    household_id: int | None,
    relation: str = "",
    new_head_id: int | None = None,
    relations: Mapping[int, str] | None = None,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """After a divorce somebody goes to another household (离婚), or away (`household_id` None).

    Who founds a household of their own is a split. Raises HOME-035 as `record_death` does.
    """
    into = [] if household_id is None else [household_id]
    with acting(action="households.person.divorced", actor=actor, reason=reason, on=on,
                households={*current_households(person_id, on), *into}, persons=[person_id], source=source,
                seen=seen, dry_run=dry_run) as outcome:  # fmt: skip
        move_person(outcome, person_id, household_id, relation, MembershipReason.DIVORCE, new_head_id,
                    relations, propose=dry_run)  # fmt: skip
    return outcome


def take_over_headship(
    *,
    actor: str,
    reason: str,
    on: date,
    household_id: int,
    person_id: int,
    relations: Mapping[int, str] | None = None,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Another member becomes head (户主变更). `relations`: person → relation to the new head, if known.

    Raises HOME-020, HOME-022, HOME-037.
    """
    with acting(action="households.headship.taken_over", actor=actor, reason=reason, on=on,
                households=[household_id], source=source, seen=seen, dry_run=dry_run) as outcome:  # fmt: skip
        if outcome.draft.stay(person_id, on, household_id).relation == HEAD:
            raise error("HOME-037", person=person_id, household=household_id)
        appoint(outcome, household_id, person_id, relations)
    return outcome


def current_households(person_id: int, on: date) -> list[int]:
    """Where a person is recorded from a day on: what to lock before anything is drafted. One query."""
    found = Membership.objects.recorded().filter(person_id=person_id)
    found = found.filter(Q(valid_to=None) | Q(valid_to__gt=on))
    return sorted(set(found.values_list("household_id", flat=True)))


def move_person(
    outcome: Outcome,
    person_id: int,
    household_id: int | None,
    relation: str,
    why: MembershipReason,
    new_head_id: int | None,
    relations: Mapping[int, str] | None,
    *,
    propose: bool,
) -> None:
    """Out of one household and into another, or away. Raises HOME-038 when it is the same one."""
    draft = outcome.draft
    stay = draft.stay(person_id, draft.on)
    if stay.household_id == household_id:
        raise error("HOME-038", person=person_id, household=household_id)
    was = go(outcome, stay, why, new_head_id, relations, HouseholdEnd.MOVED_AWAY, propose=propose)
    if household_id is not None:
        draft.join(person_id, household_id, relation, why.value, like=was)


def go(
    outcome: Outcome,
    stay: Stay,
    why: MembershipReason,
    new_head_id: int | None,
    relations: Mapping[int, str] | None,
    ended: HouseholdEnd,
    *,
    propose: bool,
) -> Stay:
    """Leave a household: a head names who follows, the last one ends it. Returns the stay as it was."""
    draft = outcome.draft
    home = stay.household_id
    left = [one for one in draft.members(home, draft.on) if one.person_id != stay.person_id]
    was = draft.leave(stay, why.value)
    if not left:
        draft.end_household(home, ended)
    elif was.relation == HEAD:
        if new_head_id is None:
            proposed = propose_head(left, draft.births, draft.on)
            if not propose:
                raise error("HOME-035", household=home, proposed=proposed)
            outcome.proposals["new_head_id"] = new_head_id = proposed
        assert new_head_id is not None
        appoint(outcome, home, new_head_id, relations, was)
    return was


def appoint(
    outcome: Outcome,
    household_id: int,
    person_id: int,
    relations: Mapping[int, str] | None,
    gone: Stay | None = None,
) -> None:
    """Make a member the head and everybody else what they are to the new head. Raises HOME-020."""
    draft = outcome.draft
    members = draft.members(household_id, draft.on)
    new = draft.stay(person_id, draft.on, household_id)
    proposed: dict[int, Any] = propose_relations(members, new, draft.head(household_id, draft.on) or gone,
                                                 draft.sexes)  # fmt: skip
    outcome.proposals["relations"] = proposed
    for stay in members:
        if stay.person_id != person_id:
            draft.relate(stay, {**proposed, **(relations or {})}[stay.person_id])
    draft.relate(new, HEAD)
