"""Letters of the four states (四种状态), as a household's row keeps them."""

from __future__ import annotations

from typing import Any

from mingbai.common.choices import TextChoices


class Letter(TextChoices):
    """State of a household under a rule (状态): one sign a rule, in the order of the rule list."""

    MET = "m", "达标"
    UNMET = "u", "未达标"
    UNKNOWN = "?", "待核实"
    NOT_APPLICABLE = "-", "不适用"


#: As screening and the API spell them.
WORDS: dict[Any, str] = {
    Letter.MET: "met",
    Letter.UNMET: "unmet",
    Letter.UNKNOWN: "unknown",
    Letter.NOT_APPLICABLE: "not_applicable",
}
#: The letters in their order.
LETTERS = tuple(str(letter) for letter in WORDS)


class ProposalState(TextChoices):
    """What became of a proposal (提案状态)."""

    PROPOSED = "proposed", "待发布"
    PUBLISHED = "published", "已发布"
    REFUSED = "refused", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class Reason(TextChoices):
    """How states speak against a decision (不一致的缘由)."""

    EXITED_UNMET = "exited_unmet", "已脱贫，但有保障未达标"
    CLEARED_AT_RISK = "cleared_at_risk", "风险已消除，但又有未达标或疑似"
    REMOVED_IN_NEED = "removed_in_need", "已清退，但疑似应当纳入"
    WATCHED_WITHOUT_REASON = "watched_without_reason", "正在监测，但没有一项未达标、疑似或待核实"
