"""The log of looks as a whole (查阅记录): for the auditor, by who, whom, and whether outside the own scope.

Who was looked at stands there by number: the auditor sees no household.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.queries import user_called
from mingbai.accounts.roles import Permission
from mingbai.audit.access import HOUSEHOLD, PERSON
from mingbai.audit.models import AccessLook
from mingbai.desk.access import screen
from mingbai.desk.auditing.finding import LATEST
from mingbai.desk.auditing.views import chain_of
from mingbai.desk.components.paging import SIZE
from mingbai.desk.register.looking import PURPOSES, lines_of


class LooksForm(forms.Form):
    """Filters of the log of looks."""

    actor = forms.CharField(
        label=lazy("谁（账号或姓名）"), max_length=64, required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    subject = forms.ChoiceField(label=lazy("看了"), required=False)
    number = forms.IntegerField(
        label=lazy("内部编号"), required=False, min_value=1, max_value=2**62
    )
    purpose = forms.ChoiceField(label=lazy("为什么"), required=False)
    outside = forms.ChoiceField(
        label=lazy("凭什么"), required=False,
        choices=[("", lazy("全部")), ("1", lazy("只看越权的"))],
    )  # fmt: skip

    def __init__(self, asked: Any) -> None:
        super().__init__(asked)
        every = ("", _("全部"))
        self.fields["subject"].choices = [every, (PERSON, _("人")), (HOUSEHOLD, _("户"))]
        self.fields["purpose"].choices = [
            every,
            *((key, _(said)) for key, said in PURPOSES.items()),
        ]


@screen(Permission.AUDIT_READ)
def looks(request: HttpRequest) -> HttpResponse:
    """Looks at any record, newest first; the page goes on from a look's number."""
    chain_of(request)
    form = LooksForm(request.GET)
    form.is_valid()
    number = request.GET.get("before", "")
    before = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else LATEST
    found = list(_wanted(form.cleaned_data).filter(id__lt=before).order_by("-id")[: SIZE + 1])
    rows = found[:SIZE]
    said = {
        "form": form, "about": True, "lines": lines_of(rows), "later": before != LATEST,
        "older": rows[-1].pk if len(found) > SIZE else None,
        "opens": Permission.HOUSEHOLDS_READ in request.rights.permissions,
    }  # fmt: skip
    return render(request, "auditing/templates/looks.html", said)


def _wanted(said: dict[str, Any]) -> QuerySet[AccessLook]:
    found = AccessLook.objects.all()
    if actor := said.get("actor"):
        named = None if ":" in actor else user_called(actor)
        found = found.filter(actor=named.actor if named is not None else actor)
    for name, column in (("subject", "subject"), ("number", "subject_id"), ("purpose", "purpose")):
        if said.get(name):
            found = found.filter(**{column: said[name]})
    return found.exclude(leave_id=None) if said.get("outside") else found
