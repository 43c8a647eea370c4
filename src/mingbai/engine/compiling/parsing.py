"""Parsing expressions (表达式解析): a closed grammar, so that what is not allowed cannot be written.

There are no sub-selects, casts, comments, quoted names, brackets or file functions in this grammar; it
knows words, numbers, strings, the operators of docs/reference/packs.md, and calls. Limits of length,
nesting and size are checked before anything is built on the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mingbai.engine.errors import Fault, PackError, Place, fault
from mingbai.engine.model.pack import Source

LONGEST, DEEPEST, LARGEST, MOST_SUMS = 4000, 30, 800, 60

_TOKEN = re.compile(
    r"\s+|(?P<number>[0-9][0-9_]*(?:\.[0-9]+)?(?![\w.]))"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<string>'[^'\n]*')"
    r"|(?P<op><=|>=|<>|!=|[-+*/<>=(),])"
)
_HINTS = {
    "＜": "<", "＞": ">", "≤": "<=", "≥": ">=", "≠": "<>", "＝": "=", "（": "(", "）": ")", "，": ",",
    "＋": "+", "－": "-", "×": "*", "÷": "round(a / b, n)", "“": "'", "”": "'", "‘": "'", "’": "'",
    '"': "'", "、": ",", "；": "", ";": "", "%": "", "|": "or", "&": "and",
}  # fmt: skip
_WORDS = {"且": "and", "或": "or", "非": "not", "AND": "and", "OR": "or", "NOT": "not"}
_KEYWORDS = {"and", "or", "not", "in", "between", "true", "false", "as_of"}
#: Words of other languages that would be taken for names; said clearly instead.
_FORBIDDEN = {
    "select", "from", "case", "cast", "null", "is", "like", "exists", "union", "with", "over", "join",
    "insert", "update", "delete", "attach", "copy", "pragma", "install", "load", "lambda", "distinct",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Syntax:
    """A node of the raw tree (语法树). ``op`` is number, string, name, call, unary, or an operator."""

    op: str
    text: str
    parts: tuple[Syntax, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: Place


def parse(source: Source) -> Syntax:
    """Parse an expression as written. Raises ``PackError`` with one fault at its place."""
    text = source.text
    if len(text) > LONGEST:
        raise _too_large(source.place, ("长度", "length"), LONGEST)
    parser = _Parser(list(_tokens(text, source.place)), source.place)
    return parser.whole()


def _tokens(text: str, place: Place) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        here = _at(text, position, place)
        match = None
        if text[position : position + 2] not in ("--", "/*"):
            match = _TOKEN.match(text, position)
        if match is None:
            raise PackError([_bad_character(text, position, here)])
        position = match.end()
        if match.lastgroup is None:
            continue
        word = match.group()
        if match.lastgroup == "name":
            word = _WORDS.get(word, word)
            if word.lower() in _FORBIDDEN:
                raise _not_understood(
                    here, f"“{word}”不是本语言的词", f"'{word}' is not a word of this language"
                )
            yield _Token("word" if word in _KEYWORDS else "name", word, here)
        else:
            yield _Token(match.lastgroup, "<>" if word == "!=" else word, here)
    yield _Token("end", "", _at(text, len(text), place))


def _at(text: str, position: int, place: Place) -> Place:
    """The place of a position; inside a multi-line text only the line is known."""
    lines = text.count("\n", 0, position)
    return Place(place.file, place.line + lines, 1) if lines else place.shifted(position)


def _bad_character(text: str, position: int, place: Place) -> Fault:
    character = text[position]
    hint = _HINTS.get(character)
    if text[position : position + 2] in ("--", "/*") or character == "#":
        return fault("PACK-032", place, detail_zh="注释", detail_en="comments")
    zh = f"第 {position + 1} 个字符“{character}”" + (f"，请写 {hint}" if hint else "")
    en = f"character {position + 1} '{character}'" + (f", write {hint}" if hint else "")
    return fault("PACK-030", place, detail_zh=zh, detail_en=en)


def _not_understood(place: Place, zh: str, en: str) -> PackError:
    return PackError([fault("PACK-030", place, detail_zh=zh, detail_en=en)])


def _too_large(place: Place, what: tuple[str, str], limit: int) -> PackError:
    return PackError([fault("PACK-031", place, what=what, limit=limit)])


#: Binding power of binary operators; comparison does not chain.
_POWER = {
    "or": 1, "and": 2, "=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4, "between": 4,
    "not": 4, "+": 5, "-": 5, "*": 6, "/": 6,
}  # fmt: skip
_COMPARISONS = {"=", "<>", "<", "<=", ">", ">=", "in", "between", "not"}


class _Parser:
    """Precedence climbing over the tokens of one expression."""

    def __init__(self, tokens: list[_Token], place: Place) -> None:
        self.tokens, self.place = tokens, place
        self.index, self.depth, self.count, self.sums = 0, 0, 0, 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.index]

    def take(self, text: str | None = None) -> _Token:
        token = self.now
        if text is not None and token.text != text:
            found = token.text or "结尾"
            raise _not_understood(
                token.place,
                f"此处应为“{text}”，却是“{found}”",
                f"expected '{text}', found '{token.text or 'the end'}'",
            )
        self.index += 1
        return token

    def whole(self) -> Syntax:
        result = self.expression(0)
        if self.now.kind != "end":
            raise _not_understood(
                self.now.place,
                f"多出来的“{self.now.text}”",
                f"'{self.now.text}' is left over",
            )
        return result

    def node(self, op: str, text: str, parts: tuple[Syntax, ...], place: Place) -> Syntax:
        self.count += 1
        if self.count > LARGEST:
            raise _too_large(self.place, ("项数", "terms"), LARGEST)
        return Syntax(op, text, parts, place)

    def expression(self, least: int) -> Syntax:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _too_large(self.place, ("嵌套", "nesting"), DEEPEST)
        left = self.prefix()
        while (power := self._power()) > least:
            compared = self.now.text in _COMPARISONS
            left = self.infix(left, power)
            if compared and self._power() == power:
                raise _not_understood(
                    self.now.place,
                    "比较不能连写，请用 and 连接",
                    "comparisons do not chain; join them with and",
                )
        self.depth -= 1
        return left

    def _power(self) -> int:
        token = self.now
        return _POWER.get(token.text, 0) if token.kind in ("op", "word") else 0

    def prefix(self) -> Syntax:
        token = self.take()
        if token.kind in ("number", "string"):
            text = token.text.strip("'") if token.kind == "string" else token.text
            return self.node(token.kind, text, (), token.place)
        if token.text in ("true", "false", "as_of"):
            return self.node(token.text, token.text, (), token.place)
        if token.text == "not":
            return self.node("not", "not", (self.expression(3),), token.place)
        if token.text == "-":
            return self.node("negate", "-", (self.expression(6),), token.place)
        if token.text == "(":
            inner = self.expression(0)
            self.take(")")
            return inner
        if token.kind == "name":
            if self.now.text == "(":
                return self.call(token)
            return self.node("name", token.text, (), token.place)
        found = token.text or "结尾"
        raise _not_understood(
            token.place,
            f"不该在此处出现“{found}”",
            f"'{token.text or 'the end'}' does not belong here",
        )

    def call(self, name: _Token) -> Syntax:
        return self.node("call", name.text, self.arguments(), name.place)

    def arguments(self) -> tuple[Syntax, ...]:
        self.take("(")
        parts: list[Syntax] = []
        while self.now.text != ")":
            if parts:
                self.take(",")
            parts.append(self.expression(0))
        self.take(")")
        return tuple(parts)

    def infix(self, left: Syntax, power: int) -> Syntax:
        token = self.take()
        if token.text == "not":
            follows = self.now
            if follows.text not in ("in", "between"):
                raise _not_understood(follows.place, "not 之后应为 in", "expected 'in' after 'not'")
            return self.node("not", "not", (self.infix(left, power),), token.place)
        if token.text == "in":
            return self.node("in", "in", (left, *self.arguments()), token.place)
        if token.text == "between":
            low = self.expression(4)
            self.take("and")
            return self.node("between", "between", (left, low, self.expression(4)), token.place)
        self.sums += token.text in ("+", "-", "*", "/")
        if self.sums > MOST_SUMS:
            raise _too_large(self.place, ("加减乘除", "sums and products"), MOST_SUMS)
        return self.node(token.text, token.text, (left, self.expression(power)), token.place)
