"""Sheets of one household: words for the villager, the derivation for the auditor, JSON for programs."""

import json
import re

import pytest

from mingbai.documents.family import Family
from mingbai.documents.reasoning import value_of
from mingbai.documents.sheets import auditor_sheet, explain_json, villager_sheet
from mingbai.documents.words import words
from mingbai.screening.result import Screening
from tests.documents import making


@pytest.fixture(scope="module")
def open_family(screening: Screening) -> Family:
    """陈志强's months of work are missing: 0 to 12 months decide the income."""
    return making.family(screening, "h5", with_changes=True)


# ---- the villager's sheet --------------------------------------------------------------------------


def test_villager_hears_what_is_what_it_rests_on_and_whom_to_ask(open_family: Family) -> None:
    """S2-21: an account that the household understands."""
    text = villager_sheet(open_family)
    assert "饮水有保障：现在没问题。" in text
    assert "收入过线：现在还说不准" in text
    assert "陈志强（长子）的务工月数：今年务工几个月？（人社那里可能有）" in text
    assert "《household.xlsx》（表上没写日期）" in text
    assert "其他收入 5,000 元" in text
    assert "口头说就行" in text
    assert "拨打村委会" in text


def test_villager_hears_no_code_no_clause_and_no_way_under_a_line(open_family: Family) -> None:
    """S2-38: nothing that tells how to fall under a line."""
    text = villager_sheet(open_family)
    assert "8,700" not in text
    assert "8700" not in text
    assert "income" not in text
    assert "第三条" not in text
    assert "→" not in text
    assert open_family.pack.hash not in text
    assert "贫" not in text


def test_health_is_not_read_aloud(screening: Screening) -> None:
    text = villager_sheet(making.family(screening, "h2"))
    assert "大病" not in text
    assert "因病" not in text
    assert "护理" not in text
    assert "还有身体方面的事，当面单独说。" in text
    assert "还有 1 项，当面单独说。" in text


def test_a_question_about_health_is_asked_in_person(screening: Screening) -> None:
    text = villager_sheet(making.family(screening, "h7"))
    assert "还有身体方面的 1 件，当面单独问。" in text
    assert "有没有得大病" not in text


def test_what_is_due_is_told_with_who_sees_to_it(screening: Screening) -> None:
    text = villager_sheet(making.family(screening, "h5"))
    assert "助学金应享未享（陈桂生（户主））：由教育核对，核对属实就办，不用您跑。" in text


def test_an_unpublished_line_asks_nothing_of_the_household(screening: Screening) -> None:
    text = villager_sheet(making.family(screening, "h6"))
    assert "收入线：当地还没有公布，等公布了再算，不用您做什么。" in text
    assert "谁来问" not in text


def test_the_sheet_speaks_english(open_family: Family) -> None:
    text = villager_sheet(open_family, "en")
    assert "safe water: in order." in text
    assert "months worked of 陈志强 (eldest son): How many months of work?" in text
    assert re.findall("现在|登记|说不准", text) == []


# ---- the auditor's sheet ---------------------------------------------------------------------------


def test_auditor_sees_pack_day_rules_and_marks(open_family: Family) -> None:
    text = auditor_sheet(open_family)
    assert f"规则包 village 1　指纹 {open_family.pack.hash}　截至 2025-06-30" in text
    assert "【待核实】收入过线  [income.enough]" in text
    assert "依据：收入办法 第三条（I1）；2020-01-01 起" in text
    assert "T 入户 [piped]  piped" in text
    assert "U 取水近 [near]  minutes <= minutes_max" in text


def test_auditor_sees_inputs_with_their_place_bounds_and_values_of_policy(
    open_family: Family,
) -> None:
    text = auditor_sheet(open_family)
    assert (
        "U 人均收入 2,500 – 20,500 [income.per_head]  round(income.all / count(members), 2)" in text
    )
    assert "· members.0.work_months  务工月数 = 待核实  （据登记 · person.xlsx 第 6 行）" in text
    assert "· members.0.month_wage  月工资 = 3,000 元" in text
    assert "§ income_line  收入线 = 8,700 元  （53，2024-01-01 起，省里公布）" in text
    assert "§ minutes_max  取水时间上限 = 20  （各地，2020-01-01 起，本地示例）【本地】" in text


