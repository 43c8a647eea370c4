"""Versions of the rules as shown (规则版本): which held when, by whom, and what one changed in another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from mingbai.decisions.models import PackVersion, ParameterProposal
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import runs
from mingbai.decisions.versions import Held, pack_at, versions_of
from mingbai.desk.components.words import actor_names, of
from mingbai.documents.pack_pages import KINDS, Difference, differences
from mingbai.engine.model.pack import Pack, Parameter, Rule
from mingbai.engine.model.values import Text
from mingbai.places.queries import register


@dataclass(frozen=True)
class Shown:
    """The rules a page shows (所看的版本): those in force, or a kept version named in the address."""

    pack: Pack
    version: PackVersion | None = None

    @property
    def query(self) -> str:
        """What the addresses of the same version end with."""
        return f"?version={self.version.pk}" if self.version else ""


def shown(request: HttpRequest) -> Shown:
    """What ?version= asks for, by default the rules in force. 404 for a version that is not kept."""
    current = pack_named(register().pack)
    asked = request.GET.get("version", "")
    if not asked:
        return Shown(current)
    found = find_version(current.id, asked)
    return Shown(pack_at(register().pack, found.digest), found)


def find_version(pack: str, asked: str) -> PackVersion:
    """A kept version by its number. 404 where there is none."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    found = PackVersion.objects.filter(pack=pack, pk=number).defer("content").first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class VersionLine:
    """A version as a row (版本行): from when to when, what made it, how often it was evaluated by."""

    id: int
    name: str
    since: datetime
    until: datetime | None
    how: str
    who: str
    proposal: ParameterProposal | None
    evaluations: int
    before: int | None  # the version before it


def version_lines(held: Collection[Held]) -> list[VersionLine]:
    """The versions, the newest first. Three queries with those of `versions_of`."""
    rows = list(held)
    names = actor_names(one.version.kept_by for one in rows)
    used = Counter(runs().order_by().values_list("pack_hash", flat=True))
    earlier = [one.version.pk for one in rows[1:]]
    return [
        VersionLine(
            one.version.pk, one.version.called, one.version.kept_at, one.until,
            _how(one, first=at == len(rows) - 1), names[one.version.kept_by], one.proposal,
            used[one.version.digest], earlier[at] if at < len(earlier) else None,
        )
        for at, one in enumerate(rows)
    ]  # fmt: skip


def _how(held: Held, *, first: bool) -> str:
    if held.proposal is not None:
        return _("发布了参数提案 {number}").format(number=held.proposal.pk)
    return _("第一次留存") if first else _("规则包或本地清单换过")


def all_versions() -> list[Held]:
    """Those of the register's pack."""
    return versions_of(pack_named(register().pack).id)


@dataclass(frozen=True)
class DifferenceLine:
    """An entry that differs (不同之处): what it is called, and the lines that went and came."""

    kind: str
    name: str
    label: str
    sign: str  # new, gone, changed
    gone: tuple[str, ...]
    come: tuple[str, ...]
    reason: str


def difference_lines(old: Pack, new: Pack, closed: Iterable[str]) -> list[DifferenceLine]:
    """What differs between two versions, without the rules that rest on what is closed."""
    hidden = frozenset(closed)
    found = differences(old, new, say=of)
    return [
        _difference(one)
        for one in found
        if one.kind != "rule" or one.name.partition(" ")[0] not in hidden
    ]


def _difference(one: Difference) -> DifferenceLine:
    sign = "changed" if one.before and one.after else ("gone" if one.before else "new")
    return DifferenceLine(
        of(KINDS[one.kind]), one.name, of(one.label), sign,
        tuple(line for line in one.before if line not in one.after),
        tuple(line for line in one.after if line not in one.before),
        of(one.reason) if one.reason else "",
    )  # fmt: skip


def published_between(pack: str, old: PackVersion, new: PackVersion) -> list[ParameterProposal]:
    """The proposals that were published after one version was kept, up to another."""
    rows = ParameterProposal.objects.filter(pack=pack).exclude(published_hash="")
    found = rows.filter(decided_at__gt=old.kept_at, decided_at__lte=new.kept_at)
    return list(found.order_by("decided_at", "id"))


def rule_called(pack: Pack, name: str) -> Rule | None:
    """A rule by its id, in whatever period."""
    return next((rule for rule in pack.rules if rule.id == name), None)


def label_of(pack: Pack, name: str) -> str:
    """What a parameter is called; a gone one by its name."""
    found: Parameter | None = pack.parameters.get(name)
    return of(found.label if found else Text(name, name))


def unit_of(pack: Pack, name: str) -> str:
    """The unit of a parameter, or nothing."""
    found: Any = pack.parameters.get(name)
    return of(found.unit) if found is not None and found.unit else ""
