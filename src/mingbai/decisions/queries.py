"""Reading states (评估查询): of a household, of a place, by rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.audit.models import Batch
from mingbai.decisions.enums import WORDS
from mingbai.decisions.errors import error
from mingbai.decisions.models import Pattern, RuleSet, Run, State, Tally
from mingbai.decisions.storing import added, counts_at
from mingbai.places.codes import pad, range_of
from mingbai.places.enums import DIGITS


def runs() -> QuerySet[Run]:
    """All recorded runs, the newest first."""
    return Run.objects.filter(batch__recorded_at__isnull=False).order_by("-id")


def latest_runs() -> list[Run]:
    """The newest run over each division that one was asked for, the newest first. One query."""
    newest = runs().order_by().values("division_code").annotate(newest=Max("id")).values("newest")
    found = (
        Run.objects.filter(id__in=newest).defer("counts", "messages", "unsupplied").order_by("-id")
    )
    return list(found.select_related("batch"))


def run_over(found: Iterable[Run], code: str) -> Run | None:
    """Of runs, the newest first, the one whose states a place has."""
    for run in found:
        if not run.division_code or (code and _covers(run.division_code, code)):
            return run
    return None


def runs_over(code: str) -> QuerySet[Run]:
    """The recorded runs that evaluated a place, over it or over what it is part of; the newest first."""
    above = {pad(code[:digits]) for digits in DIGITS.values()} if code else set()
    return runs().filter(division_code__in=["", *above])


def latest_run(division_code: str = "") -> Run:
    """The newest run over a place (最近一次评估), by default over the register. Raises DEC-001."""
    found = latest_runs()
    run = run_over(found, division_code) if division_code else (found[0] if found else None)
    if run is None:
        raise error("DEC-001")
    run.refresh_from_db(fields=["counts", "messages", "unsupplied"])
    return run


def _covers(division: str, code: str) -> bool:
    low, high = range_of(division)
    return low <= code <= high


@dataclass(frozen=True)
class HouseholdStates:
    """How a household stands (一户状态), rule by rule in reading order."""

    household_id: int
    division_code: str
    pack: str
    letters: Mapping[str, str]  # rule → Letter
    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)  # called rule → clause ids
    causes: Mapping[str, Sequence[str]] = field(default_factory=dict)  # unknown rule → open facts
    since: datetime | None = None  # recorded so since
    pattern: str = ""  # digest of all the above but the household: equal ones stand alike

    def words(self) -> dict[str, str]:
        """The states as `mingbai screen` spells them."""
        return {rule: WORDS[letter] for rule, letter in self.letters.items()}


#: Looked up along the rows: of a join SQLite would begin with the batches and read a whole evaluation.
_DIGEST = Subquery(Pattern.objects.filter(pk=OuterRef("pattern_id")).values("digest"))
_SINCE = Subquery(Batch.objects.filter(pk=OuterRef("begun_by_id")).values("recorded_at"))
_STATE = ("household_id", "division_code", _DIGEST, _SINCE)
_Pattern = tuple[str, dict[str, str], dict[str, list[str]], dict[str, list[str]]]
_PATTERN = ("digest", "rule_set__pack", "rule_set__rules", "letters", "reasons", "causes")
#: Patterns by the digest of their content, which never changes. A county has some hundreds.
_patterns: dict[str, _Pattern] = {}
_MOST_PATTERNS = 5_000


def _spelled(rows: Iterable[tuple[Any, ...]]) -> list[HouseholdStates]:
    """States with their patterns. One query where a pattern was not read before."""
    found = list(rows)
    if new := {row[2] for row in found} - _patterns.keys():
        if len(_patterns) + len(new) > _MOST_PATTERNS:
            _patterns.clear()
            new = {row[2] for row in found}
        for digest, *said in Pattern.objects.filter(digest__in=new).values_list(*_PATTERN):
            pack, rules, letters, reasons, causes = said
            _patterns[digest] = pack, dict(zip(rules, letters, strict=True)), reasons, causes
    return [
        HouseholdStates(household, division, *_patterns[digest], since, digest)
        for household, division, digest, since in found
    ]


def states_of(
    household_ids: Collection[int], *, scope: Scope = EVERYTHING, known_at: datetime | None = None
) -> dict[int, HouseholdStates]:
    """How households stand, now or as it was known at an instant. At most two queries.

    The scope is held against the rows found: asked of the database it takes SQLite through a whole county.
    """
    rows = State.objects.recorded(known_at).filter(household_id__in=household_ids)
    found = rows.order_by("id").values_list(*_STATE)  # the newest row speaks
    mine = [row for row in found if scope.covers(row[1], row[0])]
    return {one.household_id: one for one in _spelled(mine)}


def history_of(household_id: int, *, scope: Scope = EVERYTHING) -> list[HouseholdStates]:
    """How a household stood, the newest first. At most two queries."""
    rows = State.objects.filter(scope.rows(), household_id=household_id)
    seen = rows.filter(begun_by__recorded_at__isnull=False).order_by("-id")
    return _spelled(seen.values_list(*_STATE))


def counts(division_code: str = "", *, scope: Scope = EVERYTHING) -> dict[str, dict[str, int]]:
    """Households of a place by rule and state (状态数), from the tallies of its villages. Two queries.

    A household counts once for a rule about its members: as the weightiest of their states.
    """
    texts: dict[int, list[str]] = {}
    for _, rule_set, text in _tallies(division_code, scope):
        texts.setdefault(rule_set, []).append(text)
    rules = _rules(texts)
    found: dict[str, dict[str, int]] = {}
    for rule_set, counted in texts.items():
        for rule, row in zip(rules[rule_set], added(counted), strict=True):
            one = found.setdefault(rule, dict.fromkeys(WORDS.values(), 0))
            for word, count in zip(WORDS.values(), row, strict=True):
                one[word] += count
    return found


def counts_by_division(
    rule: str, digits: int, division_code: str = "", *, scope: Scope = EVERYTHING
) -> dict[str, dict[str, int]]:
    """A rule's states by the places below, cut to so many digits of their code. Two queries."""
    found: dict[str, dict[str, int]] = {}
    for village, row in _rows_of(rule, division_code, scope):
        code = village[:digits].ljust(12, "0")
        one = found.setdefault(code, dict.fromkeys(WORDS.values(), 0))
        for word, count in zip(WORDS.values(), row, strict=True):
            one[word] += count
    return found


