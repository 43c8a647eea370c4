"""report.html: one page, no script, every number with its list, never larger than its limit."""

import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest

from mingbai.documents.lists import MOST_SHOWN, Listing, Lists
from mingbai.documents.registers import Cell
from mingbai.documents.report import MOST_BYTES, write_report
from mingbai.documents.words import words
from mingbai.engine.model.pack import Pack
from mingbai.screening.result import Screening
from tests.documents import making
from tests.documents.making import FILES, Page

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "svg", "defs", "symbol", "circle", "path",
    "rect", "line", "g", "pattern", "use", "text", "header", "span", "b", "div", "nav", "ul", "ol",
    "li", "a", "main", "h1", "h2", "h3", "p", "section", "small", "details", "summary", "table",
    "thead", "tbody", "tr", "th", "td", "aside", "dl", "dt", "dd", "i",
}  # fmt: skip


def _written(
    screening: Screening, folder: Path, key: str | None = None, language: str = "zh"
) -> tuple[Page, str]:
    small = len(screening.intake.tables["person"]) < 20
    family = making.family(screening, key, with_changes=small) if key else None
    path = folder / "report.html"
    title = screening.program.pack.title
    write_report(screening, path, family=family, title=title, files=FILES, language=language)
    text = path.read_text(encoding="utf-8")
    return Page(text), text


@pytest.fixture(scope="module")
def page(screening: Screening, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return _written(screening, tmp_path_factory.mktemp("report"), "h5")[0]


def test_only_plain_elements_and_no_script(page: Page) -> None:
    assert set(page.names) <= ALLOWED
    assert [
        item for item in page.attributes if item[1].startswith("on") or item[1] == "style"
    ] == []


def test_nothing_is_asked_of_any_host(page: Page) -> None:
    targets = [value for _, name, value in page.attributes if name in ("href", "src")]
    assert [target for target in targets if not target.startswith("#")] == []


def test_policy_lets_only_this_style_sheet_through(screening: Screening, tmp_path: Path) -> None:
    text = _written(screening, tmp_path, "h1")[1]
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert unescape(policy[1]).startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]


def test_every_number_equals_its_count_and_opens_its_list(screening: Screening, page: Page) -> None:
    numbers = {
        f"#l-{rule}-{state}": count
        for rule, counts in screening.counts.items()
        for state, count in counts.as_dict().items()
    }
    shown = {link: int(number) for link, number in page.links.items() if link in numbers}
    assert shown == {link: count for link, count in numbers.items() if count}
    lists = {link[1:]: int(number) for link, number in page.links.items() if link[:3] == "#l-"}
    lists["l-asks"] = len(screening.asks)  # its number counts questions, its list households
    assert page.items == lists


def test_every_link_leads_to_something_on_the_page(page: Page) -> None:
    ids = [value for _, name, value in page.attributes if name == "id"]
    targets = {value[1:] for _, name, value in page.attributes if name == "href"}
    assert len(ids) == len(set(ids))
    assert targets - set(ids) == set()


def test_the_sentence_says_what_it_means_for_the_morning(screening: Screening, page: Page) -> None:
    findings = sum(len(task.findings) for task in screening.tasks)
    questions = sum(len(ask.questions) for ask in screening.asks)
    text = "".join(page.texts)
    assert f"{findings} 条线索 → {len(screening.tasks)} 户要去看，因为" in text
    assert f"另有 {questions} 个问题随访时顺带问（{len(screening.asks)} 户）" in text
    assert page.links["#l-tasks"] == str(len(screening.tasks))


def test_it_opens_on_a_family_with_clause_source_and_what_is_missing(page: Page) -> None:
    text = "".join(page.texts)
    assert text.index("先看一户") < text.index("条线索")
    assert "因为不知道陈某某（长子）的务工月数。" in text
    assert "收入办法 第三条" in text
    assert "据登记 · household.xlsx 第 6 行" in text
    assert "人均收入 2,500 – 20,500" in "".join(
        v for _, n, v in page.attributes if n == "aria-label"
    )
    assert "陈某某（长子）的务工月数：5" in text  # the nearest month that crosses the line


def test_names_of_members_and_restricted_facts_stay_out(
    screening: Screening, tmp_path: Path
) -> None:
    text = "".join(_written(screening, tmp_path, "h5")[0].texts)
    assert "陈志强" not in text
    assert "995301199001011234" not in "".join(_written(screening, tmp_path, "h8")[0].texts)
    assert "大病 是" not in "".join(_written(screening, tmp_path, "h2")[0].texts)


