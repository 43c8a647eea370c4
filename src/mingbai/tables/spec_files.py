"""Reading the `facts:` part of a profile: which columns give a fact, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mingbai.tables.identity import ID_PARTS
from mingbai.tables.nodes import NodeReader
from mingbai.tables.profiles import FactSpec, OnlySpec, Source
from mingbai.tables.texts import fold
from mingbai.tables.yamlfile import Node

_KEYS = (
    "labels", "one_hot", "any_yes", "constant", "values", "blank", "id_number", "times", "round",
    "month", "check", "has", "among", "place", "sum", "filled", "when",
)  # fmt: skip
_FORMS = ("labels", "one_hot", "any_yes", "sum", "filled", "constant")
_SIMPLE = frozenset({"values", "blank", "id_number", "times", "round", "month", "check", "when"})


@dataclass
class _Draft:
    """What is known of a spec so far."""

    form: str = "cell"
    sources: tuple[Source, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)  # keyword arguments of FactSpec


class SpecReader(NodeReader):
    """Facts of one profile file."""

    def facts(self, node: Node) -> tuple[FactSpec, ...]:
        if node.map is None:
            self.wrong(node, "facts", "a map of facts")
            return ()
        return tuple(self.fact(name, value) for name, value in node.map.items())

    def fact(self, name: str, node: Node) -> FactSpec:
        """Short form: the label or labels. Long form: a map with exactly one of the forms."""
        if node.map is None:
            return FactSpec(name, "cell", (self.source(node, name),), node.at)
        entries = self.mapping(node, name, _KEYS)
        forms = [form for form in _FORMS if form in entries]
        if len(forms) != 1 and not (not forms and "id_number" in entries):
            self.wrong(node, name, "exactly one of " + ", ".join(_FORMS))
        draft = _Draft(sources=(Source((), ()),))
        for form in forms[:1]:
            getattr(self, f"_{form}")(entries, draft)
        self._options(entries, draft)
        return FactSpec(name, draft.form, draft.sources, node.at, **draft.options)

    def _labels(self, entries: dict[str, Node], draft: _Draft) -> None:
        draft.sources = (self.source(entries["labels"], "labels"),)
        if "has" in entries:
            draft.form = "has"
            draft.options["has"] = fold(self.text(entries["has"], "has"))
            among = self.texts(entries["among"], "among") if "among" in entries else ()
            draft.options["among"] = tuple(fold(label) for label in among)
            if among and draft.options["has"] not in draft.options["among"]:
                self.wrong(entries["has"], "among", "a list that holds what `has` says")
        elif "place" in entries:
            draft.form = "place"
            self.one_of(entries["place"], "place", "province")

    def _one_hot(self, entries: dict[str, Node], draft: _Draft) -> None:
        columns = entries["one_hot"].map
        if not columns:
            self.wrong(entries["one_hot"], "one_hot", "a map of column: code")
            return
        draft.form = "one_hot"
        draft.sources = tuple(Source.named(label) for label in columns)
        draft.options["codes"] = tuple(self.text(code, "one_hot") for code in columns.values())

    def _any_yes(self, entries: dict[str, Node], draft: _Draft) -> None:
        self._several(entries["any_yes"], "any_yes", draft)

    def _sum(self, entries: dict[str, Node], draft: _Draft) -> None:
        self._several(entries["sum"], "sum", draft)

    def _several(self, node: Node, form: str, draft: _Draft) -> None:
        """A form that is read from a list of columns."""
        if not node.items:
            self.wrong(node, form, "a list of columns")
            return
        draft.form = form
        draft.sources = tuple(self.source(column, form) for column in node.items)

    def _filled(self, entries: dict[str, Node], draft: _Draft) -> None:
        draft.form = "filled"
        draft.sources = (self.source(entries["filled"], "filled"),)

    def _constant(self, entries: dict[str, Node], draft: _Draft) -> None:
        draft.form = "constant"
        draft.sources = ()
        draft.options["constant"] = self.text(entries["constant"], "constant")

    def _options(self, entries: dict[str, Node], draft: _Draft) -> None:
        """The keys that refine any form."""
        options = draft.options
        for key in sorted(_SIMPLE & entries.keys()):
            node = entries[key]
            if key == "values":
                options["values"] = self.values(node)
            elif key == "blank":
                self._blank(node, draft)
            elif key == "id_number":
                self._id_number(node, options)
            elif key == "times":
                options["times"] = self.number(node, key)
            elif key == "round":
                options["rounds"] = self.flag(node, key)
            elif key == "month":
                options["month"] = self.one_of(node, key, "first", "last")
            elif key == "when":
                options["when"] = self.only(node)
            else:
                options["check"] = self.one_of(node, key, "id_number", "phone")

    def _id_number(self, node: Node, options: dict[str, Any]) -> None:
        """What an ID number or disability card says when the fact has no cell of its own."""
        entries = self.mapping(node, "id_number", ("labels", "part"))
        if self.need(entries, node, "labels", "part"):
            options["id_number"] = self.source(entries["labels"], "labels")
            options["id_part"] = self.one_of(entries["part"], "part", *ID_PARTS)

    def only(self, node: Node) -> OnlySpec:
        """Rows whose column `says` one of the words, or says anything `unless` one of them."""
        entries = self.mapping(node, "only", ("labels", "says", "unless"))
        unless = "unless" in entries
        if unless and "says" in entries:
            self.wrong(node, "only", "one of says, unless")
        if not self.need(entries, node, "labels", "unless" if unless else "says"):
            return OnlySpec(Source((), ()), frozenset())
        words = self.texts(entries["unless" if unless else "says"], "only")
        source = self.source(entries["labels"], "labels")
        return OnlySpec(source, frozenset(map(fold, words)), unless)

    def _blank(self, node: Node, draft: _Draft) -> None:
        """What an empty cell means: a value, or a value only when another column is filled."""
        if node.map is None:
            draft.options["blank"] = self.text(node, "blank")
            return
        entries = self.mapping(node, "blank", ("value", "when_filled"))
        if self.need(entries, node, "value", "when_filled"):
            draft.options["blank"] = self.text(entries["value"], "value")
            draft.options["filled"] = self.source(entries["when_filled"], "when_filled")

    def values(self, node: Node) -> dict[str, str | None]:
        """Label: code. A label of null reads as an empty cell."""
        if node.map is None:
            self.wrong(node, "values", "a map of label: code")
            return {}
        return {
            fold(label): None if code.value is None else self.text(code, "values")
            for label, code in node.map.items()
        }
