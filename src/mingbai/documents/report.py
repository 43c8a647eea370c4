"""report.html (筛查报告): one page that needs no network and no script, for the screen and for paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib import resources
from pathlib import Path

from mingbai.documents.family import Family
from mingbai.documents.marks import symbols
from mingbai.documents.markup import Html, html, page, tag
from mingbai.documents.report_family import family_section, no_family
from mingbai.documents.report_rules import rule_sections, titles
from mingbai.documents.report_run import (
    agreement_section,
    gaps_section,
    input_section,
    pack_section,
)
from mingbai.documents.report_tasks import summary_section, tasks_section
from mingbai.documents.reporting import Material
from mingbai.documents.words import Bilingual, words
from mingbai.screening.result import Screening

#: No report is larger, whatever the input; lists give way.
MOST_BYTES = 5_000_000
_SPARE = 200_000


def write_report(
    screening: Screening,
    path: Path,
    *,
    family: Family | None,
    title: Bilingual | str,
    files: Mapping[str, str],
    language: str = "zh",
) -> None:
    """Write the report; ``files`` names the workbooks beside it: tasks, problems, states, households."""
    material = Material(screening, words(language), files)
    name = title if isinstance(title, str) else material.words.of(title)
    path.write_text(_page(material, family, name), encoding="utf-8")


def _page(material: Material, family: Family | None, title: str) -> str:
    say = material.words
    sections = html(
        family_section(material, family) if family is not None else no_family(say),
        summary_section(material),
        tasks_section(material),
        rule_sections(material),
        gaps_section(material),
        input_section(material),
        agreement_section(material),
        pack_section(material),
    )
    css = _css(material)
    frame = html(symbols(), _top(material, title), _rail(material))
    room = MOST_BYTES - _SPARE - sum(len(part.encode()) for part in (sections, css, frame))
    lists = material.lists.written(max(room, 0))
    main = tag("main", _head(material, title), sections, lists, _foot(material), id="main")
    body = html(symbols(), _top(material, title), tag("div", _rail(material), main, class_="frame"))
    return page(language=say.language, title=title, css=css, body=body, policy=policy(css))


def policy(css: str) -> str:
    """Nothing from anywhere, no script; only this style sheet."""
    digest = b64encode(sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _css(material: Material) -> str:
    """The style sheet, with the line at the foot of every printed page."""
    program = material.screening.program
    line = f"明白 · {program.pack.id} {program.pack.version} · {program.as_of.isoformat()}"
    kept = "".join(char for char in line if char.isalnum() or char in " ·.-_")
    return style("report.css").replace("{{foot}}", kept)


def style(name: str) -> str:
    """A style sheet of this package, without comments."""
    text = resources.files("mingbai.documents").joinpath(name).read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if line and not line.startswith("/*"))


def _top(material: Material, title: str) -> Html:
    say, program = material.words, material.screening.program
    return tag(
        "header",
        tag(
            "span",
            tag("svg", tag("use", href="#seal"), class_="i", aria_hidden="true"),
            say.say("明白"),
            class_="brand",
        ),
        tag("span", title, class_="ttl"),
        tag(
            "span", say.parts("截至 {day}", day=tag("b", program.as_of.isoformat())), class_="asof"
        ),
        class_="top",
    )


def _head(material: Material, title: str) -> Html:
    say, screening = material.words, material.screening
    pack = screening.program.pack
    below = pack.below(pack.top.id)
    about = [material.of_entity(pack.top.id, screening.households)]
    if below and screening.persons:
        about.append(material.of_entity(below[0].id, screening.persons))
    about.append(say.say("规则包 {pack}", pack=f"{pack.id} {pack.version}"))
    paper = f"{title} · {say.say('截至 {day}', day=screening.program.as_of.isoformat())} · "
    return tag(
        "div",
        tag("h1", say.say("筛查报告")),
        tag("p", tag("span", paper, class_="pr"), " · ".join(about), class_="m"),
        class_="head",
    )


def _rail(material: Material) -> Html:
    """Where I am in the report; a strip on a narrow screen."""
    say, screening = material.words, material.screening
    links = [
        ("family", say.say("先看一户"), ""),
        ("summary", say.say("这一批要办的"), ""),
        ("tasks", say.say("任务"), f"{len(screening.tasks):,}"),
    ]
    for role, (anchor, title, _) in titles(say).items():
        if material.of_role(role):
            links.append((anchor, title, f"{len(material.of_role(role))}"))
    links.append(("gaps", say.say("整批缺的"), f"{len(screening.gaps)}"))
    links.append(("input", say.say("收到的表"), f"{len(screening.intake.files)}"))
    if screening.confusions:
        links.append(("agreement", say.say("与调查标签比对"), ""))
    links.append(("pack", say.say("规则包和参数"), ""))
    items = [
        tag(
            "li",
            tag("a", name, tag("span", count, class_="c") if count else None, href=f"#{anchor}"),
        )
        for anchor, name, count in links
    ]
    return tag("nav", tag("ul", items), class_="rail", aria_label=say.say("目录"))


def _foot(material: Material) -> Html:
    say = material.words
    return tag(
        "p",
        say.say(
            "点任何一个数看名单；名单最多列 200 户。身份证号、电话不在本页；名单只在本单位内使用。"
        ),
        class_="foot",
    )
