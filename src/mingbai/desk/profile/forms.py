"""Forms of one's own account (我的账号表单)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as lazy


class OutsideForm(forms.Form):
    """Leave to read a place outside one's scope: where, why, for how long."""

    division_code = forms.CharField(
        label=lazy("哪里（区划代码）"), min_length=6, max_length=12,
        help_text=lazy("12 位，在「地方」页可以看到"),
    )  # fmt: skip
    reason = forms.CharField(
        label=lazy("为什么要看"), max_length=200, widget=forms.Textarea({"rows": 2}),
        help_text=lazy("会留下记录，当地和审计都能看到"),
    )  # fmt: skip
    hours = forms.IntegerField(label=lazy("几个小时"), min_value=1, max_value=8, initial=1)
