"""What a page of places is asked for in its address (地方页面的条件)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.desk.components.fields import Day


class PlaceForm(forms.Form):
    """The day of a page, and another one that it is compared with."""

    on = forms.DateField(label=lazy("截至哪天"), widget=Day(), required=False)
    against = forms.DateField(label=lazy("与哪天比"), widget=Day(), required=False)

    def __init__(self, asked: Mapping[str, str], *, today: date) -> None:
        super().__init__({"on": today.isoformat(), **asked})
        self.today = today

    def clean_on(self) -> date | None:
        return self._past("on")

    def clean_against(self) -> date | None:
        return self._past("against")

    def _past(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day and day > self.today:
            raise forms.ValidationError(_("不能晚于登记日期 {day}").format(day=self.today))
        return day
