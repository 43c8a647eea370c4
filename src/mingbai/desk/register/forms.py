"""Forms of the register (登记表单): one form per topic, made from its columns; filters of the list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.desk.components.fields import Day
from mingbai.desk.components.tags import FEN, MINUS
from mingbai.desk.register.words import SOURCES, Column

_MONEY = re.compile(rf"[-{MINUS}]?\d{{1,12}}(\.\d{{1,2}})?")
LONGEST = 400


class Hundredths(forms.CharField):
    """Yuan or mu as people write them, kept in hundredths (fen): no fraction is ever a float."""

    default_error_messages = {  # noqa: RUF012 — Django's own way
        "figure": lazy("这里要一个数，最多两位小数，例如 1200 或 1200.50")
    }

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").replace(",", "").replace("，", "").strip()
        if not text:
            return None
        if not _MONEY.fullmatch(text):
            raise forms.ValidationError(self.error_messages["figure"], code="figure")
        whole, _point, rest = text.lstrip(f"-{MINUS}").partition(".")
        fen = int(whole) * FEN + int(rest.ljust(2, "0") if rest else 0)
        return -fen if text[0] in f"-{MINUS}" else fen

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        whole, rest = divmod(abs(value), FEN)
        return ("-" if value < 0 else "") + (f"{whole}.{rest:02d}" if rest else str(whole))


def yes_no(**options: Any) -> forms.TypedChoiceField:
    """Yes, no, or not known: three answers, none of them the default."""
    choices = (("", _("不知道")), ("yes", _("是")), ("no", _("否")))
    return forms.TypedChoiceField(
        choices=choices, coerce=lambda value: value == "yes", empty_value=None, **options
    )


def field_of(column: Column) -> forms.Field:
    """The form field of a column. No value of an encrypted column is ever sent back to the browser."""
    options: dict[str, Any] = {"label": column.label, "required": column.required}
    if column.kind == "yes":
        return yes_no(**options)
    if column.kind == "code":
        choices = [("", _("不知道")), *column.choices.items()]
        return forms.TypedChoiceField(choices=choices, empty_value=None, **options)
    if column.kind in ("money", "land"):
        unit = _("元") if column.kind == "money" else _("亩")
        signs = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 20}
        return Hundredths(help_text=column.unit or unit, widget=forms.TextInput(signs), **options)
    if column.kind == "number":
        return forms.IntegerField(
            min_value=-(2**31), max_value=2**31 - 1, help_text=column.unit, **options
        )
    if column.kind == "date":
        return forms.DateField(widget=Day(), **options)
    if column.kind == "secret":
        options["required"] = False
        return forms.CharField(
            max_length=40, help_text=_("不改就空着；存下后只显示末几位"), **options
        )
    return forms.CharField(max_length=LONGEST, empty_value=None, strip=True, **options)


class RecordForm(forms.Form):
    """What every record needs beside its values: since when, who said so, seen on which day, why."""

    SAME, CORRECT = "changed", "correct"

    token = forms.IntegerField(widget=forms.HiddenInput(), min_value=0, max_value=2**63 - 1)
    mode = forms.ChoiceField(
        label=lazy("为什么改"),
        choices=(
            (SAME, lazy("情况变了，从下面这一天起")),
            (CORRECT, lazy("以前登记错了，整段更正")),
        ),
        initial=SAME,
        widget=forms.RadioSelect(),
    )
    valid_from = forms.DateField(label=lazy("从哪天起"), widget=Day(), required=False)
    valid_to = forms.DateField(
        label=lazy("到哪天止（不含）"), widget=Day(), required=False,
        help_text=lazy("学期写放假那天；不知道就空着"),
    )  # fmt: skip
    source = forms.ChoiceField(label=lazy("听谁说，或凭什么"))
    observed_on = forms.DateField(label=lazy("哪天看到、问到的"), widget=Day())
    reason = forms.CharField(
        label=lazy("说明"), max_length=200, widget=forms.Textarea({"rows": 2}),
        help_text=lazy("写给以后查的人看，例如：3 月 16 日入户看到水费单"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, columns: tuple[Column, ...], today: date, span: str, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.columns, self.today = columns, today
        if span != "term":
            del self.fields["valid_to"]
        if span == "year":  # the year is the period
            del self.fields["valid_from"]
            mode = self.fields["mode"]
            assert isinstance(mode, forms.ChoiceField)
            mode.choices = [
                (self.SAME, _("登记这一年的")),
                (self.CORRECT, _("以前登记错了，更正")),
            ]
        source = self.fields["source"]
        assert isinstance(source, forms.ChoiceField)
        source.choices = [("", _("请选一个")), *((key, _(word)) for key, word in SOURCES.items())]
        for column in columns:
            self.fields[self.name_of(column.key)] = field_of(column)

    @staticmethod
    def name_of(column: str) -> str:
        """The name of a column's field; columns never collide with the fields above."""
        return f"c_{column}"

    def value_fields(self) -> list[forms.BoundField]:
        """The fields of the columns, in order."""
        return [self[self.name_of(column.key)] for column in self.columns]

    def clean_observed_on(self) -> date:
        return self._not_later(self.cleaned_data["observed_on"])

    def clean_valid_from(self) -> date | None:
        day = self.cleaned_data["valid_from"]
        return day and self._not_later(day)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (
            "valid_from" in self.fields
            and data.get("mode") == self.SAME
            and not data.get("valid_from")
            and "valid_from" not in self.errors
        ):
            self.add_error("valid_from", _("情况从哪天起变的？不知道准日子，写问到的那一天"))
        return data

    def _not_later(self, day: date) -> date:
        if day > self.today:
            raise forms.ValidationError(_("不能晚于登记日期 {day}").format(day=self.today))
        return day

    def given(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Columns that differ from what the form was filled from; an empty encrypted one was not touched."""
        found = {}
        for column in self.columns:
            value = self.cleaned_data[self.name_of(column.key)]
            if column.kind == "secret":
                if value:
                    found[column.key] = value
            elif value != before.get(column.key):
                found[column.key] = value
        return found


class DayForm(forms.Form):
    """The day that a page is about."""

    on = forms.DateField(label=lazy("截至哪天"), widget=Day(), required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean_on(self) -> date | None:
        day = self.cleaned_data["on"]
        if day and day > self.today:
            raise forms.ValidationError(_("不能晚于登记日期 {day}").format(day=self.today))
        return day
