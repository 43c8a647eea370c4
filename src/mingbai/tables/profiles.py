"""Header profiles (表头模板): how one layout of a table is recognised and read, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from mingbai.tables.texts import Text, fold
from mingbai.tables.yamlfile import Place


@dataclass(frozen=True)
class Source:
    """A column of the sheet, named by any of several headers; the first one there is taken."""

    labels: tuple[str, ...]
    folded: tuple[str, ...]
    times: Mapping[str, Decimal] = field(default_factory=dict)

    @classmethod
    def named(cls, *labels: str) -> Source:
        return cls(labels, tuple(fold(label) for label in labels))


@dataclass(frozen=True)
class OnlySpec:
    """A column that says which rows count, such as 参保状态: those with a word, or those without.

    For a fact: which of its cells are checked, such as those of a row whose 证件类型 is 居民身份证.
    """

    source: Source
    words: frozenset[str]
    unless: bool = False

    def counts(self, said: str | None) -> bool:
        """Whether a row with this word counts; one that says nothing does."""
        return not said or (fold(said) in self.words) is not self.unless


@dataclass(frozen=True)
class FactSpec:
    """How a fact (事实) is read from one or several columns.

    `form` says how: cell, one_hot (0/1 columns into one code), any_yes (yes when one column says
    yes), sum (the numbers of several columns), filled (yes when something stands there), has (a part
    of a multi-value cell), place (a province name into its code), constant.
    """

    fact: str
    form: str
    sources: tuple[Source, ...]
    at: Place
    values: Mapping[str, str | None] = field(default_factory=dict)
    blank: str | None = None
    filled: Source | None = None
    id_number: Source | None = None
    id_part: str | None = None
    times: Decimal | None = None
    rounds: bool = False
    month: str | None = None
    check: str | None = None
    when: OnlySpec | None = None
    has: str | None = None
    among: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    constant: str | None = None

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """Every column that is looked at, the ones that only help last."""
        return self.sources + tuple(one for one in (self.filled, self.id_number) if one)


@dataclass(frozen=True)
class KeySpec:
    """What identifies a row: one column, or several joined.

    `match` makes the row say something of a row that the register already has: of the one whose fact
    has this value (id_number), or of the parent of such a row (person.id_number: the household this
    person lives in). `name` is a column that must then agree with the name in the register.
    """

    sources: tuple[Source, ...]
    joined_with: str = "-"
    match: str | None = None
    name: Source | None = None


@dataclass(frozen=True)
class LinkSpec:
    """What ties a row to its parent: the parent's key, or a fact of it such as the ID number."""

    source: Source
    match: str | None = None
    name: Source | None = None


@dataclass(frozen=True)
class StageSpec:
    """A column that says at which of several moments a row was taken (识别时、消除时), in their order."""

    source: Source
    order: tuple[str, ...]

    def rank(self, said: str | None) -> int:
        """The place in the order of the first word that the cell holds; -1 for none."""
        text = fold(said or "")
        return next((at for at, word in enumerate(self.order) if word in text), -1)


@dataclass(frozen=True)
class Check:
    """A check over accepted rows that gives remarks: one, at_most_one, id_agrees, unique, same.

    `same`: rows of one parent that share the fact do not differ in the `other` one.
    """

    kind: str
    fact: str
    at: Place
    code: str | None = None
    sex: str | None = None
    birth: str | None = None
    other: str | None = None


@dataclass(frozen=True)
class Recognise:
    """Headers that must be there (every group by one of its labels), or must not."""

    needed: tuple[tuple[str, ...], ...] = ()
    refused: tuple[str, ...] = ()

    def fits(self, headers: Mapping[str, int]) -> bool:
        if any(label in headers for label in self.refused):
            return False
        return all(any(label in headers for label in group) for group in self.needed)


@dataclass(frozen=True)
class Profile:
    """A header profile (表头模板): what a row is, what its columns mean, what must agree.

    `columns` is the whole header of the layout in its order, empty where no source lists it; `newer`
    are headers that later or other versions of the layout carry besides. `makes_parents`: its rows make
    their own parents also beside a list of these.
    """

    id: str
    title: Text
    entity: str
    recognise: Recognise
    key: KeySpec | None
    link: LinkSpec | None
    facts: tuple[FactSpec, ...]
    parent_facts: tuple[FactSpec, ...] = ()
    decide: tuple[str, str] | None = None
    makes_parents: bool = False
    checks: tuple[Check, ...] = ()
    rank: int = 50
    supplements: bool = False
    year: Source | None = None
    only: OnlySpec | None = None
    stage: StageSpec | None = None
    columns: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    generic: bool = False
    file: str = ""
    at: Place = (1, 1)

    @property
    def key_match(self) -> str | None:
        """The fact by which its rows find a row of the register, if they have no key of their own."""
        return self.key.match if self.key else None

    @property
    def named(self) -> Source | None:
        """The column that says whom a row is about, beside the number that identifies them."""
        own = self.key.name if self.key else None
        return own or (self.link.name if self.link else None)

    @property
    def is_main(self) -> bool:
        """Whether its rows make the register: an export does, a list that adds to it does not.

        A plain table beside an export is an addition too: a mistyped number in a visit sheet must
        not become a household.
        """
        return not self.supplements and not self.generic and self.key_match is None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every column the profile may read."""
        own = self.key.sources if self.key else ()
        tied = (self.link.source,) if self.link else ()
        state = self.only.source if self.only else None
        stage = self.stage.source if self.stage else None
        more = tuple(source for source in (self.named, self.year, state, stage) if source)
        facts = self.facts + self.parent_facts
        asked = tuple(spec.when.source for spec in facts if spec.when)
        return own + tied + more + tuple(one for spec in facts for one in spec.all_sources) + asked
