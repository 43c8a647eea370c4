"""Changes of parameters as proposals (参数变更提案): made by one person, published by another.

What is published is a dated, regional list laid over the shipped pack, which stays as it is. The proposer
never publishes, nor does a deputy between the two (S0-09: who proposes does not approve).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mingbai.accounts.models import Post, User
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope, scope_of
from mingbai.audit.actions import record
from mingbai.decisions.enums import ProposalState
from mingbai.decisions.errors import error
from mingbai.decisions.models import ParameterProposal
from mingbai.decisions.overlays import (
    LONGEST_REASON,
    Change,
    changed_values,
    overlay_of,
    region_for,
    touching,
    values_of,
    written,
    wrong,
)
from mingbai.decisions.programs import pack_named, pack_with, tell_of_version
from mingbai.decisions.versions import keep_version
from mingbai.engine.compiling.packs import bind_pack
from mingbai.engine.model.pack import Pack
from mingbai.jobs.actions import start_job
from mingbai.places.codes import range_of
from mingbai.places.queries import register


@transaction.atomic
def propose(*, user: User, day: date, change: Change) -> ParameterProposal:
    """Propose a change of parameters of the register's pack (提出).

    Raises DEC-011 for what is wrong with it, DEC-014 without the permission for the place, ``PackError``.
    """
    _may(user, Permission.RULES_PROPOSE, change.place, day)
    name = register().pack
    pack = pack_named(name)
    values = changed_values(pack, change)
    region = region_for(pack, values, change.place, register().division_code)
    texts = {"reason": change.reason.strip(), "source": change.source.strip()}
    made = ParameterProposal(
        pack=pack.id, changes=values, region=region, starts_on=change.starts_on, ends_on=change.ends_on,
        **texts, pack_hash=pack.hash, tried=dict(change.tried), proposed_by=user.actor,
        before={one: values_of(pack.parameters[one]) for one in values}, proposed_at=timezone.now(),
    )  # fmt: skip
    _bound(pack_with(name, overlay_of(pack, made)), made)
    keep_version(pack, actor=user.actor)  # what it was made on stays readable
    made.save()
    _record(user, made, "decisions.rules.proposed", _said(made))
    return made


@transaction.atomic
def publish(*, user: User, day: date, proposal_id: int) -> ParameterProposal:
    """Publish somebody else's proposal (发布): a new version of the pack, by which the worker evaluates all.

    Raises DEC-012 for one that is decided, DEC-013 for the proposer and deputies between the two, DEC-014
    without the permission for the place, DEC-015 where the values changed since, DEC-016 for none.
    """
    held = _held(proposal_id)
    _may(user, Permission.RULES_PUBLISH, _place_of(held), day)
    _second_person(user, held)
    name = register().pack
    pack = pack_with(name)
    _still_on(pack, held)
    keep_version(pack, actor=user.actor)
    held.overlay = overlay_of(pack, held)
    new = pack_with(name, held.overlay)
    _bound(new, held)
    _decide(held, user, ProposalState.PUBLISHED, published_hash=new.hash)
    keep_version(new, actor=user.actor)
    said = {**_said(held), "from": pack.hash, "to": new.hash, "proposed_by": held.proposed_by}
    _record(user, held, "decisions.rules.published", said)
    wanted = {"pack": name, "as_of": day.isoformat(), "division_code": ""}
    start_job(
        kind="evaluate", arguments=wanted, actor=user.actor, division_code=register().division_code
    )
    transaction.on_commit(lambda: tell_of_version(new.id))
    return held


@transaction.atomic
def refuse(*, user: User, day: date, proposal_id: int, note: str) -> ParameterProposal:
    """Refuse somebody else's proposal (退回), with the reason. Raises as `publish`, DEC-011 without one."""
    held = _held(proposal_id)
    _may(user, Permission.RULES_PUBLISH, _place_of(held), day)
    _second_person(user, held)
    if not note.strip():
        raise wrong("退回的理由", "reason", "没有写", "is missing")
    _decide(held, user, ProposalState.REFUSED, note=note.strip()[:LONGEST_REASON])
    _record(user, held, "decisions.rules.refused", {"reason": held.note})
    return held


