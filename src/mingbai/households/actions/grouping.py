"""Which persons make a household (户的分合与迁移): split, merge, move, leave, end, mend."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from mingbai.households.acting import Outcome, acting
from mingbai.households.actions.family import current_households, go
from mingbai.households.closing import open_column
from mingbai.households.draft import Draft
from mingbai.households.enums import HouseholdEnd, MembershipReason, StatusKind, Subject
from mingbai.households.errors import error
from mingbai.households.kept import HEAD, Stay
from mingbai.households.models import Membership, Residence
from mingbai.households.relations import propose_relations
from mingbai.households.topics import TOPICS
from mingbai.households.writing import until_next_word


def split_household(
    *,
    actor: str,
    reason: str,
    on: date,
    household_id: int,
    person_ids: Collection[int],
    head_id: int,
    statuses: Collection[StatusKind],
    number: str = "",
    relations: Mapping[int, str] | None = None,
    residence: Mapping[str, Any] | None = None,
    new_head_id: int | None = None,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Some members found a household of their own (分户), at the same place unless `residence` says another.

    `statuses`: what the new household is registered as too; asked, never guessed. If the old head goes,
    `new_head_id` follows there. Raises HOME-020 to HOME-025, HOME-028, HOME-035, HOME-039, HOME-040.
    """
    with acting(action="households.household.split", actor=actor, reason=reason, on=on,
                households=[household_id], source=source, seen=seen, dry_run=dry_run) as outcome:  # fmt: skip
        draft = outcome.draft
        members = {stay.person_id: stay for stay in draft.members(household_id, on)}
        going = [_member(members, person, household_id, on) for person in sorted(set(person_ids))]
        if not going or len(going) == len(members) or head_id not in person_ids:
            raise error("HOME-039", household=household_id)
        episodes = draft.open_episodes(Subject.HOUSEHOLD, household_id, on)
        new = draft.begin_household(number)
        there = {**_residence_on(household_id, on), **(residence or {})}
        draft.set_facts("residence", Subject.HOUSEHOLD, new, there)
        head = members[head_id]
        proposed = propose_relations(going, head, draft.head(household_id, on), draft.sexes)
        wanted = {**proposed, **(relations or {}), head_id: HEAD}
        # The old head last, so that only those who stay can follow.
        for stay in sorted(going, key=lambda one: one.relation == HEAD):
            was = go(outcome, stay, MembershipReason.SPLIT, new_head_id, relations,
                     HouseholdEnd.OTHER, propose=dry_run)  # fmt: skip
            draft.join(
                stay.person_id, new, wanted[stay.person_id], MembershipReason.SPLIT.value, like=was
            )
        _copy_statuses(draft, episodes, statuses, household_id, new)
    return outcome


def _member(members: Mapping[int, Stay], person: int, household: int, on: date) -> Stay:
    if person not in members:
        raise error("HOME-020", person=person, household=household, day=on)
    return members[person]


def _copy_statuses(
    draft: Draft, episodes: list[Any], kinds: Collection[StatusKind], old: int, new: int
) -> None:
    has = {episode.kind: episode for episode in episodes}
    for kind in kinds:
        if kind.value not in has:
            raise error("HOME-040", household=old, status=StatusKind(kind).label)
        same = has[kind.value]
        draft.begin_episode(Subject.HOUSEHOLD, new, StatusKind(kind), cause=same.cause, reason=same.reason,
                            case=same.case)  # fmt: skip


def _residence_on(household_id: int, day: date) -> dict[str, Any]:
    """Plain columns of where a household is on a day; the phone stays with the old one. One query."""
    topic = TOPICS["residence"]
    row = Residence.objects.recorded().on(day).filter(household_id=household_id).first()
    if row is None:
        return {}
    names = [name for name in topic.columns if name != "phone"]
    return {name: open_column(topic, name, getattr(row, name)) for name in names}


