"""What a whole list does not carry is one message for the list, not a question in every household."""

from datetime import date
from pathlib import Path

from mingbai.engine.loading import load_pack
from mingbai.screening.screen import screen

EXPORT = (
    "户编号,户主姓名,家庭人口数,是否危房户,是否解决安全饮用水\nH1,张一,1,否,是\nH2,王三,1,,是\n"
)
MEMBERS = "人口编号,户编号,姓名,与户主关系\nP1,H1,张一,户主\nP2,H2,王三,户主\n"
POLICE = (
    "户号,人员编号,姓名,与户主关系,公民身份号码,村\n"
    "J1,Q1,李二,户主,,上村\nJ2,Q2,赵四,户主,,下村\nJ3,Q3,钱五,户主,,下村\n"
)


def test_question_that_a_list_leaves_open_for_all_is_asked_of_nobody_in_it(tmp_path: Path) -> None:
    for name, text in (("户", EXPORT), ("人", MEMBERS), ("公安", POLICE)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    done = screen(tmp_path, load_pack("cn", with_cases=False), date(2018, 12, 31))
    asked = {ask.key: {one.fact for one in ask.questions} for ask in done.asks}
    assert "dwelling_unsafe" in asked["H2"]  # others of this list have it
    assert all("dwelling_unsafe" not in asked.get(key, ()) for key in ("J1", "J2", "J3"))
    told = [(gap.where, gap.households) for gap in done.gaps if gap.name == "dwelling_unsafe"]
    assert told == [("公安.csv", 3)]
