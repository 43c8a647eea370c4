"""All 31 cross-checks of the five reports are there, once each, with the mark of the close reading.

The reading is written down here and not read from the data: a check that is lost, or that states another
mark, fails. That the built places come out as stated is tested place by place.
"""

from pathlib import Path

import pytest

from mingbai.demo.place import names
from mingbai.demo.totals import read_data

#: Cross-check → place, marks. ✔ agrees, ✘ does not, ≈ under a stated assumption, ? ambiguous or odd.
READING = {
    "X01": ("dongkou", "✔"),  # 1,949 + 3,494 = 5,443
    "X02": ("dongkou", "✔"),  # 117 + 217 = 334, and 3 communities
    "X03": ("dongkou", "✔"),  # a plausible base
    "X04": ("dongkou", "✔"),  # the same base within rounding
    "X05": ("dongkou", "✘ ✔"),  # 37,693 persons fewer, which the ledger explains
    "X06": ("dongkou", "✔"),  # one mu a person
    "X07": ("dongkou", "✔ ?"),  # the arithmetic is fine, the ratio looks like a quota
    "X08": ("dongkou", "✔"),  # 3.55 households a helper
    "X09": ("puxi", "✘"),  # 5.09 households a helper
    "X10": ("puxi", "✘ ≈"),  # not on the whole population; on the agricultural one
    "X11": ("puxi", "≈"),  # 867 persons in half a year
    "X12": ("puxi", "✘"),  # five leaders, four names
    "X13": ("puxi", "✘"),  # one vacancy
    "X14": ("puxi", "✔"),  # 13 stations
    "X15": ("puxi", "?"),  # three times 430, or 430
    "X16": ("puxi", "✔"),  # 1,578 of 1,727
    "X17": ("jiangkou", "✔ ✘"),  # the rural base, not the 24万
    "X18": ("shakou", "✔"),  # 947 and 947: counted once
    "X19": ("shakou", "✔"),  # 2,000 yuan each
    "X20": ("shakou", "✔"),  # 167 households, 202.205
    "X21": ("shakou", "✘"),  # no whole number of terms
    "X22": ("dongkou", "✘"),  # below the rate of a term
    "X23": ("shakou", "✔"),  # 44.7445
    "X24": ("shakou", "✔ ?"),  # 4.06 times in five years
    "X25": ("lukou", "✔ ?"),  # 66.4 %; growth of which of the two
    "X26": ("lukou", "✔"),  # 5 % corrected
    "X27": ("dongkou", "✔ ✘"),  # 5 members a team; 479 persons where 150 are allowed
    "X28": ("dongkou", "✔"),  # 2.3 %
    "X29": ("dongkou", "✔"),  # 4 villages a leader
    "X30": ("dongkou", "≈"),  # outside figures: the same order of magnitude
    "X31": ("lukou", "?"),  # a class of households counted in persons
}


def test_reading_lists_all_of_them() -> None:
    assert list(READING) == [f"X{number:02d}" for number in range(1, 32)]


def test_each_stands_once_with_its_mark() -> None:
    found = [
        (check["id"], (pinyin, " ".join(check["stated"])))
        for pinyin in names()
        for check in read_data(f"cross/{pinyin}.yaml")["checks"]
    ]
    assert sorted(found) == sorted(READING.items())


@pytest.mark.parametrize("name", READING)
def test_each_is_computed_from_a_built_place(name: str) -> None:
    """The test of its place names it, and holds its marks and words."""
    place, _ = READING[name]
    text = (Path(__file__).parent / f"test_{place}.py").read_text(encoding="utf-8")
    assert f'"{name}"' in text


@pytest.mark.parametrize("pinyin", names())
def test_each_explains_itself_in_both_languages(pinyin: str) -> None:
    for check in read_data(f"cross/{pinyin}.yaml")["checks"]:
        assert len(check["statements"]) == len(check["stated"])
        for said in check["statements"]:
            assert said["zh"].endswith("。") or said["zh"].endswith("）")
            assert said["en"]