def merge_households(
    *,
    actor: str,
    reason: str,
    on: date,
    household_id: int,
    absorbed_id: int,
    relations: Mapping[int, str],
    keep: Collection[int] | None = None,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """The members of one household join another (并户), and theirs ends.

    `relations`: person → relation to the head, for all who come. `keep`: keys of the statuses of either
    household that hold for the merged one; asked as soon as there is one. Raises HOME-041 to HOME-043.
    """
    if household_id == absorbed_id:
        raise error("HOME-041", household=household_id)
    with acting(action="households.household.merged", actor=actor, reason=reason, on=on,
                households=[household_id, absorbed_id], source=source, seen=seen,
                dry_run=dry_run) as outcome:  # fmt: skip
        draft = outcome.draft
        coming = draft.members(absorbed_id, on)
        if missing := [s.person_id for s in coming if not relations.get(s.person_id)]:
            raise error("HOME-042", household=absorbed_id, person=missing[0])
        _merge_statuses(outcome, household_id, absorbed_id, keep, propose=dry_run)
        for stay in coming:
            was = draft.leave(stay, MembershipReason.MERGE.value)
            draft.join(stay.person_id, household_id, relations[stay.person_id],
                       MembershipReason.MERGE.value, like=was)  # fmt: skip
        draft.end_household(absorbed_id, HouseholdEnd.MERGED)
    return outcome


def _merge_statuses(
    outcome: Outcome, household: int, absorbed: int, keep: Collection[int] | None, *, propose: bool
) -> None:
    draft = outcome.draft
    open_ones = {
        home: draft.open_episodes(Subject.HOUSEHOLD, home, draft.on)
        for home in (household, absorbed)
    }
    every = [episode for episodes in open_ones.values() for episode in episodes]
    if every and keep is None:
        asked = [{"status": e.row, "kind": e.kind, "household": e.subject_id} for e in every]
        if not propose:
            raise error(
                "HOME-043", household=household, statuses=", ".join(str(e.row) for e in every)
            )
        outcome.proposals["keep"] = asked
        return
    for episode in open_ones[household]:
        if episode.row not in (keep or ()):
            draft.end_episode(episode)
    has = {e.kind for e in open_ones[household] if e.row in (keep or ())}
    for episode in open_ones[absorbed]:
        if episode.row in (keep or ()) and episode.kind not in has:
            draft.begin_episode(Subject.HOUSEHOLD, household, StatusKind(episode.kind), cause=episode.cause,
                                reason=episode.reason, case=episode.case)  # fmt: skip


def move_household(
    *,
    actor: str,
    reason: str,
    on: date,
    household_id: int,
    residence: Mapping[str, Any],
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """A household moves to another village, group or house (迁移); `residence`: columns that change.

    Raises HOME-021 and HOME-011 to HOME-015.
    """
    with acting(action="households.household.moved", actor=actor, reason=reason, on=on,
                households=[household_id], source=source, seen=seen, dry_run=dry_run) as outcome:  # fmt: skip
        life = outcome.draft.life(household_id, on)
        for day, columns in until_next_word(
            TOPICS["residence"], household_id, on, residence
        ).items():
            ends = min((one for one in (day, life.ends) if one is not None), default=None)
            outcome.draft.set_facts("residence", Subject.HOUSEHOLD, household_id,
                                    {name: residence[name] for name in columns}, ends=ends)  # fmt: skip
    return outcome


def leave(
    *,
    actor: str,
    reason: str,
    on: date,
    person_ids: Collection[int],
    household_id: int,
    new_head_id: int | None = None,
    relations: Mapping[int, str] | None = None,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Members leave the place for good (迁出); an empty household ends. Raises HOME-020, HOME-035."""
    with acting(action="households.person.left", actor=actor, reason=reason, on=on,
                households=[household_id], source=source, seen=seen, dry_run=dry_run) as outcome:  # fmt: skip
        members = {stay.person_id: stay for stay in outcome.draft.members(household_id, on)}
        going = [_member(members, person, household_id, on) for person in sorted(set(person_ids))]
        for stay in sorted(going, key=lambda one: one.relation == HEAD):
            go(outcome, stay, MembershipReason.MOVE, new_head_id, relations, HouseholdEnd.MOVED_AWAY,
               propose=dry_run)  # fmt: skip
    return outcome


def end_household(
    *,
    actor: str,
    reason: str,
    on: date,
    household_id: int,
    because: HouseholdEnd,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """A household ends with everybody in it (销户): moved away as a whole, or never a household at all."""
    why = MembershipReason.MISTAKE if because == HouseholdEnd.MISTAKE else MembershipReason.MOVE
    with acting(action="households.household.ended", actor=actor, reason=reason, on=on,
                households=[household_id], source=source, seen=seen, dry_run=dry_run) as outcome:  # fmt: skip
        draft = outcome.draft
        for stay in draft.members(household_id, on):
            draft.leave(stay, why.value)
        draft.end_household(household_id, because)
    return outcome


def correct_membership(
    *,
    actor: str,
    reason: str,
    membership_id: int,
    starts: date,
    ends: date | None,
    relation: str,
    household_id: int | None = None,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Mend a membership that was recorded wrongly (更正成员关系): its days, the relation or the household.

    `starts` is also the effective day. Raises HOME-001, HOME-013, HOME-016, HOME-023 to HOME-026.
    """
    row = Membership.objects.filter(pk=membership_id).first()
    if row is None:
        raise error("HOME-001", subject="成员关系", key=membership_id)
    if ends is not None and ends <= starts:
        raise error("HOME-013", starts=starts, ends=ends)
    into = household_id or row.household_id
    homes = {row.household_id, into, *current_households(row.person_id, starts)}
    with acting(action="households.membership.corrected", actor=actor, reason=reason, on=starts,
                households=homes, persons=[row.person_id], source=source, seen=seen,
                target=f"person:{row.person_id}", dry_run=dry_run) as outcome:  # fmt: skip
        draft = outcome.draft
        stay = next((s for s in draft.stays if s.row == membership_id), None)
        if stay is None:
            raise error("HOME-016", topic="成员关系", record=membership_id, batch=row.ended_by_id)
        draft.correct_stay(stay, starts, ends, relation, into)
    return outcome
