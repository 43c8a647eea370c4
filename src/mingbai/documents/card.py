"""The household card (明白卡): what comes, what should come, what is still asked, whom to ask.

It hangs on the door: no income, no illness, no number of a person or an account. What cannot stand
there is counted and told in person. One A5 page always: the type shrinks in two steps, then lists are
cut and say so. Black only, Song type, no script, nothing from the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import segno

from mingbai.documents.card_content import Content, content_of
from mingbai.documents.family import Family
from mingbai.documents.markup import Html, html, page, tag
from mingbai.documents.report import policy, style
from mingbai.documents.values import clipped
from mingbai.documents.words import Words, words

_PAGE_HEIGHT, _PAGE_WIDTH = 794, 495  # of A5 in CSS pixels; the width inside the margins


@dataclass(frozen=True)
class Size:
    """A step of the type: class of the page, font size, height of a line, space around a row."""

    name: str
    font: float
    line: int
    space: int
    head: int


#: 11.6 pt, then two smaller steps.
SIZES = (Size("s0", 15.5, 22, 11, 35), Size("s1", 14.0, 19, 8, 30), Size("s2", 12.5, 17, 6, 26))
_FRAME = 86 + 112 + 26  # title above, check code below, margin
_LONGER = 40  # what the fixed texts need more where they run longer than Chinese


def write_card(family: Family, path: Path, language: str = "zh") -> None:
    """Write the card of a household as a page that prints on one side of A5."""
    say = words(language)
    content, size = fitted(content_of(family, say), say)
    css = style("card.css")
    body = tag(
        "main",
        _title(family, say),
        _lists(content, say),
        _ask(family, say),
        _end(family, say),
        class_=f"a5 {size.name}",
    )
    title = say.say("明白卡 {name}", name=clipped(family.name, 30))
    text = page(language=language, title=title, css=css, body=body, policy=policy(css))
    path.write_text(text, encoding="utf-8")


def fitted(content: Content, say: Words) -> tuple[Content, Size]:
    """The largest type in which everything fits; else the smallest, with the lists cut."""
    for size in SIZES:
        if _height(content, size, say) <= _PAGE_HEIGHT:
            return content, size
    smallest = SIZES[-1]
    while _height(content, smallest, say) > _PAGE_HEIGHT and not content.is_least:
        content = content.shorter()
    return content, smallest


def _height(content: Content, size: Size, say: Words) -> int:
    """How high the page becomes, estimated on the safe side."""
    rows = [row for block in content.blocks for row in block.rows]
    rows += [(note,) for note in content.notes(say)]
    rows += [] if content.received.rows else [(_no_record(say),)]
    lines = sum(max(1, -(-_width(row, size) // _PAGE_WIDTH)) for row in rows)
    heads = 2 + sum(bool(block.rows) for block in (content.due, content.asked))
    fixed = 3  # whom to ask
    space = (len(rows) + fixed) * size.space + heads * size.head
    frame = _FRAME if say.is_chinese else _FRAME + _LONGER
    return frame + (lines + fixed) * size.line + space


def _width(row: tuple[str, ...], size: Size) -> int:
    """About how wide a row is in pixels."""
    text = "　　".join(row)
    return int(sum(size.font if char > "\u2e7f" else size.font * 0.58 for char in text))


def _title(family: Family, say: Words) -> Html:
    who = [clipped(family.name, 16)]
    place = " ".join(clipped(place, 14) for place in family.places[-2:])
    return tag(
        "header",
        tag("h1", say.say("明白卡")),
        tag(
            "p",
            tag("span", say.say("户主"), "　", tag("b", who), "　　" if place else None, place),
            tag("span", say.say("{day}的情况", day=say.long_date(family.as_of))),
        ),
    )


def _lists(content: Content, say: Words) -> Html:
    return html(
        _received(content, say),
        _block(say.say("该有、还没到的"), say.say("没到就问，不用自己跑"), content.due.rows),
        _block(say.say("还要问您的"), say.say("来人顺带问，不用专程去"), content.asked.rows),
        [tag("p", note, class_="nt") for note in content.notes(say)],
    )


def _received(content: Content, say: Words) -> Html | None:
    """What arrived; where the pack knows no list of payments, nothing is said about them."""
    if not content.received.rows and not content.knows_payments:
        return None
    rows = content.received.rows or ((_no_record(say),),)
    return _block(say.say("今年您家享受的"), say.say("每一项都写明几时到"), rows, class_="got")


def _no_record(say: Words) -> str:
    return say.say("收到的表里没有您家今年的发放记录，所以这里没有列。已经在领的照旧。")


def _block(
    title: str, note: str, rows: Sequence[tuple[str, ...]], *, class_: str = "todo"
) -> Html | None:
    if not rows:
        return None
    written = [
        tag("tr", tag("td", row[0]), [tag("td", part, class_="r") for part in row[1:]])
        for row in rows
    ]
    return html(
        tag("h2", title, tag("small", note)),
        tag("table", tag("tbody", written), class_=class_ or None),
    )


def _ask(family: Family, say: Words) -> Html:
    """Whom to ask: two lines to fill in by hand, and where to object."""
    blank = tag("span", class_="ln")
    contact = family.pack.contact
    rows = [
        tag(
            "tr", tag("td", say.say("帮扶人"), blank), tag("td", say.say("电话"), blank, class_="r")
        ),
        tag("tr", tag("td", say.say("村里"), blank), tag("td", say.say("电话"), blank, class_="r")),
    ]
    if contact is not None:
        objection = say.say("觉得不对，想申报，想问政策")
        rows.append(
            tag("tr", tag("td", objection), tag("td", tag("b", say.of(contact)), class_="r"))
        )
    return html(
        tag(
            "h2", say.say("有难处就说，问谁"), tag("small", say.say("口头说就行，不用写，不用盖章"))
        ),
        tag("table", tag("tbody", rows)),
    )


def _end(family: Family, say: Words) -> Html:
    code = check_text(family)
    picture = segno.make(code, error="m", micro=False).svg_inline(border=0, omitsize=True)
    return tag(
        "footer",
        tag("div", Html(picture), class_="qr", role="img", aria_label=code),
        tag(
            "div",
            tag(
                "p",
                tag("b", say.say("为什么是这样？")),
                " ",
                say.say("请来人把每一项的道理念给您听。"),
            ),
            tag("p", say.say("卡上没有证件号、银行账号、收入和病情。旧卡作废，换新不收钱。")),
            tag("p", say.say("查对码 {code}，只用来找到这张卡的底本。", code=code), class_="ck"),
        ),
    )


def check_text(family: Family) -> str:
    """The check text of a household's number: finds the stored copy, tells and opens nothing."""
    text = "\n".join((family.pack.hash, family.as_of.isoformat(), family.key))
    digest = sha256(text.encode()).hexdigest()[:12].upper()
    return "-".join(digest[start : start + 4] for start in range(0, 12, 4))