def test_auditor_sees_why_unknown_and_what_would_change_it(open_family: Family) -> None:
    text = auditor_sheet(open_family)
    assert "待核实是因为：陈志强（长子）的务工月数 [members.0.work_months]" in text
    assert "陈志强（长子）的务工月数：待核实 → 5，结果为 达标" in text
    assert "陈志强（长子）的务工月数：待核实 → 0，结果为 未达标" in text


def test_steps_of_a_rule_are_given_once(open_family: Family) -> None:
    text = auditor_sheet(open_family)
    assert text.count("= 其他收入") == 0
    assert text.count("· other_income  其他收入 = 5,000 元") == 2  # the sum, and applies_when
    assert "U 收入过线 [income.enough]" in text
    assert "（见上）" in text


def test_dated_records_show_their_day(screening: Screening) -> None:
    text = auditor_sheet(making.family(screening, "h5"))
    assert "2020-01-01 · benefit.xlsx 第 4 行" in text


def test_sheets_differ_in_words_not_in_outcomes(open_family: Family) -> None:
    marks = re.findall(r"\[(\w+\.\w+)\]", auditor_sheet(open_family))
    assert re.findall(r"\[(\w+\.\w+)\]", auditor_sheet(open_family, "en")) == marks


# ---- JSON ------------------------------------------------------------------------------------------


def test_json_holds_states_causes_changes_and_exact_numbers(open_family: Family) -> None:
    found = json.loads(json.dumps(explain_json(open_family)))
    assert found["pack"] == {"id": "village", "version": "1", "hash": open_family.pack.hash}
    rules = {(rule["id"], rule["path"]): rule for rule in found["rules"]}
    income = rules["income.enough", ""]
    assert income["state"] == "unknown"
    assert [item["path"] for item in income["because"]] == ["members.0.work_months"]
    changes = [
        (item["path"], item["from"], item["to"], item["state"]) for item in income["changes"]
    ]
    assert ("members.0.work_months", None, 5, "met") in changes
    per_head = income["trace"]["steps"][0]
    assert (per_head["id"], per_head["bounds"]) == ("income.per_head", ["2500", "20500"])
    assert income["trace"]["parameters"][0]["value"] == "8700"
    assert rules["study.missing", "members.1."]["state"] == "unmet"


def test_json_names_the_cell_of_each_input(open_family: Family) -> None:
    rules = {rule["id"]: rule for rule in explain_json(open_family)["rules"]}
    piped = rules["water.safe"]["trace"]["steps"][0]["inputs"][0]
    assert piped == {
        "path": "piped", "fact": "piped", "label": {"zh": "供水入户", "en": "piped water"},
        "is": "known", "value": True, "restricted": False, "date": None,
        "file": "household.xlsx", "sheet": "Sheet1", "row": 6,
    }  # fmt: skip


# ---- what lies behind ------------------------------------------------------------------------------


def test_restricted_values_are_only_said_to_be_there(screening: Screening) -> None:
    family = making.family(screening, "h2")
    (outcome,) = [item for item in family.outcomes if item.rule.id == "signal.illness"]
    (used,) = [item for item in family.used(outcome.node) if item.fact.id == "ill"]
    assert value_of(used, family, words("zh"), public=True) == "已登记，不公开"
    assert value_of(used, family, words("zh")) == "是"


def test_family_holds_household_and_members_in_reading_order(open_family: Family) -> None:
    assert [node.id for node in open_family.nodes] == [
        "water.safe", "income.enough", "watch.low", "signal.illness", "leave.ready",
    ]  # fmt: skip
    paths = [item.path for item in open_family.outcomes if item.rule.id == "study.missing"]
    assert paths == ["members.0.", "members.1."]
    assert (open_family.name, open_family.places, open_family.people) == (
        "户主h5", ("青溪镇", "白石村"), 2,
    )  # fmt: skip


def test_bar_is_found_in_the_rules_and_knows_its_good_side(open_family: Family) -> None:
    bar = open_family.bars["income.enough"]
    assert (bar.low, bar.high, bar.line) == (250_000, 2_050_000, 870_000)
    assert bar.good_above
    assert not bar.is_known
    assert set(open_family.bars) == {"income.enough"}
