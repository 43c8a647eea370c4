"""Writes docs/reference/four-values.md again: ``python -m tests.spec``."""

from tests.spec.drawing import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
