"""One household in the terminal: words to read aloud, and the derivation to check.

Both come from the same trace. The villager's sheet has no code, no clause number and no way to fall
under a line; the auditor's has every input with its source, bounds and what would change it.
"""

from __future__ import annotations

from mingbai.documents.auditing import auditor_lines
from mingbai.documents.explained import explain_json
from mingbai.documents.family import Family
from mingbai.documents.telling import villager_lines
from mingbai.documents.words import words

__all__ = ["auditor_sheet", "explain_json", "villager_sheet"]


def villager_sheet(family: Family, language: str = "zh") -> str:
    """What a household may be told, in everyday words."""
    return "\n".join(villager_lines(family, words(language)))


def auditor_sheet(family: Family, language: str = "zh") -> str:
    """What an auditor checks: every rule with its steps, inputs, values of policy and changes."""
    return "\n".join(auditor_lines(family, words(language)))