@transaction.atomic
def withdraw(*, user: User, day: date, proposal_id: int) -> ParameterProposal:
    """Take one's own proposal back (撤回). Raises DEC-012, DEC-014 for somebody else's, DEC-016."""
    held = _held(proposal_id)
    _may(user, Permission.RULES_PROPOSE, _place_of(held), day)
    if held.proposed_by != user.actor:
        raise _denied(_place_of(held))
    _decide(held, user, ProposalState.WITHDRAWN)
    _record(user, held, "decisions.rules.withdrawn", {})
    return held


def open_proposals() -> int:
    """How many proposals wait for somebody to publish or refuse them. One query."""
    return ParameterProposal.objects.filter(state=ProposalState.PROPOSED).count()


def stale(pack: Pack, proposal: ParameterProposal) -> dict[str, tuple[list[Any], list[Any]]]:
    """Parameter → its values then and now, where and when the proposal would change them; none: as it was."""
    found = {}
    for name, then in proposal.before.items():
        known = pack.parameters.get(name)
        now = values_of(known) if known else []
        sides = touching(then, proposal), touching(now, proposal)
        if sides[0] != sides[1]:
            found[name] = sides
    return found


def between(user: User, proposal: ParameterProposal) -> bool:
    """Whether somebody is too near to publish: made it, or one of the two is the other's deputy."""
    if user.actor == proposal.proposed_by:
        return True
    proposer = int(proposal.proposed_by.partition(":")[2])
    either = Q(user=user, deputy_for__user=proposer) | Q(user=proposer, deputy_for__user=user)
    since = Q(valid_to=None) | Q(valid_to__gt=proposal.proposed_at.date())
    return Post.objects.filter(either, since).exists()


def _second_person(user: User, proposal: ParameterProposal) -> None:
    if between(user, proposal):
        raise error("DEC-013", proposal=proposal.pk)


def _still_on(pack: Pack, proposal: ParameterProposal) -> None:
    for name, (then, now) in stale(pack, proposal).items():
        raise error(
            "DEC-015", proposal=proposal.pk, parameter=name, then=written(then), now=written(now)
        )


def _held(proposal_id: int) -> ParameterProposal:
    """An open proposal, with all others of its pack held: one is published at a time."""
    open_ones = ParameterProposal.objects.select_for_update().order_by("id")
    found = {one.pk: one for one in open_ones}
    if proposal_id not in found:
        raise error("DEC-016", proposal=proposal_id)
    held = found[proposal_id]
    if held.state != ProposalState.PROPOSED:
        state = ProposalState(held.state)
        raise error("DEC-012", proposal=held.pk, state_zh=state.label, state_en=state.value)
    return held


def _decide(held: ParameterProposal, user: User, state: Any, **more: str) -> None:
    held.state, held.decided_by, held.decided_at = state, user.actor, timezone.now()
    for name, value in more.items():
        setattr(held, name, value)
    held.save()


def _may(user: User, permission: Permission, place: str, day: date) -> None:
    if not Scope((range_of(place),)).lies_in(scope_of(user, permission, day)):
        raise _denied(place)


def _denied(place: str) -> Exception:
    return error("DEC-014", place=place)


def _place_of(proposal: ParameterProposal) -> str:
    return proposal.region.ljust(12, "0") if proposal.region else register().division_code


def _bound(pack: Pack, proposal: ParameterProposal) -> None:
    """Whether the rules still hold together with the new values. Raises ``PackError``."""
    bind_pack(pack.without_checks(), proposal.starts_on)


def _said(proposal: ParameterProposal) -> dict[str, Any]:
    return {
        "values": proposal.changes, "region": proposal.region, "starts_on": proposal.starts_on.isoformat(),
        "ends_on": proposal.ends_on.isoformat() if proposal.ends_on else None, "reason": proposal.reason,
        "source": proposal.source,
    }  # fmt: skip


def _record(user: User, proposal: ParameterProposal, action: str, data: Mapping[str, Any]) -> None:
    record(actor=user.actor, action=action, target=f"proposal:{proposal.pk}", data=data)
