"""Why something was listed and not written (差异类别)."""

from __future__ import annotations

from mingbai.common.choices import TextChoices


class DiscrepancyKind(TextChoices):
    """Why a value or row of a list was not written into the register (未采用的原因)."""

    NEWER = "newer", "登记的内容比名单新"
    CORRECTED = "corrected", "登记的内容经人工更正"
    TWO_HOUSEHOLDS = "two_households", "同一人在两户"
    ID_TAKEN = "id_taken", "证件号码属于别人"
    AMBIGUOUS = "ambiguous", "编号对应不止一个"
    STATUS_BACK = "status_back", "身份倒退，需按程序办理"
    PLACE_UNKNOWN = "place_unknown", "区划名称认不出"
    OUTSIDE = "outside", "不在本次导入的范围内"
    GONE = "gone", "登记簿里有、名单里没有"


class Verdict(TextChoices):
    """What a person decided about one row of a difference (逐行取舍)."""

    LEAVE = "leave", "不写"
    TAKE = "take", "取来表的"
