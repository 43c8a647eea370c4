"""Letters of the four states (四种状态), as a household's row keeps them."""

from __future__ import annotations

from typing import Any

from django.db import models


class Letter(models.TextChoices):
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
