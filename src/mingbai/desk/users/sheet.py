"""Accounts from a sheet (账号导入页面): a verdict for every row, then all or none, passwords shown once.

Between the two steps nothing is stored: the sheet goes along with the page, closed under the register's keys.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.accounts.roles import Permission
from mingbai.accounts.sheet import HEADERS, NEW, POST, REFUSED, SAME, Outcome, import_users
from mingbai.common.errors import RegisterError
from mingbai.common.keys import Keys, read_keys
from mingbai.desk.access import screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import aside
from mingbai.desk.users.forms import SheetForm
from mingbai.intake.files import held, plain_name
from mingbai.tables.spreadsheets import BOOK_OPTIONS

TEMPLATES = "users/templates/"
#: Accounts made while somebody waits: a password takes some tens of milliseconds to digest.
MOST_ACCOUNTS = 200
_SHEET, _PASSWORDS = "desk.users.sheet", "desk.users.passwords"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VERDICTS = {
    NEW: ("ok", noop("新账号")), POST: ("ok", noop("加一个任职")), SAME: ("na", noop("已经有了")),
    REFUSED: ("no", noop("不收")),
}  # fmt: skip


@screen(Permission.USERS_MANAGE, writes=True)
def from_sheet(request: HttpRequest) -> HttpResponse:
    """Choose a sheet; then what would become of every row. Nothing is made yet."""
    form = SheetForm(given(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sheet = form.cleaned_data["sheet"]
        name, content = plain_name(sheet.name), sheet.read()
        try:
            outcome = _read(request, name, content, dry_run=True)
        except RegisterError as refused:
            form.add_error("sheet", aside(words_of(refused), refused.code))
        else:
            return _verdicts(request, name, content, outcome)
    said = {"form": form, "columns": [words[0] for words in HEADERS.values()]}
    status = 422 if request.method == "POST" else 200
    return render(request, TEMPLATES + "sheet.html", said, status=status)


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def make(request: HttpRequest) -> HttpResponse:
    """Make the accounts of the sheet that was looked at, all or none; show their passwords this once."""
    name, content = _unpacked(request.POST.get("sheet", ""), _SHEET)
    outcome = _read(request, name, base64.b64decode(content), dry_run=False)
    people = {row.cells["username"]: row.cells for row in outcome.rows}
    rows = [
        (account, people[account]["name"], people[account]["unit"], password)
        for account, password in outcome.passwords.items()
    ]
    said = {"rows": rows, "packed": _packed("", json.dumps(rows), _PASSWORDS)}
    return render(request, TEMPLATES + "sheet_made.html", said)


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def passwords(request: HttpRequest) -> HttpResponse:
    """The same passwords as a workbook, made from what the page holds: the register has none of them."""
    _name, text = _unpacked(request.POST.get("packed", ""), _PASSWORDS)
    answer = HttpResponse(_workbook(json.loads(text)), content_type=_XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="mingbai-passwords.xlsx"'
    return answer


def _read(request: HttpRequest, name: str, content: bytes, *, dry_run: bool) -> Outcome:
    with held(name, [content]) as path:
        return import_users(
            actor=request.user.actor, path=Path(path), dry_run=dry_run, day=request.day
        )


def _verdicts(request: HttpRequest, name: str, content: bytes, outcome: Outcome) -> HttpResponse:
    fresh = {row.cells["username"].casefold() for row in outcome.rows if row.verdict == NEW}
    lines = [
        {
            "row": row,
            "tone": VERDICTS[row.verdict][0],
            "verdict": _(VERDICTS[row.verdict][1]),
            "problems": [words_of(one) for one in row.problems],
        }
        for row in sorted(outcome.rows, key=lambda row: (row.verdict != REFUSED, row.number))
    ]
    said: dict[str, Any] = {
        "name": name, "lines": lines, "refused": len(outcome.refused), "fresh": len(fresh),
        "too_many": len(fresh) > MOST_ACCOUNTS, "most": MOST_ACCOUNTS,
    }  # fmt: skip
    if not outcome.refused and not said["too_many"] and outcome.rows:
        said["packed"] = _packed(name, base64.b64encode(content).decode(), _SHEET)
    return render(request, TEMPLATES + "sheet_verdicts.html", said)


def _keys() -> Keys:
    return read_keys(settings.MINGBAI_KEY_FILE)


def _packed(name: str, text: str, purpose: str) -> str:
    closed = _keys().encrypt(json.dumps([name, text]), purpose)
    return base64.b64encode(closed).decode()


def _unpacked(packed: str, purpose: str) -> tuple[str, str]:
    """What a page of ours held; anything else is a page that does not exist."""
    try:
        name, text = json.loads(_keys().decrypt(base64.b64decode(packed, validate=True), purpose))
    except (ValueError, RegisterError):
        raise Http404 from None
    return name, text


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """Texts stay texts; no temporary file, for these are passwords."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**BOOK_OPTIONS, "in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.set_column(0, 3, 24)
        heads = (_("账号"), _("姓名"), _("单位"), _("一次性密码"))
        for at, row in enumerate((heads, *rows)):
            for column, text in enumerate(row):
                sheet.write_string(at, column, text)
    return out.getvalue()
