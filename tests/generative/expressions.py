"""Draws typed expressions, as text in the language of packs, over the dictionary in drawn/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from mingbai.engine.model.pack import Pack

LITERALS = {
    "number": ["0", "1", "2", "3", "12", "-1", "0.5", "-2.25", "100", "8700", "1500.01"],
    "date": ["date('2024-02-29')", "date('2023-12-31')", "date('1964-03-01')", "as_of"],
}
CODES = {"kind": ["'a'", "'b'", "'c'"], "state": ["'on'", "'off'"]}
WINDOWS = ["days(1)", "days(30)", "months(1)", "months(12)", "months(look_back)", "years(1)"]
COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]
#: Whole numbers, which may stand in a list; and numbers small enough to multiply with.
WHOLE = ("rooms", "altitude", "months", "score", "size", "minus", "depth", "count", "days")
SMALL = ("rooms", "months", "size", "minus", "rate", "share", "degree", "days")


@dataclass
class Names:
    """What an expression of an entity may name: kind of value → names."""

    entity: str
    by_kind: dict[str, list[str]] = field(default_factory=dict)
    below: list[Names] = field(default_factory=list)
    relation: str = ""
    dated: bool = False
    #: Whether assume, known, surely and possibly may stand: they answer about the unknown itself.
    asks_about_unknown: bool = True

    def add(self, kind: str, name: str) -> None:
        self.by_kind.setdefault(kind, []).append(name)

    def of(self, kind: str, among: Sequence[str] = ()) -> list[str]:
        """The names of a kind; with ``among`` only those whose last part stands there."""
        found = self.by_kind.get(kind, [])
        return [name for name in found if not among or name.rpartition(".")[2] in among]


def names_of(pack: Pack, entity: str, *, asks_about_unknown: bool = True) -> Names:
    """All facts and parameters that can be named at an entity, and the entities below it."""
    own = pack.entities[entity]
    names = Names(entity, relation=own.relation or "", dated=own.date is not None)
    names.asks_about_unknown = asks_about_unknown
    for fact in pack.facts[entity].values():
        names.add(fact.type.codes or fact.type.kind.value, fact.id)
    for above in pack.above(entity):
        for fact in pack.facts[above.id].values():
            if fact.applies_when is None:
                names.add(fact.type.codes or fact.type.kind.value, f"{above.id}.{fact.id}")
    for parameter in pack.parameters.values():
        names.add(parameter.type.codes or parameter.type.kind.value, parameter.id)
    for child in pack.below(entity):
        names.below.append(names_of(pack, child.id, asks_about_unknown=asks_about_unknown))
    return names


@st.composite
def expressions(draw: st.DrawFn, names: Names, kind: str, depth: int) -> str:
    """An expression of a kind (bool, number, date, or a code list), at most so deep."""
    return _Writer(draw, names).write(kind, depth)


class _Writer:
    """Writes one expression; each choice is drawn, so that it can be made simpler."""

    def __init__(self, draw: st.DrawFn, names: Names) -> None:
        self.draw, self.names = draw, names

    def pick(self, items: Sequence[str]) -> str:
        return self.draw(st.sampled_from(items))

    def write(self, kind: str, depth: int) -> str:
        if depth <= 0:
            return self.leaf(kind)
        options = _OPTIONS.get(kind, _CODE)
        usable = [option for option in options if self.names.asks_about_unknown or not option[1]]
        return self.draw(st.sampled_from(usable))[0](self, kind, depth - 1)

    def leaf(self, kind: str, _: int = 0) -> str:
        """A name, or where there is none of the kind, something plain."""
        found = [*self.names.of(kind), *LITERALS.get(kind, [])]
        if kind == "bool":
            name = self.pick(["", *self.names.of("bool")])
            return name or self.compared("number", 0)
        return self.pick(found)

    # -- yes and no

    def joined(self, _: str, depth: int) -> str:
        word = self.pick([" and ", " or "])
        count = self.draw(st.sampled_from([2, 2, 3]))
        return f"({word.join(self.write('bool', depth) for _ in range(count))})"

    def negated(self, _: str, depth: int) -> str:
        return f"(not {self.write('bool', depth)})"

    def compared(self, kind: str, depth: int) -> str:
        left = self.pick(self.names.of(kind)) if depth == 0 else self.write(kind, depth)
        return f"({left} {self.pick(COMPARISONS)} {self.write(kind, depth)})"

    def compared_numbers(self, _: str, depth: int) -> str:
        return self.compared("number", depth)

    def compared_dates(self, _: str, depth: int) -> str:
        return self.compared("date", depth)

    def between(self, _: str, depth: int) -> str:
        parts = [self.write("number", depth) for _ in range(3)]
        return f"({parts[0]} between {parts[1]} and {parts[2]})"

    def same(self, _: str, depth: int) -> str:
        return f"({self.write('bool', depth)} = {self.write('bool', depth)})"

    def coded(self, _: str, depth: int) -> str:
        codes = "state" if self.names.of("state") and self.draw(st.booleans()) else "kind"
        listed = self.pick([f"= {CODES[codes][0]}", f"in ({CODES[codes][1]})", "<>", "not in"])
        listed = f"<> {CODES[codes][1]}" if listed == "<>" else listed
        listed = f"not in ({', '.join(CODES[codes][:2])})" if listed == "not in" else listed
        item = self.pick(self.names.of(codes)) if depth == 0 else self.code(codes, depth)
        return f"({item} {listed})"

    def listed(self, _: str, depth: int) -> str:
        item = self.pick(self.names.of("number", WHOLE))
        return f"({item} {self.pick(['in', 'not in'])} (0, 3, 12))"

    def certain(self, _: str, depth: int) -> str:
        function = self.pick(["known", "surely", "possibly"])
        kind = self.pick(["bool", "number", "date"]) if function == "known" else "bool"
        return f"{function}({self.write(kind, depth)})"

    # -- numbers

    def sums(self, _: str, depth: int) -> str:
        op = self.pick(["+", "-"])
        return f"({self.write('number', depth)} {op} {self.write('number', depth)})"

    def product(self, _: str, depth: int) -> str:
        small = self.names.of("number", SMALL)
        sides = [self.write("number", depth), self.pick([*small, "2", "-3", "0.5"])]
        return f"({' * '.join(self.draw(st.permutations(sides)))})"

    def negative(self, _: str, depth: int) -> str:
        return f"-({self.write('number', depth)})"

    def quotient(self, _: str, depth: int) -> str:
        small = self.pick([*self.names.of("number", SMALL), *LITERALS["number"]])
        sides = self.draw(st.permutations([self.write("number", depth), small]))
        return f"round({sides[0]} / {sides[1]}, {self.pick(['0', '1', '2'])})"

    def extreme(self, _: str, depth: int) -> str:
        function = self.pick(["least", "greatest"])
        return f"{function}({self.write('number', depth)}, {self.write('number', depth)})"

    def elapsed(self, _: str, depth: int) -> str:
        return f"{self.pick(['full_years', 'full_months'])}({self.write('date', depth)})"

    def points(self, _: str, depth: int) -> str:
        weight = self.pick(["2", "5", "-1", "size", "minus", "county_line"])
        return f"points({self.write('bool', depth)}, {weight})"

    # -- any kind

    def chosen(self, kind: str, depth: int) -> str:
        parts = [self.write("bool", depth), self.write(kind, depth), self.write(kind, depth)]
        return f"if({', '.join(parts)})"

    def assumed(self, kind: str, depth: int) -> str:
        return f"assume({self.write(kind, depth)}, {self.pick(_DEFAULTS[kind])})"

    def if_na(self, kind: str, depth: int) -> str:
        return f"if_na({self.write(kind, depth)}, {self.pick(_DEFAULTS[kind])})"

    def code(self, kind: str, depth: int) -> str:
        """A code that is not a bare literal, so that its list is known."""
        name = self.pick(self.names.of(kind))
        function = self.pick(["name", "if", "if_na"])
        if function == "name" or depth <= 0:
            return name
        if function == "if":
            return f"if({self.write('bool', depth)}, {name}, {self.pick(CODES[kind])})"
        return f"if_na({name}, {self.pick(CODES[kind])})"

    # -- rows below

    def flag_of_rows(self, kind: str, depth: int) -> str:
        return self.rows(self.pick(["any", "any", "all", "latest"]), "bool", depth)

    def number_of_rows(self, kind: str, depth: int) -> str:
        function = self.pick(["sum", "sum", "count", "latest"])
        return self.rows(function, "bool" if function == "count" else "number", depth)

    def latest(self, kind: str, depth: int) -> str:
        return self.rows("latest", kind, depth)

    def rows(self, function: str, kind: str, depth: int) -> str:
        """An aggregate over the rows below, with or without ``where`` and window."""
        fitting = [
            child
            for child in self.names.below
            if child.of(kind) and (function != "latest" or child.dated)
        ]
        if not fitting:
            return self.leaf("number" if function == "count" else kind)
        child = self.draw(st.sampled_from(fitting))
        inner = _Writer(self.draw, child)
        parts = [child.relation]
        if function != "count" or self.draw(st.booleans()):
            parts.append(inner.code(kind, depth) if kind in CODES else inner.write(kind, depth))
        if self.draw(st.booleans()):
            parts.append(f"where({inner.write('bool', depth)})")
        if child.dated and self.draw(st.booleans()):
            parts.append(self.pick(WINDOWS))
        return f"{function}({', '.join(parts)})"


_DEFAULTS = {
    "bool": ["true", "false", "strict"],
    "number": ["0", "-7", "2.5", "line", "absent"],
    "date": ["began_on", "date('2024-02-29')"],
    "kind": CODES["kind"],
}
#: How to write an expression of a kind, and whether that asks about the unknown itself.
_Option = tuple[Callable[[_Writer, str, int], str], bool]
_ANY: list[_Option] = [
    (_Writer.leaf, False),
    (_Writer.chosen, False),
    (_Writer.if_na, False),
    (_Writer.assumed, True),
]
_CODE: list[_Option] = [(_Writer.code, False), (_Writer.latest, False)]
_OPTIONS: dict[str, list[_Option]] = {
    "bool": [
        *_ANY,
        (_Writer.joined, False),
        (_Writer.joined, False),
        (_Writer.negated, False),
        (_Writer.compared_numbers, False),
        (_Writer.compared_numbers, False),
        (_Writer.compared_dates, False),
        (_Writer.between, False),
        (_Writer.same, False),
        (_Writer.coded, False),
        (_Writer.listed, False),
        (_Writer.flag_of_rows, False),
        (_Writer.flag_of_rows, False),
        (_Writer.certain, True),
    ],
    "number": [
        *_ANY,
        (_Writer.sums, False),
        (_Writer.sums, False),
        (_Writer.product, False),
        (_Writer.negative, False),
        (_Writer.quotient, False),
        (_Writer.extreme, False),
        (_Writer.elapsed, False),
        (_Writer.points, False),
        (_Writer.number_of_rows, False),
        (_Writer.number_of_rows, False),
    ],
    "date": [*_ANY, (_Writer.latest, False)],
}
