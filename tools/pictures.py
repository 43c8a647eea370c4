"""Takes the pictures of the guides and of every screen (界面图): `make guides`.

A synthetic township is built in a folder of its own, served on this machine and walked in the system's
Chromium. Pictures are drawn with few colours, so that all of them are small enough to lie beside the text.
"""

from __future__ import annotations

import io
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "guides" / "pictures"
SCREENS = ROOT / "docs" / "screens"
WORK = ROOT / "out" / "guides"
PORT = 8931
SITE = f"http://127.0.0.1:{PORT}"
PASSWORD = "mingbai-demo"  # noqa: S105 - of every demonstration account
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SCREEN: ViewportSize = {"width": 1920, "height": 1080}  # on a wall
COLOURS, WIDTH = (28, 24, 20), 960  # as many as fit, px
LARGEST, ALTOGETHER = 75_000, 3_000_000  # bytes
START = 600  # seconds for building, loading and evaluating
#: Households found while walking, by what they are good for; addresses name them in braces.
Found = dict[str, str]


@dataclass(frozen=True)
class Shot:
    """One picture (一张图): who looks at what, and what they do there first."""

    name: str
    role: str
    address: str
    title: str
    steps: Callable[[Page], None] | None = None
    phone: bool = False
    dark: bool = False
    size: ViewportSize | None = None  # where it is neither a desk nor a phone
    language: str = "zh-hans"
    guide: bool = False  # for the guide: sharp, and no more than its upper part


