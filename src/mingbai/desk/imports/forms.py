"""Forms of imports (导入表单)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.desk.components.fields import Day

MOST_FILES = 20


class Several(forms.ClearableFileInput):
    """A field that takes several files."""

    allow_multiple_selected = True


class Files(forms.FileField):
    """One or several files."""

    widget = Several({"accept": ".xlsx,.xls,.ods,.docx,.csv,.txt,.parquet,.et,.wps"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = (data or [None]) if isinstance(data, list) else [data]
        if len(given) > MOST_FILES:
            raise forms.ValidationError(_("一次最多 {count} 个文件").format(count=MOST_FILES))
        return [super(Files, self).clean(one, initial) for one in given]


class UploadForm(forms.Form):
    """The lists, as of which day, from whom, and whose data they may touch."""

    files = Files(
        label=lazy("表格文件"), help_text=lazy("xlsx、xls、et、ods、docx、csv，可以一次选几个")
    )
    as_of = forms.DateField(label=lazy("名单截至哪天"), widget=Day())
    source = forms.CharField(
        label=lazy("哪个部门给的"), max_length=30, required=False,
        help_text=lazy("例如 医保、住建；国网导出的不用填"),
    )  # fmt: skip
    division_code = forms.ChoiceField(
        label=lazy("写到哪里"), help_text=lazy("别处的行只列出来，不写")
    )
    whole = forms.BooleanField(
        label=lazy("这份名单是全的：登记簿里有、名单里没有的，列出来"), required=False
    )

    def __init__(
        self, *args: Any, places: Sequence[tuple[str, str]], today: date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.today = today
        place = self.fields["division_code"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = list(places)

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if day > self.today:
            raise forms.ValidationError(_("不能晚于登记日期 {day}").format(day=self.today))
        return day


class ApplyForm(forms.Form):
    """Why the lists are written, and whether what they lack ends."""

    reason = forms.CharField(label=lazy("依据"), max_length=200)
    apply_gone = forms.BooleanField(
        label=lazy("名单里没有的户和人，从名单那天起销户、离户"), required=False
    )
