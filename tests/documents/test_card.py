"""The card on the door: what may hang there, and that it is one page."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mingbai.documents.card import SIZES, check_text, fitted, write_card
from mingbai.documents.card_content import Block, Content, content_of, sensitive_codes
from mingbai.documents.words import words
from mingbai.engine.model.pack import Pack
from mingbai.screening.result import Screening
from tests.documents import making
from tests.documents.making import Page
from tests.installation import PATIENCE

CHROMIUM = shutil.which("chromium")


def _card(screening: Screening, key: str, folder: Path, language: str = "zh") -> tuple[str, str]:
    path = folder / "card.html"
    write_card(making.family(screening, key), path, language)
    text = path.read_text(encoding="utf-8")
    return "".join(Page(text).texts), text


def _crowded(pack: Pack, members: int) -> Screening:
    """A household with many members, each a student without a grant, each with an open question."""
    people = [
        making.person(f"p{n}", "h1", name=f"很长的名字{n}", student=True, work_months=None)
        for n in range(members)
    ]
    paid = [making.benefit(f"p{n}", "nursing", 8_000) for n in range(members)]
    return making.screened(
        pack, [making.household("h1", head_name="很长的户主姓名" * 3)], people, paid
    )


def test_card_shows_what_came_and_when(screening: Screening, tmp_path: Path) -> None:
    text, _ = _card(screening, "h8", tmp_path)
    assert "助学金（成员p8）312.50 元2025 年 4 月 15 日" in text
    assert "今年您家享受的" in text


def test_illness_income_and_numbers_stay_off_the_door(screening: Screening, tmp_path: Path) -> None:
    """S3-49: a card that helps and shames nobody."""
    text, source = _card(screening, "h8", tmp_path)
    assert "护理" not in text
    assert "另有 1 件不写在门上，来人当面说。" in text
    assert "995301199001011234" not in source
    assert "收入" not in text.replace("卡上没有证件号、银行账号、收入和病情", "")
    ill, _ = _card(screening, "h2", tmp_path)
    assert "病" not in ill.replace("收入和病情", "")


def test_what_is_due_is_there_and_what_is_not_due_never(
    screening: Screening, pack: Pack, tmp_path: Path
) -> None:
    assert "助学金应享未享（陈桂生）教育在核对" in _card(screening, "h5", tmp_path)[0]
    undue = making.screened(
        pack, [making.household("h1")], [making.person("p1", "h1")], [making.benefit("p1")]
    )
    assert undue.counts["study.undue"].unmet == 1
    assert "不应享" not in _card(undue, "h1", tmp_path)[0]


def test_questions_a_neighbour_may_read_are_listed(screening: Screening, tmp_path: Path) -> None:
    assert "今年务工几个月？陈志强" in _card(screening, "h5", tmp_path)[0]
    assert "有没有得大病" not in _card(screening, "h7", tmp_path)[0]


def test_without_receipts_it_says_so(screening: Screening, tmp_path: Path) -> None:
    text, _ = _card(screening, "h1", tmp_path)
    assert "收到的表里没有您家今年的发放记录" in text
    assert re.findall(r"\d+ 元", text) == []


def test_a_payment_of_another_year_is_not_of_this_year(
    screening: Screening, tmp_path: Path
) -> None:
    text, _ = _card(screening, "h5", tmp_path)
    assert "助学金（陈桂生）" not in text


def test_kinds_that_tell_an_illness_are_found_in_the_rules(screening: Screening) -> None:
    assert sensitive_codes(making.family(screening, "h8")) == {"nursing"}


def test_check_code_tells_nothing_and_differs_by_household(
    screening: Screening, tmp_path: Path
) -> None:
    one, other = (making.family(screening, key) for key in ("h1", "h2"))
    assert re.fullmatch(r"[0-9A-F]{4}(-[0-9A-F]{4}){2}", check_text(one))
    assert check_text(one) != check_text(other)
    assert check_text(one) in _card(screening, "h1", tmp_path)[0]


def test_page_has_no_script_no_address_and_no_colour(screening: Screening, tmp_path: Path) -> None:
    _, text = _card(screening, "h7", tmp_path)
    assert "<script" not in text
    assert re.findall(r"(?:src|href)=", text) == []
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org", "")
    style = text[text.index("<style>") : text.index("</style>")]
    colours = {colour for colour in re.findall(r"#[0-9a-f]{3,6}\b", style) if colour != "#e9e6df"}
    assert all(len(set(colour[1:])) <= 2 and colour[1] == colour[-1] for colour in colours)


def test_card_speaks_english(screening: Screening, tmp_path: Path) -> None:
    text, _ = _card(screening, "h8", tmp_path, "en")
    assert "What you received this year" in text
    assert "study grant (成员p8)312.50 yuan15 April 2025" in text
    assert "call the village" in text


# ---- one page --------------------------------------------------------------------------------------


def _content(rows: int) -> Content:
    row = ("助学金应享未享（很长的名字）", "教育在核对")
    return Content(Block((row,) * rows), Block((row,) * rows), Block((row,) * rows))


@pytest.mark.parametrize(("rows", "size"), [(3, "s0"), (4, "s1"), (5, "s2"), (40, "s2")])
def test_type_shrinks_in_two_steps_then_lists_are_cut(rows: int, size: str) -> None:
    content, found = fitted(_content(rows), words("zh"))
    assert found.name == size
    assert [len(block.rows) + block.cut for block in content.blocks] == [rows] * 3
    assert (sum(block.cut for block in content.blocks) > 0) == (rows == 40)


def test_what_was_cut_is_counted_on_the_card(pack: Pack, tmp_path: Path) -> None:
    text, _ = _card(_crowded(pack, 40), "h1", tmp_path)
    assert re.search(r"还有 \d+ 件写不下，来人当面说。", text)
    assert "另有 40 件不写在门上，来人当面说。" in text


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium to print")
@pytest.mark.parametrize("members", [0, 4, 7, 40])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_prints_on_one_page(pack: Pack, tmp_path: Path, members: int, language: str) -> None:
    _card(_crowded(pack, members), "h1", tmp_path, language)
    printed = tmp_path / "card.pdf"
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={printed}",
        (tmp_path / "card.html").as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 1


def test_content_counts_what_is_told_in_person(screening: Screening) -> None:
    content = content_of(making.family(screening, "h2"), words("zh"))
    assert [len(block.rows) for block in content.blocks] == [0, 0, 0]
    assert content.due.hidden == 1
    assert len(SIZES) == 3
