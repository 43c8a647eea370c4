"""洞口县: all published totals and cross-checks, on its whole register and half of its other residents.

The full county of 770,000 persons is built by benchmarks; what is published counts the register, villages,
helpers and measures, and these stand here in full.
"""

import pytest

from mingbai.demo.check import RED, check_tables
from mingbai.demo.context import Context
from mingbai.demo.cross import Cross, cross_checks
from mingbai.demo.place import load_place
from mingbai.demo.reports import Loaded
from tests.demo.peopled import reduced

PLACE = load_place("洞口")
LEFT_OUT = 380_000  # other residents


@pytest.fixture(scope="module")
def dongkou() -> Context:
    return reduced(PLACE, 1, LEFT_OUT)


def test_every_published_total_is_met(dongkou: Context) -> None:
    """S4-01 S4-02 S4-05 S4-06 S4-12 S4-16 S4-20 S4-21 S4-29 S4-31 S4-33 S4-35 S4-42 S4-49 S4-53 S4-60."""
    lines = check_tables(PLACE, dongkou.tables)
    assert [line.as_json() for line in lines if line.mark == RED] == []


@pytest.fixture(scope="module")
def crossed(dongkou: Context) -> dict[str, Cross]:
    return {one.id: one for one in cross_checks(PLACE, Loaded(dongkou.tables))}


@pytest.mark.parametrize(
    ("name", "marks", "words"),
    [
        ("X01", "✔", "有劳动能力 1,949 + 无劳动能力 3,494 = 未脱贫 5,443 人"),
        ("X02", "✔", "贫困村 117 + 非贫困村 217 = 334 个村；加 3 个社区 = 337 支工作队"),
        ("X03", "✔", "= 770,562（770,350 至 770,775）"),
        ("X04", "✔", "= 766,620（761,259 至 772,057）"),
        ("X05", "✘ ✔", "少 37,693 人（27%），报告只说“经过动态调整”"),
        ("X06", "✔", "人均 1.004 亩"),
        ("X07", "✔ ?", "对接率 65.2%"),
        ("X08", "✔", "每人 3.55 户"),
        ("X22", "✘", "每人次 1,286 元"),
        ("X27", "✔ ✘", "每队 5.0 人，每队慢病患者 49.4 人"),
        ("X28", "✔", "= 2.3%"),
        ("X29", "✔", "每人 4 个村"),
        ("X30", "≈", "全省 176,950、全市 50,303"),
    ],
)
def test_cross_checks_of_dongkou(
    crossed: dict[str, Cross], name: str, marks: str, words: str
) -> None:
    """S4-01 S4-02 S4-03 S4-12 S4-17 S4-20 S4-31 S4-43 S4-47 S4-49 S4-53 S4-57: each as stated."""
    found = crossed[name]
    assert " ".join(found.marks) == " ".join(found.stated) == marks
    assert words in "".join(one.zh for one in found.statements)
    assert all(one.en for one in found.statements)
