"""Forms of the first pages (开办表单)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.founding import NewAccount
from mingbai.common.errors import RegisterError
from mingbai.decisions.programs import pack_named
from mingbai.desk.components.fields import Day
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import of
from mingbai.desk.start.rosters import FIRST_DAY, choices, stretches_of
from mingbai.places.codes import is_code, pad
from mingbai.places.rosters import Stretch, read_lines

#: Packs for a register of a Chinese county or township; the province's one extends the national one.
PACKS = ("cn", "cn-hubei")
#: More than the villages of the largest county, and less than a form may hold.
LONGEST = 200_000


class PlaceForm(forms.Form):
    """Which place, by whose roster, for practice or for real."""

    known = forms.ChoiceField(
        label=lazy("从自带的区划里选"), required=False,
        help_text=lazy("自带五个县的乡镇和村；没有你们的，就在下面贴"),
    )  # fmt: skip
    pasted = forms.CharField(
        label=lazy("或者从电子表格里贴两列：区划代码、名称"), required=False, max_length=LONGEST,
        widget=forms.Textarea({
            "rows": 6, "spellcheck": "false", "class": "mono",
            "placeholder": lazy("990101000000 明川县\n990101100000 青溪镇\n990101100201 白石村"),
        }),
        help_text=lazy("第一行是县或乡镇自己，下面是它的乡镇和村，代码用统计用区划代码"),
    )  # fmt: skip
    pack = forms.ChoiceField(
        label=lazy("按哪套规则"), help_text=lazy("收入线、保障标准和监测规则的出处都在规则包里")
    )
    mode = forms.ChoiceField(
        label=lazy("怎么用"), widget=forms.RadioSelect,
        choices=[
            ("real", lazy("正式用：登记真实的户，按当天工作")),
            ("practice", lazy("先练习：只放编造的户")),
        ],
        help_text=lazy("练习的登记册以后不能改成正式的，要另建一个"),
    )  # fmt: skip
    working_date = forms.DateField(
        label=lazy("练习时的工作日期"), required=False, widget=Day(),
        help_text=lazy("只有练习才填；不填就是今天"),
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.roster: list[Stretch] = []
        for name, found in (
            ("known", [("", _("没有，我来贴")), *choices()]),
            ("pack", [(one, of(pack_named(one).title)) for one in PACKS]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        known, pasted = data.get("known"), (data.get("pasted") or "").strip()
        if bool(known) == bool(pasted):
            self.add_error("known", _("选一个，或者在下面贴；两样只要一样"))
            return data
        try:
            self.roster = read_lines(pasted, FIRST_DAY) if pasted else stretches_of(str(known))
        except RegisterError as refused:
            self.add_error("pasted" if pasted else "known", words_of(refused))
            return data
        data["code"] = known or min((one.code for one in self.roster), key=len)
        if not is_code(pad(data["code"])):
            self.add_error("pasted", _("第一行要是县或乡镇自己的代码"))
        if data.get("mode") == "practice":
            data["working_date"] = data.get("working_date") or self.today
        elif data.get("working_date"):
            self.add_error("working_date", _("正式用的登记库按当天工作，不能另定日期"))
        return data


class AccountsForm(forms.Form):
    """Who administers accounts, with an own password, and who does the work, with one that is drawn."""

    admin_name = forms.CharField(label=lazy("账号管理员的姓名"), max_length=40)
    admin_account = forms.CharField(
        label=lazy("账号管理员的账号"), max_length=40,
        help_text=lazy("3 到 40 个字母、数字、点或横线，以字母开头"),
    )  # fmt: skip
    password = forms.CharField(
        label=lazy("账号管理员的密码"), max_length=128, strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=lazy("至少 10 个字符；一句自己记得住的话最好"),
    )  # fmt: skip
    again = forms.CharField(
        label=lazy("密码，再输一遍"), max_length=128, strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )  # fmt: skip
    worker_name = forms.CharField(label=lazy("经办人的姓名"), max_length=40)
    worker_account = forms.CharField(
        label=lazy("经办人的账号"), max_length=40,
        help_text=lazy("可以是同一个人，但要另一个账号：给权限的人不登记数据"),
    )  # fmt: skip
    unit = forms.CharField(label=lazy("单位"), max_length=120)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("两遍不一样"))
        one, other = data.get("admin_account", ""), data.get("worker_account", "")
        if one and one.casefold() == other.casefold():
            self.add_error("worker_account", _("要和账号管理员的账号不一样"))
        return data

    def account(self, who: str) -> NewAccount:
        """What was typed of one of the two."""
        data = self.cleaned_data
        return NewAccount(data[f"{who}_account"], data[f"{who}_name"], data["unit"])
