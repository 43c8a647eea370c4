"""Published checks that reading itself does: the TABLE- numbers of policies/cn-checks/SOURCES.md speak."""

from __future__ import annotations

import pytest

from mingbai.engine.loading import load_pack
from mingbai.screening.inputs import read_input

HEAD = "人口编号,户编号,姓名,性别,出生日期,证件号码,与户主关系,政治面貌,文化程度,"
HEAD += "户联系电话,成员联系电话,务工所在地\n"
HOME = "995301010001"
MAN, WOMAN = "990101198001011236", "990101198202023444"
WIFE = f"p2,{HOME},乙,女,19820202,{WOMAN},配偶,群众,小学,13900000000,13900000001,\n"


@pytest.fixture(scope="module")
def pack():
    return load_pack("cn-checks", with_cases=False)


def man(
    number: str = MAN,
    *,
    relation: str = "户主",
    birth: str = "19800101",
    phone: str = "13900000000",
    politics: str = "群众",
    education: str = "小学",
) -> str:
    own = "13900000002"
    return (
        f"p1,{HOME},甲,男,{birth},{number},{relation},{politics},{education},{phone},{own},贵阳\n"
    )


CASES = {
    "nothing wrong": (None, man() + WIFE),
    "1_12_003 wrong check sign": ("TABLE-065", man("990101198001011237") + WIFE),
    "1_12_002 nineteen signs": ("TABLE-065", man(MAN + "4") + WIFE),
    "1_12_002 twenty signs": (None, man(MAN + "43") + WIFE),
    "1_12_002 twenty-two signs": (None, man(MAN + "43B1") + WIFE),
    "1_12_004 no such kind of disability": ("TABLE-065", man(MAN + "83") + WIFE),
    "K4 01 birth": ("TABLE-066", man(birth="19800102") + WIFE),
    "K4 02 twice": (
        "TABLE-077",
        man() + WIFE.replace(f"女,19820202,{WOMAN}", f"男,19800101,{MAN}43"),
    ),
    "K4 03 relation": ("TABLE-060", man() + WIFE.replace("配偶", "妻子之友")),
    "K4 08 political status": ("TABLE-060", man(politics="民主人士") + WIFE),
    "K4 09 education": ("TABLE-060", man(education="博士后") + WIFE),
    "K4 05 two heads": ("TABLE-072", man() + WIFE.replace("配偶", "户主")),
    "K4 06 two spouses": (
        "TABLE-072",
        man() + WIFE + f"p3,{HOME},丙,女,,,配偶,群众,小学,13900000000,,\n",
    ),
    "K4 07 no head": ("TABLE-071", man(relation="之子") + WIFE),
    "K4 15 phone": ("TABLE-067", man(phone="139000000") + WIFE.replace("13900000000,", ",")),
    "5_15_021 one phone, two counties": (
        "TABLE-099",
        man() + WIFE.replace("13900000001,", "13900000002,东莞"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_reading_says_it(pack, tmp_path, name):
    wanted, rows = CASES[name]
    (tmp_path / "成员.csv").write_text(HEAD + rows, encoding="utf-8")
    intake = read_input(tmp_path, pack)
    assert intake.rows_listed == 0
    assert {one.code for one in intake.problems} == ({wanted} if wanted else set())