def test_hostile_names_are_text(screening: Screening, tmp_path: Path) -> None:
    page, text = _written(screening, tmp_path, "h7")
    assert '=1+1<b>&"王户' in page.text
    assert "<script" not in text
    assert "\u202e" not in text
    assert "<i>村</i>" in page.text


def test_what_the_run_lacks_is_said_once(page: Page) -> None:
    text = "".join(page.texts)
    assert "510524" in text or "（51" in text
    assert "收入线" in text
    assert "不生效、没有算的规则 1 条：以后才有的规则" in text


def test_rows_in_are_rows_accepted_and_listed(screening: Screening, page: Page) -> None:
    rows = screening.intake.rows_in
    assert f"收到 {rows} 行 ＝ 采用 {rows} ＋ 未采用 0" in "".join(page.texts)


def test_agreement_states_its_base(screening: Screening, page: Page) -> None:
    (found,) = screening.confusions
    text = "".join(page.texts)
    assert "查准率" in text
    assert f"{found.both} / {found.both + found.only_rule}" in text
    assert "比得上的 1 户" in text


def test_values_of_policy_carry_source_and_local_mark(page: Page) -> None:
    text = "".join(page.texts)
    assert "取水时间上限本地" in text
    assert "8,700 元" in text
    assert "省里公布" in text


def test_english_holds_no_chinese_of_ours(screening: Screening, tmp_path: Path) -> None:
    page = _written(screening, tmp_path, "h1", "en")[0]
    assert "Screening report" in page.text
    ours = [text for text in page.texts if re.search("达标|待核实|不适用|指标|任务|名单", text)]
    assert ours == []


def test_without_a_household_it_says_so(pack: Pack, tmp_path: Path) -> None:
    page = _written(making.screened(pack, []), tmp_path)[0]
    assert "没有一户可看" in page.text
    assert "没有一户要专程去看" in page.text


# ---- size ----------------------------------------------------------------------------------------


def _many(count: int, name: str) -> Sequence[making.Row]:
    return [
        making.household(
            f"h{n:06}", head_name=f"{name}{n}", piped=(True, False, None)[n % 3], minutes=30
        )
        for n in range(count)
    ]


def test_a_list_stops_at_its_limit_and_names_the_workbook(pack: Pack, tmp_path: Path) -> None:
    screening = making.screened(pack, _many(900, "户"))
    page = _written(screening, tmp_path, "h000001")[0]
    assert page.links["#l-water.safe-unmet"] == "300"
    assert page.items["l-water.safe-unmet"] == MOST_SHOWN
    assert (
        "前 200 户，全部见 households.xlsx「各户状态」表，「饮水有保障」列筛选“未达标”" in page.text
    )


def test_a_hundred_thousand_households_with_long_names_stay_within_the_limit(
    pack: Pack, tmp_path: Path
) -> None:
    screening = making.screened(pack, _many(100_000, "很长的名字" * 20))
    _, text = _written(screening, tmp_path, "h000001")
    assert len(text.encode()) <= MOST_BYTES
    assert screening.counts["water.safe"].met == 33_334
    assert ">33,334</a>" in text
    assert sum(sum(counts.as_dict().values()) for counts in screening.counts.values()) > 0


def _lists(count: int) -> Lists:
    """Lists that are full, of long names."""
    lists = Lists(words("zh"))
    cells = [Cell(f"{n:012}", "很长的名字" * 9, ("很长的地名" * 9,) * 2) for n in range(MOST_SHOWN)]
    for number in range(count):
        lists.link(Listing(f"l-{number}", "名单", "900 户", 900, cells, "tasks.xlsx", "summary"))
    return lists


@pytest.mark.parametrize("room", [0, 400_000, 2_000_000])
def test_lists_give_way_where_there_is_no_room(room: int) -> None:
    written = _lists(100).written(room)
    assert written.count('class="list"') == 100
    assert len(written.encode()) <= max(room, 100_000)
    shown = written.count("<li>") // 100
    assert shown < MOST_SHOWN
    assert f"前 {shown} 户，全部见 tasks.xlsx" in written


def test_lists_are_whole_where_there_is_room() -> None:
    assert _lists(2).written(10**6).count("<li>") == 2 * MOST_SHOWN


def test_a_crowded_household_does_not_fill_the_page(pack: Pack, tmp_path: Path) -> None:
    people = [making.person(f"p{n}", "h1", work_months=None, month_wage=1) for n in range(300)]
    screening = making.screened(pack, [making.household("h1")], people)
    _, text = _written(screening, tmp_path, "h1")
    assert len(text.encode()) < 400_000
