"""Code lists of the register (登记代码); labels of imported tables are mapped by the pack's own lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the framework has no types: this is what its class promises
    from enum import StrEnum
    from typing import ClassVar

    class TextChoices(StrEnum):
        """Codes with labels."""

        _value_: str
        label: str
        choices: ClassVar[list[tuple[str, str]]]

        def __new__(cls, value: str, label: str = "") -> TextChoices: ...
else:
    from django.db.models import TextChoices


class StatusKind(TextChoices):
    """What a household or person is registered as (身份)."""

    REGISTERED = "registered", "建档立卡"
    EXITED = "exited", "脱贫"
    RETURNED = "returned", "返贫"
    REMOVED = "removed", "清退"
    WATCHED_UNSTABLE = "watched_unstable", "脱贫不稳定户"
    WATCHED_MARGINAL = "watched_marginal", "边缘易致贫户"
    WATCHED_SUDDEN = "watched_sudden", "突发严重困难户"
    CLEARED = "cleared", "风险消除"
    DIBAO = "dibao", "低保"
    DIBAO_MARGINAL = "dibao_marginal", "低保边缘"
    TEKUN = "tekun", "特困供养"
    FLOOR = "floor", "兜底保障"


class Subject(TextChoices):
    """Whom a status is about (对象)."""

    HOUSEHOLD = "household", "户"
    PERSON = "person", "人"


class MembershipReason(TextChoices):
    """Why a membership began or ended (成员变动原因)."""

    INITIAL = "initial", "初次登记"
    BIRTH = "birth", "出生"
    DEATH = "death", "死亡"
    MARRIAGE = "marriage", "婚嫁"
    DIVORCE = "divorce", "离婚"
    SPLIT = "split", "分户"
    MERGE = "merge", "并户"
    MOVE = "move", "迁移"
    ADOPTION = "adoption", "收养"
    HEADSHIP = "headship", "户主变更"
    MISTAKE = "mistake", "登记有误"
    OTHER = "other", "其他"


class HouseholdEnd(TextChoices):
    """Why a household ended (销户原因)."""

    DIED_OUT = "died_out", "自然销户"
    MERGED = "merged", "并户"
    MOVED_AWAY = "moved_away", "迁出"
    MISTAKE = "mistake", "登记有误"
    OTHER = "other", "其他"
