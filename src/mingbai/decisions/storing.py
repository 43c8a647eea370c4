"""What has to be written so that the register says how households stand now (存储方案), and no row more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from mingbai.audit.writing import lots
from mingbai.decisions.enums import LETTERS
from mingbai.decisions.judging import Judged, Standing
from mingbai.decisions.models import Pattern, RuleSet
from mingbai.decisions.picking import Keys, keys_in

STATE_COLUMNS = ("household_id", "division_code", "pattern_id")
TALLY_COLUMNS = ("village_code", "rule_set_id", "households", "counts")
#: States as `STATE_READ` and tallies as `TALLY_READ` are read for comparison.
STATE_READ = ("id", *STATE_COLUMNS)
TALLY_READ = ("id", *TALLY_COLUMNS)

Row = tuple[Any, ...]  # plain values, in the order of the columns


@dataclass(frozen=True)
class Changes:
    """Rows to end, by id, and rows to begin (变更)."""

    ended: list[int]
    begun: list[Row]

    def __bool__(self) -> bool:
        return bool(self.ended or self.begun)


def rule_set_of(pack: str, rules: Sequence[str]) -> RuleSet:
    """The stored list of these rules."""
    digest = _digest([pack, list(rules)])
    known = RuleSet.objects.filter(digest=digest).first()
    if known is not None:
        return known
    found, _ = RuleSet.objects.get_or_create(
        digest=digest, defaults={"pack": pack, "rules": list(rules)}
    )
    return found


def pattern_ids(rule_set: RuleSet, standings: Sequence[Standing]) -> Keys:
    """The keys of the stored patterns; new ones are stored before anybody needs them."""
    digests = [_digest([rule_set.digest, standing.digest]) for standing in standings]
    known: dict[str, int] = {}
    for lot in lots(zip(digests, standings, strict=True)):
        names = [digest for digest, _ in lot]
        known |= _known(names)
        new = [_pattern(rule_set, *one) for one in lot if one[0] not in known]
        if new:  # somebody else may store the same one at this moment
            with transaction.atomic():
                Pattern.objects.bulk_create(new, ignore_conflicts=True)
                known |= _known(names)
    return np.array([known[digest] for digest in digests], np.int64)


def _known(digests: Sequence[str]) -> dict[str, int]:
    return dict(Pattern.objects.filter(digest__in=digests).values_list("digest", "id"))


def _pattern(rule_set: RuleSet, digest: str, standing: Standing) -> Pattern:
    return Pattern(
        digest=digest,
        rule_set=rule_set,
        letters=standing.letters,
        reasons={rule: list(clauses) for rule, clauses in standing.reasons.items()},
        causes={rule: list(causes) for rule, causes in standing.causes.items()},
    )


def _digest(said: object) -> str:
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def state_changes(judged: Judged, patterns: Keys, standing: pa.Table) -> Changes:
    """Against the standing rows of all households that the evaluation speaks for (`STATE_READ`)."""
    villages = pa.array(judged.villages, pa.string())
    village = np.array(pc.fill_null(pc.index_in(standing["division_code"], villages), -1))
    homes = keys_in(standing, "household_id")
    place = np.searchsorted(judged.keys, homes)
    place[place == len(judged.keys)] = 0
    kept = np.zeros(len(homes), np.bool_)
    if len(judged.keys):
        kept = judged.keys[place] == homes
        kept &= patterns[judged.standing][place] == keys_in(standing, "pattern_id")
        kept &= judged.village[place] == village
        kept[kept] = _first_of_each(homes[kept])
    held = np.zeros(len(judged.keys), np.bool_)
    held[place[kept]] = True
    new = np.flatnonzero(~held)
    codes = [judged.villages[number] for number in judged.village[new].tolist()]
    keys, found = judged.keys[new].tolist(), patterns[judged.standing[new]].tolist()
    return Changes(
        keys_in(standing, "id")[~kept].tolist(), list(zip(keys, codes, found, strict=True))
    )


def _first_of_each(keys: Keys) -> npt.NDArray[np.bool_]:
    """One row a household: two may stand for a moment when two people record at once."""
    first = np.zeros(len(keys), np.bool_)
    first[np.unique(keys, return_index=True)[1]] = True
    return first


def village_counts(judged: Judged) -> Iterator[tuple[str, int, str]]:
    """Village, households, and the counts of every rule as `Tally` keeps them."""
    letters = np.array([[*one.letters] for one in judged.standings])
    table = np.zeros((len(judged.villages), len(judged.standings)), np.int64)
    np.add.at(table, (judged.village, judged.standing), 1)
    by_letter = [table @ (letters == letter) for letter in LETTERS]
    sizes = table.sum(axis=1).tolist()
    for number, (code, size) in enumerate(zip(judged.villages, sizes, strict=True)):
        rows = zip(*(counts[number].tolist() for counts in by_letter), strict=True)
        yield code, size, written_counts(rows)


def summed(patterns: Iterable[tuple[str, int]]) -> str:
    """The counts of a village from (letters, households)."""
    found: list[list[int]] = []
    order = {letter: number for number, letter in enumerate(LETTERS)}
    for letters, households in patterns:
        found = found or [[0] * len(order) for _ in letters]
        for number, letter in enumerate(letters):
            found[number][order[letter]] += households
    return written_counts(found)


def written_counts(rows: Iterable[Iterable[int]]) -> str:
    """Counts of all rules as text: met, unmet, unknown, not applicable; rules separated by commas."""
    return ",".join(" ".join(str(count) for count in row) for row in rows)


def counts_at(text: str, place: int) -> list[int]:
    """The counts of one rule out of what `written_counts` wrote.

    >>> counts_at("3 1 0 0,0 0 4 0", 1)
    [0, 0, 4, 0]
    """
    return [int(count) for count in text.split(",", place + 1)[place].split()]


def added(texts: Sequence[str]) -> list[list[int]]:
    """The counts of several villages under one list of rules added up.

    >>> added(["3 1 0 0,0 0 4 0", "1 0 0 0,0 1 0 0"])
    [[4, 1, 0, 0], [0, 1, 4, 0]]
    """
    numbers = np.array(",".join(texts).replace(",", " ").split(), np.int64)
    found: list[list[int]] = numbers.reshape(len(texts), -1, len(LETTERS)).sum(axis=0).tolist()
    return found


def tally_changes(
    counted: Mapping[tuple[str, int], tuple[int, str]],
    standing: Iterable[tuple[int, str, int, int, str]],
) -> Changes:
    """Against the standing tallies of the villages (`TALLY_READ`); `counted` is by village and rule set."""
    ended: list[int] = []
    held: set[tuple[str, int]] = set()
    for key, village, rule_set, *found in standing:
        one = (village, rule_set)
        if one not in held and counted.get(one) == tuple(found):
            held.add(one)
        else:
            ended.append(key)
    new: list[Row] = [(*one, *found) for one, found in counted.items() if one not in held]
    return Changes(ended, new)
