"""Form fields that several screens use (表单字段)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest


class Day(forms.DateInput):
    """A day, as the browser's own date field understands it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def given(request: HttpRequest) -> Any:
    """What a form was sent, also when that is nothing; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None
