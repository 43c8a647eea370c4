"""YAML with places: every key and value knows its file, line and column; nothing is executed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import yaml

from mingbai.engine.errors import Fault, Place, fault

#: The loader in C where PyYAML was built with it: a pack is read several times faster.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Item:
    """A value of a YAML file (YAML 值) with its place; ``raw`` is the scalar as written."""

    value: object
    place: Place
    raw: str = ""
    quoted: bool = False
    key: Place | None = None

    @property
    def mapping(self) -> dict[str, Item]:
        """The value as a mapping (only call when ``is_mapping``)."""
        assert isinstance(self.value, dict)
        return self.value

    @property
    def sequence(self) -> list[Item]:
        """The value as a list (only call when ``is_sequence``)."""
        assert isinstance(self.value, list)
        return self.value

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_sequence(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, list)


def read_yaml(path: Path, shown: str, faults: list[Fault]) -> Item | None:
    """Read one file; what is wrong goes to ``faults``. ``shown`` is the file name in messages."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(fault("PACK-002", Place(shown), detail=type(error).__name__))
        return None
    return parse_yaml(text, shown, faults)


def parse_yaml(text: str, shown: str, faults: list[Fault]) -> Item | None:
    """Parse YAML text; refuses aliases, duplicate keys and more than one document."""
    item, found = _parsed(text, shown)
    faults.extend(found)
    return item


@lru_cache(maxsize=128)
def _parsed(text: str, shown: str) -> tuple[Item | None, tuple[Fault, ...]]:
    """The same text is read once: a server, and a test run, load the same pack over and over.

    What comes out is shared: nobody changes an `Item`.
    """
    faults: list[Fault] = []
    item = _composed(text, shown, faults)
    return item, tuple(faults)


def _composed(text: str, shown: str, faults: list[Fault]) -> Item | None:
    try:
        if (refused := _first_refused(text, shown)) is not None:
            faults.append(refused)
            return None
        loader = _LOADER(text)
        node = loader.get_single_node()
        if node is None:
            faults.append(fault("PACK-002", Place(shown), detail="empty file"))
            return None
        return _convert(loader, node, shown, faults)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(shown, mark.line + 1, mark.column + 1) if mark else Place(shown)
        faults.append(fault("PACK-002", place, detail=error.problem or "YAML"))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        faults.append(fault("PACK-002", Place(shown), detail=type(error).__name__))
    return None


#: Deeper than any pack; the C composer would recurse until the process dies.
_DEEPEST = 40


def _first_refused(text: str, shown: str) -> Fault | None:
    """The first alias, explicit tag, or too deep a nesting, seen before anything is composed."""
    depth = 0
    for event in yaml.parse(text, _LOADER):
        mark = event.start_mark
        place = Place(shown, mark.line + 1, mark.column + 1) if mark else Place(shown)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            return fault("PACK-008", place)
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.ScalarEvent)):
            if event.tag is not None and event.tag != "!":
                return fault("PACK-002", place, detail=f"tag {event.tag[:60]}")
            depth += not isinstance(event, yaml.ScalarEvent)
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > _DEEPEST:
            return fault("PACK-031", place, what=("嵌套", "nesting"), limit=_DEEPEST)
    return None


def _convert(loader: yaml.SafeLoader, node: yaml.Node, shown: str, faults: list[Fault]) -> Item:
    place = Place(shown, node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        return Item(_mapping(loader, node, shown, faults), place)
    if isinstance(node, yaml.SequenceNode):
        return Item([_convert(loader, part, shown, faults) for part in node.value], place)
    try:
        value = loader.construct_object(node, deep=True)
    except ValueError as error:
        faults.append(fault("PACK-002", place, detail=str(error)[:80]))
        value = None
    quoted = getattr(node, "style", None) in ("'", '"', "|", ">")
    return Item(value, place, str(node.value), quoted)


def _mapping(
    loader: yaml.SafeLoader, node: yaml.MappingNode, shown: str, faults: list[Fault]
) -> dict[str, Item]:
    result: dict[str, Item] = {}
    for key_node, value_node in node.value:
        place = Place(shown, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        key = str(key_node.value)
        if key in result:
            faults.append(fault("PACK-003", place, name=key))
            continue
        result[key] = replace(_convert(loader, value_node, shown, faults), key=place)
    return result
