"""Forms of accounts and posts (账号与任职表单)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.roles import ROLES
from mingbai.desk.components.fields import Day
from mingbai.desk.components.words import of, role_words
from mingbai.households.topics import TOPICS

#: Of a sheet of accounts, in bytes: some ten thousand rows.
MOST_SHEET = 1 << 20


class NewUserForm(forms.Form):
    """A new account; its first password is drawn."""

    username = forms.CharField(
        label=lazy("账号"), max_length=40, help_text=lazy("字母开头，3 到 40 个字母、数字、点或横线"),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )  # fmt: skip
    name = forms.CharField(label=lazy("姓名"), max_length=40)
    unit = forms.CharField(label=lazy("单位"), max_length=120, required=False)


class SheetForm(forms.Form):
    """A sheet of accounts and posts."""

    sheet = forms.FileField(
        label=lazy("账号表"), widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.ods,.csv,.et"}),
        help_text=lazy("xlsx、xls、et、ods 或 csv，一行一个任职，不超过 1 MB"),
    )  # fmt: skip

    def clean_sheet(self) -> UploadedFile:
        sheet: UploadedFile = self.cleaned_data["sheet"]
        if (sheet.size or 0) > MOST_SHEET:
            raise forms.ValidationError(_("不超过 1 MB，更大的请管理员用 mingbai users import"))
        return sheet


class GrantForm(forms.Form):
    """A post: a role in a place for a time."""

    role = forms.ChoiceField(label=lazy("角色"))
    division_code = forms.CharField(
        label=lazy("地方（区划代码）"), max_length=12, required=False,
        help_text=lazy("帮扶责任人和第三方评估按户名单，可以不填"),
    )  # fmt: skip
    topics = forms.MultipleChoiceField(
        label=lazy("看哪些内容"), required=False, widget=forms.CheckboxSelectMultiple(),
        help_text=lazy("只有行业部门要选"),
    )  # fmt: skip
    valid_from = forms.DateField(label=lazy("从哪天起"), widget=Day())
    valid_to = forms.DateField(
        label=lazy("到哪天止（不含）"), widget=Day(), required=False,
        help_text=lazy("代理和借调要写"),
    )  # fmt: skip
    reason = forms.CharField(label=lazy("依据"), max_length=200)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = [(key, role_words(key)) for key in ROLES]
        self.fields["topics"].choices = [(key, of(topic)) for key, topic in TOPICS.items()]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=lazy("为什么"), max_length=200)


class EndPostForm(ReasonForm):
    """The day on which a post is no longer in force, and why."""

    day = forms.DateField(label=lazy("从哪天起不再担任"), widget=Day())
    field_order = ("day", "reason")


class DeputyForm(ReasonForm):
    """Who stands in for the holder of a post, from when to when."""

    deputy = forms.CharField(
        label=lazy("谁来代理"), max_length=40, help_text=lazy("写账号，或不重名的姓名"),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )  # fmt: skip
    valid_from = forms.DateField(label=lazy("从哪天起"), widget=Day())
    valid_to = forms.DateField(
        label=lazy("到哪天止（不含）"), widget=Day(), help_text=lazy("到期自动结束")
    )
    field_order = ("deputy", "valid_from", "valid_to", "reason")
