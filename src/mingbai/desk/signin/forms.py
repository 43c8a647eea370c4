"""Forms of signing in (登录表单)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

LONGEST = 128


def _password(label: str, complete: str, hint: str = "") -> forms.CharField:
    widget = forms.PasswordInput({"autocomplete": complete})
    return forms.CharField(
        label=label, max_length=LONGEST, strip=False, widget=widget, help_text=hint
    )


class SignInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label=lazy("账号"), max_length=40,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    password = _password(lazy("密码"), "current-password")


class CodeForm(forms.Form):
    """Six digits of the authenticator, or a recovery code."""

    code = forms.CharField(
        label=lazy("6 位数字，或一个恢复码"), max_length=24,
        widget=forms.TextInput({"autocomplete": "one-time-code", "spellcheck": "false"}),
    )  # fmt: skip


class ConfirmForm(forms.Form):
    """The first six digits of a new authenticator."""

    code = forms.CharField(
        label=lazy("验证器现在显示的 6 位数字"), max_length=6,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip


class PasswordForm(forms.Form):
    """The old password and a new one, twice."""

    old = _password(lazy("现在的密码"), "current-password")
    new = _password(lazy("新密码"), "new-password", lazy("至少 10 个字符；一句自己记得住的话最好"))
    again = _password(lazy("新密码，再输一遍"), "new-password")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两遍不一样"))
        return data