def _rows_of(rule: str, division_code: str, scope: Scope) -> Iterator[tuple[str, list[int]]]:
    """The counts of a rule, village by village."""
    tallies = list(_tallies(division_code, scope))
    rules = _rules({rule_set for _, rule_set, _ in tallies})
    places = {key: names.index(rule) for key, names in rules.items() if rule in names}
    for village, rule_set, text in tallies:
        if rule_set in places:
            yield village, counts_at(text, places[rule_set])


def _rules(rule_sets: Iterable[int]) -> dict[int, list[str]]:
    return dict(RuleSet.objects.filter(id__in=list(rule_sets)).values_list("id", "rules"))


def _tallies(division_code: str, scope: Scope) -> QuerySet[Any]:
    """Village, rule list and counts of every standing tally, by village."""
    rows = Tally.objects.recorded().filter(scope.divisions("village_code"))
    if division_code:
        rows = rows.filter(village_code__range=range_of(division_code))
    ordered = rows.order_by("village_code", "id")
    return ordered.values_list("village_code", "rule_set_id", "counts")


@dataclass(frozen=True)
class Listed:
    """A household of a list (名单中的一户)."""

    household_id: int
    division_code: str
    letter: str


@dataclass(frozen=True)
class Page:
    """Part of a list (一页) and how long the list is."""

    rows: tuple[Listed, ...]
    total: int


def households_with(
    rule: str,
    letter: str,
    *,
    division_code: str = "",
    scope: Scope = EVERYTHING,
    start: int = 0,
    stop: int = 50,
) -> Page:
    """Households that stand so under a rule (按规则的名单), by village, then by key. Four queries.

    The tallies say which villages the page lies in, so that only their households are looked at. A scope
    that is a list of households is looked at as it is. Raises DEC-003 for a rule no state was stored of.
    """
    sets = [one for one in RuleSet.objects.order_by("-id") if rule in one.rules]
    if not sets:
        raise error("DEC-003", rule=rule)
    standing = _with(sets, rule, letter)
    if scope.household_ids is not None and not scope.everything:
        return _listed_page(standing.filter(scope.rows()), division_code, letter, start, stop)
    villages, skipped, total = _page_villages(rule, letter, division_code, scope, (start, stop))
    rows = standing.filter(division_code__in=villages).order_by("division_code", "household_id")
    found = rows.values_list("household_id", "division_code")[start - skipped : stop - skipped]
    return Page(tuple(Listed(key, code, letter) for key, code in found), total)


def _with(sets: Sequence[RuleSet], rule: str, letter: str) -> QuerySet[State]:
    rows = State.objects.recorded()
    asked = Q()
    for place in {one.rules.index(rule) + 1 for one in sets}:
        rows = rows.alias(**{f"at_{place}": Substr("pattern__letters", place, 1)})
        mine = [one.pk for one in sets if one.rules.index(rule) + 1 == place]
        asked |= Q(**{f"at_{place}": letter, "pattern__rule_set__in": mine})
    return rows.filter(asked)


def _listed_page(
    rows: QuerySet[State], division_code: str, letter: str, start: int, stop: int
) -> Page:
    if division_code:
        rows = rows.filter(division_code__range=range_of(division_code))
    found = list(
        rows.order_by("division_code", "household_id").values_list("household_id", "division_code")
    )
    return Page(tuple(Listed(key, code, letter) for key, code in found[start:stop]), len(found))


def _page_villages(
    rule: str, letter: str, division_code: str, scope: Scope, page: tuple[int, int]
) -> tuple[list[str], int, int]:
    """The villages that a page lies in, how many households of the list lie before them, and the total."""
    start, stop = page
    place = list(WORDS).index(letter)
    by_village: dict[str, int] = {}
    for code, row in _rows_of(rule, division_code, scope):
        by_village[code] = by_village.get(code, 0) + row[place]
    villages: list[str] = []
    skipped = total = 0
    for code, count in by_village.items():
        if count and total + count <= start:
            skipped += count
        elif count and total < stop:
            villages.append(code)
        total += count
    return villages, skipped, total