def main() -> None:
    """Build, serve, take every picture, write the page that shows them."""
    for folder in (GUIDE, SCREENS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with served(), sync_playwright() as playwright:
        path = os.environ.get("MINGBAI_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        found = look_around(browser)
        for shot in SHOTS:
            take(browser, shot, found)
        browser.close()
    (SCREENS / "README.md").write_text(page_of_screens(), encoding="utf-8")
    weigh()


@contextmanager
def served() -> Iterator[None]:
    """The demonstration, afresh, until the pictures are taken."""
    command = [
        Path(sys.executable).with_name("mingbai"), "demo", "puxi", "--afresh", "--out", WORK,
        "--port", str(PORT),
    ]  # fmt: skip
    process = subprocess.Popen([str(part) for part in command], cwd=ROOT)
    try:
        wait(process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait(process: subprocess.Popen[bytes]) -> None:
    """Until it answers."""
    for _second in range(START):
        if process.poll() is not None:
            raise SystemExit("mingbai demo ended")
        try:
            with urlopen(f"{SITE}/health/live/"):  # noqa: S310 - our own address
                return
        except URLError:
            time.sleep(1)
    raise SystemExit("mingbai demo does not answer")


def opened(browser: Browser, shot: Shot) -> Page:
    """A page of a fresh browser, signed in."""
    context = browser.new_context(
        viewport=shot.size or (PHONE if shot.phone else DESK), locale="zh-CN", base_url=SITE,
        color_scheme="dark" if shot.dark else "light",
    )  # fmt: skip
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    if shot.role:
        page.goto("/sign-in/")
        page.fill("[name=username]", shot.role)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in/" not in url or "/sign-in/phone/" in url)
    context.add_cookies([{"name": "django_language", "value": shot.language, "url": SITE}])
    return page


def look_around(browser: Browser) -> Found:
    """What to show: the first household on the clerk's list, its reasons, one that lacks a single fact."""
    page = opened(browser, Shot("", CLERK, "", ""))
    page.goto("/")
    household = numbered(page, "main a[href^='/households/']")
    page.goto(f"/households/{household}/")
    found = {
        "household": household,
        "why": first(page, "main a[href*='/why/']"),
        "person": first(page, "main a[href^='/persons/']"),
    }
    page.goto("/places/")
    found["village"] = first(page, "main th a[href^='/places/']")
    found["picture"] = first(page, "main a[href*='/picture/']").partition("?")[0]
    found["asked"] = one_that_lacks(page)
    found["initials"] = "lgl"
    page.context.close()
    page = opened(browser, Shot("", ADMIN, "", ""))
    page.goto("/users/")
    found["user"] = first(page, "main tr:has-text('township_clerk') th a[href^='/users/']")
    page.context.close()
    return found


def first(page: Page, selector: str) -> str:
    """Where the first such link leads."""
    return page.locator(selector).first.get_attribute("href") or ""


def numbered(page: Page, selector: str) -> str:
    """The number in an address like /households/17/."""
    return first(page, selector).split("/")[2]


def one_that_lacks(page: Page) -> str:
    """The first household of the list whose page asks for a missing fact in place."""
    page.goto("/households/")
    links = page.locator("main th a[href^='/households/']").all()
    for address in [link.get_attribute("href") or "" for link in links]:
        page.goto(address)
        if page.locator("form.ask, .ask form").count():
            return address.split("/")[2]
    raise SystemExit("no household of the list asks for a fact")


def take(browser: Browser, shot: Shot, found: Found) -> None:
    """One picture into its folder."""
    page = opened(browser, shot)
    answer = page.goto(shot.address.format_map(found))
    if answer is None or answer.status >= 400:
        raise SystemExit(f"{shot.name}: {shot.address} answers {answer and answer.status}")
    if shot.steps:
        shot.steps(page)
    page.wait_for_load_state("networkidle")
    save(page.screenshot(), (GUIDE if shot.guide else SCREENS) / f"{shot.name}.png", shot)
    page.context.close()


def save(drawn: bytes, path: Path, shot: Shot) -> None:
    """With few colours; what is not for the guide also smaller."""
    with Image.open(io.BytesIO(drawn)) as picture:
        plain = picture.convert("RGB")
    if not shot.guide and not shot.phone:
        height = round(plain.height * WIDTH / plain.width)
        plain = plain.resize((WIDTH, height), Image.Resampling.LANCZOS)
    for colours in COLOURS:
        few = plain.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            return


def page_of_screens() -> str:
    """The page beside the pictures."""
    lines = [HEAD]
    for shot in SHOTS:
        if not shot.guide:
            who = shot.role or "–"
            lines.append(
                f"## {shot.title}\n\n`{shot.address}` · {who}\n\n![{shot.title}]({shot.name}.png)\n"
            )
    return "\n".join(lines)


HEAD = """\
# Every screen (全部界面)

Written by `make guides`; do not edit. Synthetic data; people, numbers and amounts are invented. Under each
title: the address, and the demonstration account that looks at it.
"""


def weigh() -> None:
    """Say what is too large: pictures are kept with the text and fetched by everybody."""
    sizes = {
        path: path.stat().st_size for folder in (GUIDE, SCREENS) for path in folder.glob("*.png")
    }
    print(f"{len(sizes)} pictures, {sum(sizes.values()) / 1000:,.0f} kB")
    heavy = [f"{path.name} {size:,}" for path, size in sizes.items() if size > LARGEST]
    if heavy or sum(sizes.values()) > ALTOGETHER:
        raise SystemExit(f"too large: {', '.join(heavy) or 'altogether'}")


CLERK, COUNTY, ADMIN = "township_clerk", "county_officer", "account_administrator"


def fill_in_the_answer(page: Page) -> None:
    """The one missing fact, answered in place and not yet saved."""
    form = page.locator("form.ask, .ask form").first
    form.scroll_into_view_if_needed()
    for choice in form.locator("select").all():
        choice.select_option(index=1)


def try_an_import(page: Page) -> None:
    """A list of an office, compared; nothing is written."""
    page.set_input_files("input[type=file]", WORK / "places" / "puxi" / "observed" / LIST)
    page.locator("main form button.first").click()
    page.wait_for_selector("main .figures, main .note-no:not([hidden])", timeout=120_000)


def show_a_birth(page: Page) -> None:
    """A birth, filled in and tried; nothing is written."""
    for field, value in BORN.items():
        page.locator(f"main form [name={field}]").first.fill(value)
    page.locator("main form select").first.select_option(index=1)
    page.locator("main form button.first").click()
    page.wait_for_load_state()


def bring_outlines(page: Page) -> None:
    """Invented outlines for every village of the picture, then the picture on them."""
    back = page.url
    links = page.locator(".tiles a").all()
    codes = [(link.get_attribute("href") or "").split("/")[2] for link in links]
    across = math.ceil(math.sqrt(2 * len(codes)))  # wider than tall
    features = [
        {
            "type": "Feature", "properties": {"code": code},
            "geometry": {"type": "Polygon", "coordinates": [cell(at % across, at // across)]},
        }
        for at, code in enumerate(codes)
    ]  # fmt: skip
    path = WORK / "invented.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    page.goto("/places/shapes/")
    page.set_input_files("[name=file]", path)
    page.fill("[name=source]", "编造的图形")
    page.locator("main form button.first").click()
    page.wait_for_load_state()
    page.goto(back)


def cell(column: int, row: int) -> list[list[float]]:
    """A crooked square beside its neighbours; corners and crooked lines are the same from both sides."""
    corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
    ring = [corner(*at) for at in corners]
    return [*ring, ring[0]]


def corner(column: int, row: int) -> list[float]:
    """Where a corner of the net lies; off the straight by a little, the same each time."""
    off = math.sin(column * 7 + row * 3), math.cos(column * 5 + row * 11)
    return [110 + (column + off[0] / 4) / 50, 27 - (row + off[1] / 4) / 55]


LIST = "持证残疾人名单_合成数据.xlsx"
BORN = {"name": "刘小满", "day": "2026-06-12"}


def in_both(name: str, role: str, address: str, title: str, **more: Any) -> tuple[Shot, ...]:
    """A picture of the guide, in Chinese and in English."""
    return tuple(
        Shot(f"{prefix}-{name}", role, address, title, language=language, guide=True, **more)
        for prefix, language in (("zh", "zh-hans"), ("en", "en"))
    )


SHOTS: tuple[Shot, ...] = (
    *in_both("sign-in", "", "/sign-in/", "登录"),
    *in_both("home", CLERK, "/", "今天的事"),
    *in_both("household", CLERK, "/households/{household}/", "户情"),
    *in_both("why", CLERK, "{why}", "为什么"),
    *in_both("ask", CLERK, "/households/{asked}/", "就地补上", steps=fill_in_the_answer),
    *in_both("events", CLERK, "/households/{household}/events/", "家庭变动"),
    *in_both("import", CLERK, "/imports/new/", "导入", steps=try_an_import),
    *in_both("batches", CLERK, "/batches/", "登记批次"),
    *in_both("places", CLERK, "/places/", "各村比较"),
    Shot("sign-in", "", "/sign-in/", "登录 / Sign in"),
    Shot("bench", "", "/bench/", "先查一张表 / Check a table first"),
    Shot("home", CLERK, "/", "今天的事 / Today's matters"),
    Shot("home-phone", CLERK, "/", "今天的事，手机 / on a phone", phone=True),
    Shot("home-helper", "helper", "/", "帮扶责任人的首页 / A helper's first page"),
    Shot("home-county", COUNTY, "/", "县里的首页 / A county's first page"),
    Shot("home-helper-phone", "helper", "/", "帮扶责任人的首页，手机 / on a phone", phone=True),
    Shot("home-inspector", "inspector", "/", "督查人员的首页 / An inspector's first page"),
    Shot("home-department", "line_department", "/", "行业部门的首页 / A line department's first page"),
    Shot("search", CLERK, "/search/?q={initials}", "找 / Find"),
    Shot("households", CLERK, "/households/", "户 / Households"),
    Shot("households-phone", CLERK, "/households/", "户，手机 / on a phone", phone=True),
    Shot("household", CLERK, "/households/{household}/", "户情 / Household"),
    Shot("household-phone", CLERK, "/households/{household}/", "户情，手机 / on a phone", phone=True),
    Shot("household-dark", CLERK, "/households/{household}/", "户情，深色 / in the dark", dark=True),
    Shot("household-hant", CLERK, "/households/{household}/", "户情，繁体", language="zh-hant"),
    Shot("why", CLERK, "{why}", "为什么 / Why"),
    Shot("history", CLERK, "/households/{household}/history/", "经过 / History"),
    Shot("compare", CLERK, "/households/{household}/compare/", "比较两个日期 / Two days compared"),
    Shot("sheet", CLERK, "/households/{household}/sheet/", "明白单 / The household's sheet"),
    Shot("trace", CLERK, "/households/{household}/trace/", "审核推导 / The auditor's trace"),
    Shot("record", CLERK, "/households/{household}/topics/dwelling/", "登记或更正 / Record or correct"),
    Shot("events", CLERK, "/households/{household}/events/", "家庭变动 / Change in the family"),
    Shot("event-birth", CLERK, "/households/{household}/events/birth/", "出生 / Birth"),
    Shot("person", CLERK, "{person}", "人 / Person"),
    Shot("places", CLERK, "/places/", "各村比较 / Villages compared"),
    Shot("places-phone", CLERK, "/places/", "各村比较，手机 / on a phone", phone=True),
    Shot("picture", CLERK, "{picture}?measure=unknown", "一格一村 / Villages as squares"),
    Shot("picture-phone", CLERK, "{picture}", "一格一村，手机 / on a phone", phone=True),
    Shot(
        "outlines", COUNTY, "{picture}?measure=unknown", "县里自己的地界 / On a county's own outlines",
        steps=bring_outlines,
    ),
    Shot("shapes", COUNTY, "/places/shapes/", "地界文件 / Outline files"),
    Shot("village", CLERK, "{village}", "村 / Village"),
    Shot("persons", CLERK, "/persons/?kind=watched", "人的名单 / A list of persons"),
    Shot("published", COUNTY, "/places/published/", "公布数 / Published totals"),
    Shot("wall", COUNTY, "/wall/", "作战图 / The wall", size=SCREEN),
    Shot("wall-dark", COUNTY, "/wall/", "作战图，深色 / in the dark", dark=True, size=SCREEN),
    Shot("runs", COUNTY, "/runs/", "评估 / Runs"),
    Shot("rules", CLERK, "/rules/", "规则与试算 / Rules and values"),
    Shot("rule", CLERK, "/rules/basics.housing/", "一条规则 / A rule"),
    Shot("trial", COUNTY, "/rules/try/?parameter=rent_years_min&value=4", "试算 / A trial"),
    Shot("versions", COUNTY, "/rules/versions/", "规则的版本 / Versions of the rules"),
    Shot("proposals", COUNTY, "/rules/proposals/", "参数提案 / Proposals"),
    Shot("imports", CLERK, "/imports/", "导入 / Imports"),
    Shot("import-new", CLERK, "/imports/new/", "选表格 / Choose tables"),
    Shot("batches", CLERK, "/batches/", "登记批次 / Batches"),
    Shot("jobs", COUNTY, "/jobs/", "后台任务 / Background jobs"),
    Shot("users", ADMIN, "/users/", "账号与任职 / Accounts and posts"),
    Shot("user", ADMIN, "{user}", "一个账号 / An account"),
    Shot("users-sheet", ADMIN, "/users/from-sheet/", "从表格开账号 / Accounts from a table"),
    Shot("tokens", COUNTY, "/tokens/", "接口令牌 / API tokens"),
    Shot("audit", "auditor", "/audit/", "审计 / Audit"),
    Shot("looks", "inspector", "/audit/looks/", "查阅记录 / Who looked"),
    Shot("checks", "inspector", "/audit/checks/", "核验审计链 / Checking the chain"),
    Shot("profile", CLERK, "/profile/", "我的账号 / My account"),
    Shot("keys", CLERK, "/keys/", "快捷键 / Shortcuts"),
    Shot("gallery", CLERK, "/gallery/", "部件陈列 / Gallery of parts"),
)  # fmt: skip


if __name__ == "__main__":
    main()
