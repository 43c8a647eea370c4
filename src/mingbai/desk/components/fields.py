"""Form fields that several screens use (表单字段)."""

from __future__ import annotations

from django import forms


class Day(forms.DateInput):
    """A day, as the browser's own date field understands it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")
