"""Every screen in English and in traditional characters: nothing is left in simplified Chinese but data.

Data is what the register holds: names, places, reasons, everything that stands in a column of text. It is
shown as it was recorded, in every language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client

from mingbai.desk.events.kinds import KINDS
from mingbai.households.models import Household
from tests.access.asking import filled, rows
from tests.access.objects import make_objects
from tests.access.test_table import HERE, ROLES
from tests.desk.county import DAPING, County

pytestmark = pytest.mark.database

HAN = re.compile(r"[\u3400-\u9fff]+")
SCREENS = [
    (address, next(role for role, code in codes.items() if code == 200))
    for _name, method, address, codes in rows((HERE / "screens.txt").read_text(encoding="utf-8"))
    if method == "GET" and 200 in codes.values()
]
#: Posts that answer with a page or lead to one: refused forms, dry runs, what was done.
ANSWERED = (200, 302, 422)
POSTS = [
    (address, next(role for role, code in codes.items() if role != "anon" and code in ANSWERED))
    for _name, method, address, codes in rows((HERE / "screens.txt").read_text(encoding="utf-8"))
    if method == "POST"
    and any(code in ANSWERED for role, code in codes.items() if role != "anon")
    and "/sign-in/" not in address
    and address != "/language/"
]
#: Dry runs and refusals that need more than an empty form.
SENT = [
    ("/households/{here}/events/death/", "cler",
     {"person": "{head-here}", "on": "2026-03-10", "source": "village", "said_on": "2026-03-16"}),
    ("/households/{here}/events/birth/", "cler",
     {"name": "陈小满", "sex": "female", "relation": "daughter", "on": "2026-03-10"}),
    ("/households/{here}/topics/dwelling/", "cler", {"dwelling_grade": "Z", "on": "2031-01-01"}),
    ("/households/pasted/", "cler", {"pasted": "陈桂生\n没有的人"}),
    ("/batches/{batch}/undo/", "cler", {"reason": "登错了"}),
    ("/imports/{order}/apply/", "cler", {"reason": "核对过"}),
]  # fmt: skip
#: What a preview of an event is told where a word or a number is asked for.
SAID = {"division_code": DAPING, "id_number": "", "group_number": "3"}
#: Addresses without a page for this cast: they lead on, hand out a file, take a POST only, or are asked
#: before there is a register, an account (tests/e2e/test_first_run.py walks those) or a second factor.
NO_PAGE = {
    "components:display", "signin:code", "signin:enrol_code", "signin:password", "signin:sign_out",
    "signin:language", "start:place", "start:accounts", "start:first_table", "start:blank",
    "profile:end_one", "register:list_sheet", "register:beside", "register:persons_sheet",
    "register:take_back", "runs:compare", "places:published_compute", "places:published_table",
    "places:table", "places:unshape", "batches:undo", "jobs:stop", "bench:result", "bench:marked",
    "imports:progress", "auditing:sheet", "rules:pick", "rules:publish", "profile:phone",
}  # fmt: skip
#: Attributes that are read out or shown.
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-words")
VOID = (
    "br",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "use",
    "path",
    "circle",
    "rect",
    "line",
    "wbr",
    "col",
)


class Said(HTMLParser):
    """What a page says (可见文字), but for what it marks as Chinese itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._closed: list[bool] = []  # of every open element, whether its text is not ours

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = tag in ("script", "style") or (
            tag != "html" and (given.get("lang") or "").startswith("zh")
        )
        closed = foreign or any(self._closed[-1:])
        if not closed:
            self.said += [given[name] or "" for name in SPOKEN if name in given]
        if tag not in VOID:
            self._closed.append(closed)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return None

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._closed:
            self._closed.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._closed[-1:]):
            self.said.append(data)


def words_of(page: str) -> str:
    reader = Said()
    reader.feed(page)
    return "\n".join(one.strip() for one in reader.said if one.strip())


def texts_in(value: Any) -> Iterator[str]:
    """The texts of a column, those inside JSON as well."""
    if isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from texts_in(part)
    elif isinstance(value, str) and HAN.search(value):
        yield value


def recorded_texts() -> Iterator[str]:
    """Every Chinese text that some column holds."""
    for model in apps.get_models():
        columns = [
            one.attname for one in model._meta.concrete_fields
            if isinstance(one, (models.CharField, models.TextField, models.JSONField))
        ]  # fmt: skip
        for column in columns:
            for value in model._default_manager.values_list(column, flat=True).distinct():
                yield from texts_in(value)


@pytest.fixture(scope="module")
def world(county: County, django_db_blocker: Any) -> dict[str, str]:
    with django_db_blocker.unblock():
        return make_objects(county)


