"""Taking YAML nodes apart: every mistake is noted with its place, none stops at the first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from mingbai.tables.errors import Finding, finding
from mingbai.tables.profiles import Source
from mingbai.tables.texts import fold
from mingbai.tables.yamlfile import Node


class NodeReader:
    """Reads nodes of one file and collects the findings."""

    def __init__(self, file: str, findings: list[Finding]) -> None:
        self.file = file
        self.findings = findings

    def wrong(self, node: Node, key: str, expected: str) -> None:
        self.findings.append(
            finding("TABLE-007", file=self.file, at=node.at, key=key, expected=expected)
        )

    def mapping(self, node: Node, key: str, allowed: Iterable[str]) -> dict[str, Node]:
        """The node's entries; keys that are not allowed are findings with the nearest name."""
        if node.map is None:
            self.wrong(node, key, "a map")
            return {}
        names = list(allowed)
        for name, value in node.map.items():
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                nearest = near[0] if near else ", ".join(names)
                found = finding("TABLE-005", file=self.file, at=value.at, key=name, nearest=nearest)
                self.findings.append(found)
        return {name: value for name, value in node.map.items() if name in names}

    def need(self, entries: dict[str, Node], parent: Node, *keys: str) -> bool:
        missing = [key for key in keys if key not in entries]
        for key in missing:
            self.findings.append(finding("TABLE-008", file=self.file, at=parent.at, key=key))
        return not missing

    def text(self, node: Node, key: str) -> str:
        if isinstance(node.value, (str, int)):
            return str(node.value)
        self.wrong(node, key, "a text")
        return ""

    def texts(self, node: Node, key: str) -> tuple[str, ...]:
        """One text or a list of them."""
        nodes = node.items if node.items is not None else [node]
        return tuple(self.text(item, key) for item in nodes)

    def one_of(self, node: Node, key: str, *allowed: str) -> str:
        text = self.text(node, key)
        if text not in allowed:
            self.wrong(node, key, " / ".join(allowed))
        return text

    def number(self, node: Node, key: str) -> Decimal | None:
        try:
            value = Decimal(self.text(node, key) or "0")
        except InvalidOperation:
            value = Decimal(0)
        if value.is_finite() and value > 0:
            return value
        self.wrong(node, key, "a number above 0")
        return None

    def flag(self, node: Node, key: str) -> bool:
        return self.one_of(node, key, "true", "false") == "true"

    def source(self, node: Node, key: str) -> Source:
        """A column by its labels; a label may carry its own factor: {label: …, times: 10000}."""
        labels: list[str] = []
        times: dict[str, Decimal] = {}
        for item in node.items if node.items is not None else [node]:
            if item.map is None:
                labels.append(self.text(item, key))
                continue
            entries = self.mapping(item, key, ("label", "times"))
            if self.need(entries, item, "label", "times"):
                labels.append(self.text(entries["label"], "label"))
                factor = self.number(entries["times"], "times")
                times |= {fold(labels[-1]): factor} if factor else {}
        return Source(tuple(labels), tuple(fold(label) for label in labels), times)
