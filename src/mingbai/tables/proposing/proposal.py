"""Proposing what the columns of an unknown sheet mean (表头推荐), with a reason and how sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from mingbai.tables.columns import RawColumn
from mingbai.tables.errors import TablesError, finding
from mingbai.tables.formats.sheet import Sheet
from mingbai.tables.layouts.register_heads import grown, head_rows
from mingbai.tables.profiles import Profile
from mingbai.tables.proposing.assignment import best_pairs
from mingbai.tables.proposing.content import (
    NOTHING,
    Content,
    Evidence,
    headerlike,
    sample_of,
    weigh,
)
from mingbai.tables.proposing.likeness import alike, factor_of
from mingbai.tables.proposing.vocabulary import (
    KEY,
    LINK,
    NAME,
    NUMBER,
    Target,
    Vocabulary,
    vocabulary,
)
from mingbai.tables.schema import Schema, Table
from mingbai.tables.texts import Text, fold

Sure = Literal["likely", "maybe", "none", "set"]
_LIKELY, _MAYBE = 0.72, 0.45
_LABEL, _CONTENT = 0.65, 0.35
#: Below this likeness a header says nothing; the content alone must then be unmistakable.
_FAINT = 0.4


@dataclass(frozen=True)
class Guess:
    """What one column may be: its target, how sure, why; the words that need an entry in `values`."""

    place: int
    label: str
    target: Target | None
    sure: Sure
    score: float
    why: Text
    times: Decimal | None = None
    month: bool = False
    values: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """A whole sheet (推荐结果): what a row is, how it is tied, and a guess for every column."""

    table: Table
    vocabulary: Vocabulary
    header_row: int
    guesses: tuple[Guess, ...]
    score: float

    def role(self, role: str) -> Guess | None:
        """The column that plays a role: key, link, number or name."""
        return next((one for one in self.guesses if one.target and one.target.role == role), None)

    @property
    def tied(self) -> bool:
        """Whether every row can be told whose it is."""
        number = self.role(NUMBER) is not None and self.vocabulary.match is not None
        if self.table.key is None:
            return self.role(LINK) is not None or number
        own = self.role(KEY) is not None and (not self.table.link or self.role(LINK) is not None)
        return own or number


def propose(
    sheet: Sheet,
    schema: Schema,
    profiles: Sequence[Profile],
    *,
    entity: str | None = None,
    wishes: Mapping[str, str] | None = None,
) -> Proposal:
    """Propose a mapping for a sheet; `wishes` are columns whose meaning is given: 列 → fact.

    Raises ``TablesError`` without a header, for an unknown entity, and for a wish that names nothing.
    """
    return propose_each(sheet, schema, profiles, entity=entity, wishes=wishes)[0][0]


def propose_each(
    sheet: Sheet,
    schema: Schema,
    profiles: Sequence[Profile],
    *,
    entity: str | None = None,
    wishes: Mapping[str, str] | None = None,
) -> tuple[list[Proposal], Mapping[int, RawColumn]]:
    """A proposal for each entity, the best first, and the columns they were made from; read once."""
    tables = [table for table in schema.tables if entity in (None, table.entity)]
    if not tables:
        known = "、".join(table.entity for table in schema.tables)
        raise TablesError([finding("TABLE-138", name=entity, known=known)])
    words = [vocabulary(table, schema, profiles) for table in tables]
    row, labels = _header(sheet, words)
    body = sheet.body(row, [place for place, label in enumerate(labels) if label])
    contents = sample_of(body.columns)
    found = [_proposal(one, row, labels, contents, wishes or {}) for one in words]
    _check_wishes(labels, words, wishes or {})
    return sorted(found, key=lambda one: (not one.tied, -one.score)), body.columns


def _header(sheet: Sheet, words: Sequence[Vocabulary]) -> tuple[int, tuple[str, ...]]:
    """The rows whose labels are most like heads: texts, different ones, some of them known.

    A header of several rows is found as reading finds it, with the labels reading knows it by.
    """
    known = {label for one in words for target in one.targets for label in target.labels}
    head, merges = sheet.head(), sheet.merges()
    best, found = 0.0, None
    for rows in head_rows(head, merges):
        labels = rows.labels()
        texts = headerlike(labels)
        if len(set(texts)) < 2:
            continue
        folded = [fold(text) for text in texts]
        alikes = sum(max(alike(one, label) for label in known) > _LIKELY for one in folded)
        filled = sum(bool(label) for label in labels)
        # Words below that only look like heads, or numbers, speak against; more rows must add some.
        score = 3 * alikes + 2 * len(set(texts)) - filled - 0.5 * (rows.depth - 1)
        if score > best:
            best, found = score, rows
    if found is None:
        raise TablesError([finding("TABLE-139", sheet=sheet.name or "")])
    whole = grown(found, head, merges)
    return whole.last, whole.labels()


def _check_wishes(
    labels: Sequence[str], words: Sequence[Vocabulary], wishes: Mapping[str, str]
) -> None:
    heads = {fold(label) for label in labels}
    targets = {target.name for one in words for target in one.targets} | {"none"}
    wrong = [f"{label}={name}" for label, name in wishes.items()
             if fold(label) not in heads or name not in targets]  # fmt: skip
    if wrong:
        raise TablesError([finding("TABLE-140", wish="、".join(wrong))])


def _proposal(
    words: Vocabulary,
    row: int,
    labels: Sequence[str],
    contents: Mapping[int, Content],
    wishes: Mapping[str, str],
) -> Proposal:
    given = {fold(label): words.named(name) for label, name in wishes.items()}
    places = [place for place, label in enumerate(labels) if label]
    firsts = {fold(labels[place]): place for place in reversed(places)}
    again = [place for place in places if firsts[fold(labels[place])] != place]
    fixed = {place for place in firsts.values() if fold(labels[place]) in given}
    free = [place for place in firsts.values() if place not in fixed]
    taken = {id(target) for target in given.values() if target}
    targets = [target for target in words.targets if id(target) not in taken]
    twice = Text("表头重复，只能读第一列", "the header stands twice; only the first can be read")
    guesses = {place: Guess(place, labels[place], None, "none", 0.0, twice) for place in again}
    for place in fixed:
        guesses[place] = _wished(place, labels[place], given[fold(labels[place])], contents[place])
    guesses |= _assigned(free, targets, labels, contents)
    proposal = Proposal(words.table, words, row, tuple(guesses[place] for place in places), 0.0)
    if _by_number(proposal, words):
        # Rows that a number finds have no facts of the number, of the name, of what is above them.
        rest = [target for target in targets if not target.above and not _told(target, words)]
        guesses |= _assigned(free, rest, labels, contents)
    else:
        rest = [target for target in targets if target.role not in (NUMBER, NAME)]
        guesses |= _assigned(free, rest, labels, contents)
    ordered = tuple(guesses[place] for place in places)
    return replace(proposal, guesses=ordered, score=_total(ordered, words))


def _by_number(proposal: Proposal, words: Vocabulary) -> bool:
    """Whether the sheet has no key of the register, but a number of a person."""
    wanted = KEY if words.table.key else LINK
    own = proposal.role(wanted)
    number = proposal.role(NUMBER) or next(
        (one for one in proposal.guesses if one.target and one.target.check == "id_number"), None
    )
    return number is not None and (own is None or own.score < number.score - 0.25)


def _told(target: Target, words: Vocabulary) -> bool:
    """Facts that the number and the name beside it already are, and ties nobody has."""
    if target.role in (KEY, LINK):
        return True
    fact = target.column.name if target.column else ""
    return target.role == "fact" and (target.check == "id_number" or fact == words.table.name)


def _total(guesses: Sequence[Guess], words: Vocabulary) -> float:
    """How well a sheet is explained: by its own facts, less by what ties rows or stands above them."""
    total, dated = 0.0, False
    for one in guesses:
        target = one.target
        if target is not None and one.sure != "none":
            own = target.role == "fact" and not target.above
            total += one.score * (1.0 if own else 0.4)
            dated = dated or (target.column is not None and target.column.type == "date")
    # A dated record without a date is hardly one.
    return total if words.table.key is not None or dated else total * 0.5


def _wished(place: int, label: str, target: Target | None, content: Content) -> Guess:
    why = Text("按您的指定", "as you said")
    if target is None:
        return Guess(place, label, None, "none", 0.0, why)
    times = factor_of(label)
    evidence = weigh(content, target, times)
    return Guess(place, label, target, "set", 1.0, why, times, evidence.month, evidence.values)


def _assigned(
    places: Sequence[int],
    targets: Sequence[Target],
    labels: Sequence[str],
    contents: Mapping[int, Content],
) -> dict[int, Guess]:
    options = [[_guess(place, labels[place], target, contents[place]) for target in targets]
               for place in places]  # fmt: skip
    scores = [[one.score if one.score >= _MAYBE else 0.0 for one in row] for row in options]
    found: dict[int, Guess] = {}
    for place, row, choice in zip(places, options, best_pairs(scores), strict=True):
        if choice is not None:
            found[place] = row[choice]
            continue
        best = max(row, key=lambda one: one.score, default=None)
        found[place] = _unread(place, labels[place], best, contents[place])
    return found


def _unread(place: int, label: str, best: Guess | None, content: Content) -> Guess:
    """Why a column is left alone."""
    if not content.filled:
        why = Text("整列为空，表头也不够像", "empty, and its header is like none")
    elif best is not None and best.score >= _MAYBE and best.target is not None:
        name = called(best.target)
        why = Text(
            f"像“{name.zh}”，但另一列更像", f"like “{name.en}”, but another column is more so"
        )
    else:
        why = Text("与规则包的指标都不够像", "like no fact of the pack")
    return Guess(place, label, None, "none", 0.0, why)


def called(target: Target) -> Text:
    """What people call a target."""
    if target.role in (KEY, LINK):
        return Text("编号" if target.role == KEY else "所属编号", target.role)
    if target.parts:
        each = [column.labels[0] if column.labels else column.name for column, _ in target.parts]
        return Text("、".join(each), target.name)
    labels = target.column.labels if target.column else ()
    return Text(labels[0], labels[-1]) if labels else Text(target.name, target.name)


def _guess(place: int, label: str, target: Target, content: Content) -> Guess:
    """One column against one target: the header first, the content for or against."""
    folded = fold(label)
    nearest = max(target.labels, key=lambda one: alike(folded, one), default="")
    likeness = alike(folded, nearest) if nearest else 0.0
    times = factor_of(label)
    if likeness < _FAINT and not _speaks(target) and not (target.role == KEY and _numbers(folded)):
        return Guess(place, label, target, "none", 0.0, Text("", ""))
    evidence = weigh(content, target, times)
    score = _score(likeness, evidence, target)
    return Guess(
        place, label, target, _sure(score, likeness, evidence), score,
        _why(likeness, nearest, evidence), times, evidence.month, evidence.values,
    )  # fmt: skip


def _numbers(folded: str) -> bool:
    """Whether a header says that its column numbers something other than the rows of the sheet."""
    return folded.endswith(("号", "码")) and not folded.endswith(("序号", "行号"))


def _speaks(target: Target) -> bool:
    """Whether content alone can tell the target: numbers of people, words of a code list."""
    coded = target.column is not None and target.column.type == "code"
    return target.role == NUMBER or target.check is not None or coded or bool(target.parts)


def _score(likeness: float, evidence: Evidence, target: Target) -> float:
    if evidence.weight < 0:
        return max(likeness * _LABEL * (1 + evidence.weight), 0.0)
    if likeness < _FAINT:
        if target.role == KEY:
            return 0.5 if evidence.weight > 0.5 else 0.0
        alone = evidence.telling or target.check is not None
        return 0.5 * evidence.weight + 0.1 * likeness if alone and evidence.weight > 0.8 else 0.0
    if evidence is NOTHING:
        return likeness * 0.8
    return likeness * _LABEL + evidence.weight * _CONTENT


def _sure(score: float, likeness: float, evidence: Evidence) -> Sure:
    """Never likely by the header alone, nor by the content alone."""
    if score >= _LIKELY and likeness >= 0.6 and evidence.weight > 0.2:
        return "likely"
    return "maybe" if score >= _MAYBE else "none"


def _why(likeness: float, nearest: str, evidence: Evidence) -> Text:
    if likeness >= 0.999:
        head = Text(f"表头就是“{nearest}”", f"the header is “{nearest}”")
    elif likeness >= _FAINT:
        head = Text(
            f"表头与“{nearest}”相似 {likeness:.0%}", f"header {likeness:.0%} like “{nearest}”"
        )
    else:
        head = Text("表头看不出", "the header says nothing")
    return Text(f"{head.zh}；{evidence.why.zh}", f"{head.en}; {evidence.why.en}")
