"""Loading header profiles from YAML; all mistakes at once, with file, line and nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from mingbai.tables.errors import Finding, TablesError, finding
from mingbai.tables.profiles import (
    Check,
    FactSpec,
    KeySpec,
    LinkSpec,
    Profile,
    Recognise,
    Source,
    StageSpec,
)
from mingbai.tables.spec_files import SpecReader
from mingbai.tables.texts import Text, fold
from mingbai.tables.yamlfile import Node, read_yaml, yaml_of

Read = TypeVar("Read")
_Above = tuple[tuple[FactSpec, ...], tuple[str, str] | None, bool]
_NO_PARENT: _Above = ((), None, False)

_KEYS = (
    "profile", "title", "source", "rank", "supplements", "recognise", "entity", "key", "link",
    "facts", "parent", "checks", "columns", "newer", "year", "only", "stage",
)  # fmt: skip
_CHECKS = {
    "one": ("fact", "code"),
    "at_most_one": ("fact", "code"),
    "id_agrees": ("fact", "sex", "birth"),
    "unique": ("fact",),
    "same": ("fact", "other"),
}


@dataclass(frozen=True)
class _Addition:
    """Facts that another pack reads from the sheets of a layout it does not own (模板补充)."""

    adds_to: str
    facts: tuple[FactSpec, ...]
    parent_facts: tuple[FactSpec, ...]
    checks: tuple[Check, ...]
    newer: tuple[str, ...]
    file: str
    node: Node


def load_profiles(folders: Sequence[Path]) -> tuple[Profile, ...]:
    """All profiles of the folders (a pack's and those of the packs it extends)."""
    findings: list[Finding] = []
    profiles: dict[str, Profile] = {}
    additions: list[_Addition] = []
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
            found = _read(path, findings)
            if isinstance(found, _Addition):
                additions.append(found)
            elif found is not None and found.id in profiles:
                at = found.at
                findings.append(finding("TABLE-009", file=str(path), at=at, profile=found.id))
            elif found is not None:
                profiles[found.id] = found
    for addition in additions:
        base = profiles.get(addition.adds_to)
        if base is None and not findings:
            findings.append(_unknown(addition, profiles))
        elif base is not None:
            profiles[base.id] = _ProfileReader(addition.file, findings).joined(base, addition)
    if findings:
        raise TablesError(findings)
    return tuple(profiles.values())


def load_profile(path: Path) -> Profile:
    """One profile from a file, such as one the header wizard saved."""
    findings: list[Finding] = []
    found = _read(path, findings)
    if isinstance(found, _Addition):
        findings.append(finding("TABLE-008", file=str(path), at=found.node.at, key="profile"))
    if found is None or isinstance(found, _Addition):
        raise TablesError(findings)
    return found


def profile_of_text(text: str, name: str) -> Profile:
    """One profile from its text, as `load_profile` reads a file; `name` stands in what is found wrong."""
    findings: list[Finding] = []
    root = yaml_of(text, name, findings)
    found = _ProfileReader(name, findings).profile(root) if root is not None else None
    if found is None or findings:
        raise TablesError(findings or [finding("TABLE-004", file=name, why="empty")])
    return found


def _unknown(addition: _Addition, known: Iterable[str]) -> Finding:
    near = difflib.get_close_matches(addition.adds_to, list(known), 1)
    nearest = near[0] if near else "-"
    name, at = addition.adds_to, addition.node.at
    return finding(
        "TABLE-010", file=addition.file, at=at, kind="profile", name=name, nearest=nearest
    )


def _read(path: Path, findings: list[Finding]) -> Profile | _Addition | None:
    before = len(findings)
    root = read_yaml(path, findings)
    if root is None:
        if len(findings) == before:
            findings.append(finding("TABLE-004", file=str(path), why="empty"))
        return None
    reader = _ProfileReader(str(path), findings)
    adds = root.map is not None and "adds_to" in root.map
    found = reader.addition(root) if adds else reader.profile(root)
    return found if len(findings) == before else None


class _ProfileReader(SpecReader):
    """One profile file."""

    def profile(self, root: Node) -> Profile | None:
        entries = self.mapping(root, "profile", _KEYS)
        if not self.need(entries, root, "profile", "title", "recognise", "entity", "facts"):
            return None
        parent_facts, decide, makes = self._optional(entries, "parent", self._parent) or _NO_PARENT
        profile = Profile(
            id=self.text(entries["profile"], "profile"),
            title=self._title(entries["title"]),
            entity=self.text(entries["entity"], "entity"),
            recognise=self._recognise(entries["recognise"]),
            key=self._optional(entries, "key", self._key),
            link=self._optional(entries, "link", self._link),
            facts=self.facts(entries["facts"]),
            parent_facts=parent_facts,
            decide=decide,
            makes_parents=makes,
            checks=self._optional(entries, "checks", self._checks) or (),
            rank=self._optional(entries, "rank", self._rank) or 50,
            supplements=self._optional(entries, "supplements", self._supplements) or False,
            year=self._optional(entries, "year", lambda node: self.source(node, "year")),
            only=self._optional(entries, "only", self.only),
            stage=self._optional(entries, "stage", self._stage),
            columns=self._headers(entries, "columns"),
            newer=self._headers(entries, "newer"),
            file=self.file,
            at=root.at,
        )
        if "columns" in entries:
            self._hold_to_columns(profile, entries["columns"])
        return profile

    def addition(self, root: Node) -> _Addition | None:
        """`adds_to`: further facts for a profile, from another file or pack."""
        keys = ("adds_to", "source", "facts", "parent", "checks", "newer")
        entries = self.mapping(root, "adds_to", keys)
        parent_facts, decide, makes = self._optional(entries, "parent", self._parent) or _NO_PARENT
        if decide or makes:
            said = "nothing: the profile itself says who decides and who is added"
            self.wrong(entries["parent"], "parent", said)
        return _Addition(
            self.text(entries["adds_to"], "adds_to"),
            self._optional(entries, "facts", self.facts) or (),
            parent_facts,
            self._optional(entries, "checks", self._checks) or (),
            self._headers(entries, "newer"),
            self.file,
            root,
        )

    def joined(self, base: Profile, more: _Addition) -> Profile:
        """The profile with the added facts; it may not read one fact in two ways."""
        own = {spec.fact for spec in base.facts}, {spec.fact for spec in base.parent_facts}
        for spec in more.facts + more.parent_facts:
            if spec.fact in own[spec in more.parent_facts]:
                said = f"a fact that {base.id} does not read yet"
                self.wrong(Node(None, spec.at), spec.fact, said)
        profile = replace(
            base,
            facts=base.facts + more.facts,
            parent_facts=base.parent_facts + more.parent_facts,
            checks=base.checks + more.checks,
            newer=base.newer + more.newer,
        )
        if profile.columns:
            self._hold_to_columns(profile, more.node)
        return profile

    def _optional(
        self, entries: dict[str, Node], key: str, read: Callable[[Node], Read]
    ) -> Read | None:
        return read(entries[key]) if key in entries else None

    def _title(self, node: Node) -> Text:
        entries = self.mapping(node, "title", ("zh", "en"))
        if not self.need(entries, node, "zh", "en"):
            return Text("", "")
        return Text(self.text(entries["zh"], "zh"), self.text(entries["en"], "en"))

    def _recognise(self, node: Node) -> Recognise:
        """`all`: each item (or one of a list) must stand in the header; `none`: none may."""
        entries = self.mapping(node, "recognise", ("all", "none"))
        if not self.need(entries, node, "all"):
            return Recognise()
        groups = entries["all"].items or [entries["all"]]
        needed = tuple(tuple(fold(one) for one in self.texts(group, "all")) for group in groups)
        refused = self.texts(entries["none"], "none") if "none" in entries else ()
        return Recognise(needed, tuple(fold(label) for label in refused))

    def _key(self, node: Node) -> KeySpec:
        if node.map is None:
            return KeySpec((self.source(node, "key"),))
        entries = self.mapping(node, "key", ("join", "with", "labels", "match", "name"))
        if "match" in entries or "labels" in entries:
            source, match, name = self._matched(entries, node)
            return KeySpec((source,), match=match, name=name)
        if not self.need(entries, node, "join"):
            return KeySpec(())
        parts = entries["join"].items or [entries["join"]]
        joined = self.text(entries["with"], "with") if "with" in entries else "-"
        return KeySpec(tuple(self.source(part, "join") for part in parts), joined)

    def _link(self, node: Node) -> LinkSpec:
        if node.map is None:
            return LinkSpec(self.source(node, "link"))
        return LinkSpec(
            *self._matched(self.mapping(node, "link", ("labels", "match", "name")), node)
        )

    def _matched(
        self, entries: dict[str, Node], node: Node
    ) -> tuple[Source, str | None, Source | None]:
        """Columns whose value a fact of the register has, and the name that must agree."""
        if not self.need(entries, node, "labels", "match"):
            return Source((), ()), None, None
        name = self.source(entries["name"], "name") if "name" in entries else None
        source = self.source(entries["labels"], "labels")
        return source, self.text(entries["match"], "match"), name

    def _stage(self, node: Node) -> StageSpec:
        """Words of the column from the earliest moment to the latest."""
        entries = self.mapping(node, "stage", ("labels", "order"))
        if not self.need(entries, node, "labels", "order"):
            return StageSpec(Source((), ()), ())
        words = self.texts(entries["order"], "order")
        return StageSpec(self.source(entries["labels"], "labels"), tuple(map(fold, words)))

    def _parent(self, node: Node) -> _Above:
        """Facts of the parent that stand on every row, whose row decides, and whether rows add one."""
        entries = self.mapping(node, "parent", ("facts", "decide", "adds"))
        if not self.need(entries, node, "facts"):
            return _NO_PARENT
        decide = None
        if "decide" in entries:
            rule = self.mapping(entries["decide"], "decide", ("fact", "code"))
            if self.need(rule, entries["decide"], "fact", "code"):
                decide = (self.text(rule["fact"], "fact"), self.text(rule["code"], "code"))
        makes = self._optional(entries, "adds", lambda one: self.flag(one, "adds")) or False
        return self.facts(entries["facts"]), decide, makes

    def _checks(self, node: Node) -> tuple[Check, ...]:
        if node.items is None:
            self.wrong(node, "checks", "a list")
            return ()
        return tuple(check for check in map(self._check, node.items) if check)

    def _check(self, node: Node) -> Check | None:
        entries = self.mapping(node, "checks", ("check", "fact", "code", "sex", "birth", "other"))
        if not self.need(entries, node, "check"):
            return None
        kind = self.one_of(entries["check"], "check", *_CHECKS)
        if not self.need(entries, node, *_CHECKS.get(kind, ())):
            return None
        texts = {key: self.text(value, key) for key, value in entries.items() if key != "check"}
        return Check(kind, texts.pop("fact", ""), node.at, **texts)

    def _headers(self, entries: dict[str, Node], key: str) -> tuple[str, ...]:
        """Headers of the layout in their order; none may stand twice."""
        if key not in entries:
            return ()
        node = entries[key]
        headers = self.texts(node, key)
        if node.items is None or len({fold(header) for header in headers}) < len(headers):
            self.wrong(node, key, "a list of headers, each once")
        return headers

    def _hold_to_columns(self, profile: Profile, node: Node) -> None:
        """What is read must stand in the layout: a label that is in no list is a slip of the pen."""
        known = {fold(header) for header in (*profile.columns, *profile.newer)}
        for source in profile.sources:
            if source.labels and known.isdisjoint(source.folded):
                label = source.labels[0]
                near = difflib.get_close_matches(label, [*profile.columns, *profile.newer], 1)
                nearest = near[0] if near else "-"
                self.findings.append(
                    finding("TABLE-011", file=self.file, at=node.at, label=label, nearest=nearest)
                )

    def _rank(self, node: Node) -> int:
        if isinstance(node.value, int) and 0 < node.value < 1000:
            return node.value
        self.wrong(node, "rank", "a number from 1 to 999")
        return 50

    def _supplements(self, node: Node) -> bool:
        return self.flag(node, "supplements")