@pytest.fixture(scope="module")
def data(world: dict[str, str], django_db_blocker: Any) -> re.Pattern[str]:
    """What may be Chinese on any page; longest first, so that no name is cut by a shorter one."""
    with django_db_blocker.unblock():
        known = {one.strip() for one in recorded_texts()} | {"陈"}  # what screens.txt searches for
    return re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))


def page_in(language: str, county: County, role: str, address: str) -> str:
    client = Client()
    if ROLES[role]:
        client.force_login(county.users[ROLES[role]])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(language: str, page: str, data: re.Pattern[str]) -> list[str]:
    """The lines of a page that are not data and not in its language."""
    lines = [data.sub("", line) for line in words_of(page).splitlines()]
    foreign = simplified_only if language == "zh-hant" else HAN.search
    return [line for line in lines if foreign(line)]


@cache
def _in_big5(sign: str) -> bool:
    try:
        sign.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def simplified_only(line: str) -> bool:
    """Whether a line has a character that Big5 has not: it is written in mainland China only."""
    return any(HAN.match(sign) and not _in_big5(sign) for sign in line)


def test_every_page_of_the_table_is_walked() -> None:
    """A page that nobody may open is one that no walk of languages, sizes and themes ever sees."""
    table = rows((HERE / "screens.txt").read_text(encoding="utf-8"))
    asked = {name for name, method, *_ in table if method == "GET"}
    seen = {name for name, method, _, codes in table if method == "GET" and 200 in codes.values()}
    assert asked - seen - NO_PAGE == set()


@pytest.mark.parametrize(("address", "role"), SCREENS, ids=[one for one, _ in SCREENS])
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_screen_speaks_its_language_throughout(
    language: str, address: str, role: str, county: County, world: dict[str, str],
    data: re.Pattern[str], db: None,
) -> None:  # fmt: skip
    if not address.startswith(("/api/",)):
        page = page_in(language, county, role, filled(address, world))
        assert shown(language, page, data) == []


@pytest.mark.parametrize(
    ("address", "role", "sent"),
    [*((address, role, {}) for address, role in POSTS), *SENT],
    ids=[*(one for one, _ in POSTS), *(f"{one} filled" for one, _, _ in SENT)],
)
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_answer_to_a_post_speaks_its_language_throughout(
    language: str, address: str, role: str, sent: dict[str, str], county: County,
    world: dict[str, str], data: re.Pattern[str], db: None,
) -> None:  # fmt: skip
    """Refusals in forms, dry runs, and the page that says what was done."""
    client = Client()
    client.force_login(county.users[ROLES[role]])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    given = {name: filled(value, world) for name, value in sent.items()}
    answer = client.post(filled(address, world), given, follow=True)
    assert answer.status_code in (200, 400, 422)  # 400: the page of a numbered refusal
    page = b"".join(answer).decode() if answer["Content-Type"].startswith("text/html") else ""
    mine = re.compile("|".join([data.pattern, *map(re.escape, given.values()), "没有的人"]))
    assert shown(language, page, mine) == []


def answer_of(field: Any, name: str) -> Any:
    """Something that a form takes: what it proposes, the last choice, a day, a name."""
    if field.initial not in (None, ""):
        return field.initial
    if isinstance(field, forms.MultipleChoiceField):
        return [key for key, _ in field.choices][-1:]
    if isinstance(field, forms.ChoiceField):
        return [key for key, _ in field.choices][-1]
    if isinstance(field, forms.DateField):
        return "2026-03-10"
    return "2" if isinstance(field, forms.IntegerField) else SAID.get(name, "编造")


def said_in(form: forms.Form) -> dict[str, Any]:
    return {name: answer_of(field, name) for name, field in form.fields.items()}


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_preview_of_an_event_speaks_its_language_throughout(
    language: str, kind: str, county: County, world: dict[str, str], data: re.Pattern[str], db: None
) -> None:
    """What would happen, of every kind there is; a household of two cannot do all of them."""
    client = Client()
    client.force_login(county.users["township_clerk"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    address = filled(f"/households/{{here}}/events/{kind}/", world)
    given = said_in(client.get(address).context["form"])
    if "number" in given:
        given["number"] = Household.objects.get(pk=county.households["beside"]).number
        given = said_in(client.post(address, given).context["form"]) | given
    answer = client.post(address, given)
    assert answer.status_code in (200, 409)
    mine = re.compile("|".join([data.pattern, "编造"]))
    assert shown(language, answer.content.decode(), mine) == []


def test_text_that_is_not_translated_is_noticed() -> None:
    page = "<main><p title='户编号'>9</p><p>待核实 <b lang='zh-hans'>简体中文</b> 陈桂生</p></main>"
    names = re.compile("陈桂生")
    assert shown("en", page, names) == ["户编号", "待核实"]
    assert shown("zh-hant", page, names) == ["户编号", "待核实"]
