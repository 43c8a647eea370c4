"""Levels of divisions and kinds of change (区划级别与变更)."""

from __future__ import annotations

from mingbai.common.choices import TextChoices


class Level(TextChoices):
    """Level of a division (区划级别), large to small."""

    PROVINCE = "province", "省"
    PREFECTURE = "prefecture", "市"
    COUNTY = "county", "县"
    TOWNSHIP = "township", "乡镇"
    VILLAGE = "village", "村"


#: Digits of the 12-digit code that are fixed at each level.
DIGITS = {
    Level.PROVINCE: 2,
    Level.PREFECTURE: 4,
    Level.COUNTY: 6,
    Level.TOWNSHIP: 9,
    Level.VILLAGE: 12,
}


class SuccessionKind(TextChoices):
    """How a division became another (区划变更方式)."""

    RENAME = "rename", "更名"
    RECODE = "recode", "重新编码"
    MERGE = "merge", "合并"
    SPLIT = "split", "分设"


class Universe(TextChoices):
    """What a denominator counts (分母口径)."""

    RURAL_REGISTERED = "rural_registered", "农业户籍人口"
    RESIDENTS = "residents", "常住人口"
    HOUSEHOLDS = "households", "户数"

    @property
    def unit(self) -> str:
        """What is counted: persons or households."""
        return "户" if self is Universe.HOUSEHOLDS else "人"


class VillageStatusKind(TextChoices):
    """What a village is registered as (村的身份): S1-03, S3-41, S4-14."""

    POOR = "poor", "贫困村"
    DEEP = "deep", "深度贫困村"
    EXITED = "exited", "出列村"
    KEY = "key", "重点帮扶村"
    SUPERVISED = "supervised", "挂牌督战村"
    WEAK_ORGANISATION = "weak_organisation", "软弱涣散党组织村"
    DEMONSTRATION = "demonstration", "示范村"
