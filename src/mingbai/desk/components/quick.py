"""Parts of a page that need not be made anew each time (省去重做的部分): fixed words, addresses, the frame.

Half of what a page cost was its frame: two hundred texts looked up, ninety addresses put together, the same
ones each time. A fixed text is looked up once a language, an address is put together once, and a part of the
frame is rendered once for what it shows: `{% kept "rail" frame.rail_shows %}…{% endkept %}`.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, Parser, Token, Variable
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import get_script_prefix, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

#: Parts that are kept: a few of everybody who is at work, each of some kilobytes.
MOST_PARTS = 3_000
#: What differs from page to page in a part that is kept, as it stands there; neither is text of a page.
_TOKEN, _HERE = "kept-token-of-the-form", "kept-address-of-the-page"
_parts: dict[Hashable, SafeString] = {}


class _Words(Node):
    """A fixed text, looked up once a language."""

    def __init__(self, inner: TranslateNode) -> None:
        self.inner = inner
        self._found: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self._found:
            self._found[language] = self.inner.render(context)
        return self._found[language]


def translate(parser: Parser, token: Token) -> Node:
    """`{% translate "…" %}` as Django's; of a fixed text without `as`, `noop` and context a quick one."""
    node: TranslateNode = do_translate(parser, token)
    expression: FilterExpression = node.filter_expression
    variable = expression.var
    fixed = not isinstance(variable, Variable) or variable.lookups is None
    plain = not (expression.filters or node.asvar or node.noop or node.message_context)
    return _Words(node) if fixed and plain else node


class _Address(Node):
    """The address of a view by fixed name, put together once for its arguments."""

    def __init__(self, inner: URLNode, name: str) -> None:
        self.inner, self.name = inner, name

    def render(self, context: Context) -> str:
        args = tuple(argument.resolve(context) for argument in self.inner.args)
        if all(type(one) in (int, str, SafeString) for one in args):
            found = _address(get_script_prefix(), self.name, args)
            return str(conditional_escape(found)) if context.autoescape else found
        return str(self.inner.render(context))


@lru_cache(maxsize=20_000, typed=True)
def _address(prefix: str, name: str, args: tuple[Any, ...]) -> str:
    """`prefix`: under which the site is served; `reverse` looks at it."""
    return reverse(name, args=args)


def url(parser: Parser, token: Token) -> Node:
    """`{% url "…" %}` as Django's; a quick one where the name is fixed and nothing is named or kept."""
    node: URLNode = django_url(parser, token)
    name = node.view_name.var
    if isinstance(name, str) and not (node.kwargs or node.asvar or node.view_name.filters):
        return _Address(node, str(name))
    return node


class _Kept(Node):
    """A part that is rendered once for what it shows."""

    def __init__(self, nodelist: NodeList, shows: list[FilterExpression]) -> None:
        self.nodelist, self.shows = nodelist, shows

    def render(self, context: Context) -> SafeString:
        key = (get_language(), *(one.resolve(context) for one in self.shows))
        found = _parts.get(key)
        if found is None:
            with context.push(csrf_token=_TOKEN, here=_HERE):
                found = self.nodelist.render(context)
            if len(_parts) >= MOST_PARTS:
                _parts.clear()
            _parts[key] = found
        if _TOKEN in found:
            found = SafeString(found.replace(_TOKEN, str(context["csrf_token"])))
        if _HERE in found:
            here = conditional_escape(context["request"].get_full_path())
            found = SafeString(found.replace(_HERE, here))
        return found


def kept(parser: Parser, token: Token) -> Node:
    """`{% kept "name" what it shows … %}…{% endkept %}`: rendered once for these values and the language.

    In it `here` is the address of the page; a token of a form and `here` are put in each time.
    """
    shows = [parser.compile_filter(one) for one in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return _Kept(nodelist, shows)


TAGS = {"translate": translate, "url": url, "kept": kept}
