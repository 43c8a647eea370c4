"""YAML with positions: every value knows its line, and a key that stands twice is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from mingbai.tables.errors import Finding, finding

Place = tuple[int, int]
NESTING = 30
# Aliases let a few lines stand for millions of values.
_MAX_NODES = 200_000
_MAX_BYTES = 4_000_000


@dataclass(frozen=True)
class Node:
    """A YAML value with where it stands; `value` is a scalar, a list of nodes or a map of nodes."""

    value: object
    at: Place

    @property
    def map(self) -> dict[str, Node] | None:
        return self.value if isinstance(self.value, dict) else None

    @property
    def items(self) -> list[Node] | None:
        return self.value if isinstance(self.value, list) else None

    @property
    def text(self) -> str | None:
        return self.value if isinstance(self.value, str) else None


class Loader(yaml.SafeLoader):
    """Yes, no, on and off stay words: in a profile they are labels."""


Loader.yaml_implicit_resolvers = {
    sign: [rule for rule in rules if rule[0] in ("tag:yaml.org,2002:null", "tag:yaml.org,2002:int")]
    for sign, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path, findings: list[Finding]) -> Node | None:
    """The file as nodes; what is wrong with it is added to the findings."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("file too large")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        findings.append(finding("TABLE-004", file=str(path), why=type(error).__name__))
        return None
    return yaml_of(text, str(path), findings)


def yaml_of(text: str, file: str, findings: list[Finding]) -> Node | None:
    """A text as nodes; what is wrong with it is added to the findings."""
    try:
        loader = Loader(text)
        try:
            root = loader.get_single_node()
            return _Builder(file, findings).node(root, 0) if root is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = (mark.line + 1, mark.column + 1) if mark else None
        found = finding("TABLE-004", file=file, at=at, why=error.problem or "YAML")
        findings.append(found)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        findings.append(finding("TABLE-004", file=file, why=type(error).__name__))
    return None


class _Builder:
    """Turns the parser's nodes into ours, within bounds."""

    def __init__(self, file: str, findings: list[Finding]) -> None:
        self.file = file
        self.findings = findings
        self.left = _MAX_NODES

    def node(self, node: yaml.Node, depth: int) -> Node:
        self.left -= 1
        if depth > NESTING or self.left < 0:
            raise ValueError("nested too deep, or too many values")
        at = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return Node(self._mapping(node, depth), at)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.node(item, depth + 1) for item in node.value], at)
        return Node(_scalar(node), at)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Node]:
        result: dict[str, Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in result:
                at = (key.start_mark.line + 1, key.start_mark.column + 1)
                self.findings.append(finding("TABLE-006", file=self.file, at=at, key=name))
            result[name] = self.node(value, depth + 1)
        return result


def _scalar(node: yaml.Node) -> object:
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:int":
        try:
            return int(node.value)
        except ValueError:
            return str(node.value)
    return str(node.value)
