"""Users from a sheet (账号导入): every row a verdict first; nothing is made while one row cannot be.

Columns 姓名, 账号, 单位, 角色, 区划代码或名称, 起, 止, and for line departments 主题; several rows of one
account are several posts. One-time passwords go to a file that only its owner reads, never to a log.
"""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from mingbai.accounts.actions import create_user, grant_post
from mingbai.accounts.errors import error
from mingbai.accounts.models import User
from mingbai.accounts.passwords import digest_password, draw_password
from mingbai.accounts.roles import ROLES
from mingbai.audit.actions import record
from mingbai.common.errors import RegisterError
from mingbai.places.codes import pad
from mingbai.places.models import Division
from mingbai.tables import TablesError
from mingbai.tables.dates import DateReader
from mingbai.tables.errors import wording
from mingbai.tables.formats.opening import open_file, widest
from mingbai.tables.formats.sheet import UnreadableError

#: Column → what the header may say.
HEADERS: dict[str, tuple[str, ...]] = {
    "name": ("姓名",),
    "username": ("账号", "帐号", "用户名"),
    "unit": ("单位", "所在单位"),
    "role": ("角色",),
    "division": ("区划代码或名称", "区划代码", "区划"),
    "start": ("起", "任职起", "起始日期"),
    "end": ("止", "任职止", "截止日期"),
    "topics": ("主题",),
}
_OPTIONAL = ("unit", "end", "topics")
MOST_ROWS = 20_000
_ROLE_KEYS = {word: key for key, role in ROLES.items() for word in (key, role.zh, role.en)}


NEW, POST, SAME, REFUSED = "new", "post", "same", "refused"
Passwords = Mapping[str, str]  # account → password, or its digest


@dataclass
class Row:
    """One row of the sheet (一行) and what became of it.

    `verdict`: a new account, a post for one that exists, nothing new, or refused.
    """

    number: int
    cells: dict[str, str]
    starts_on: date | None = None
    ends_on: date | None = None
    verdict: str = NEW
    problems: list[RegisterError] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What an import did or would do (导入结论)."""

    rows: tuple[Row, ...]
    passwords: Mapping[str, str]  # account → one-time password; empty after a dry run

    @property
    def refused(self) -> list[Row]:
        """The rows that cannot be used."""
        return [row for row in self.rows if row.problems]


def import_users(
    *, actor: str, path: Path, dry_run: bool, day: date, passwords_to: Path | None = None
) -> Outcome:
    """Make the accounts and posts of a sheet, all or none (导入账号).

    First every row is tried and taken back, so that the verdicts of a dry run are those of the import; then
    the passwords are written to `passwords_to`, so that none is lost; then the accounts are made in short
    transactions. A second import makes nothing twice. `day`: the posts' first day where the sheet names none.
    Raises ACC-020, ACC-022, ACC-026, and ACC-021 outside a dry run.
    """
    rows = read_sheet(path, day)
    names = {row.cells["username"].casefold(): row.cells["username"] for row in rows}
    for one in User.objects.filter(username__in=names.values()).values_list("username", flat=True):
        names.pop(one.casefold())
    passwords = {name: draw_password() for name in names.values()}
    _make(actor, rows, passwords, dict.fromkeys(passwords, "!"), keep=False)
    bad = sum(bool(row.problems) for row in rows)
    if dry_run:
        return Outcome(tuple(rows), {})
    if bad:
        raise error("ACC-021", count=bad)
    if passwords_to is not None:
        write_passwords(passwords_to, rows, passwords)
    digests = {name: digest_password(text) for name, text in passwords.items()}
    _make(actor, rows, passwords, digests, keep=True)
    with transaction.atomic():
        said = {"rows": len(rows), "accounts": len(passwords)}
        record(actor=actor, action="accounts.users.imported", target="users", data=said)
    return Outcome(tuple(rows), passwords)


def _make(
    actor: str, rows: Iterable[Row], passwords: Passwords, digests: Passwords, *, keep: bool
) -> None:
    """All rows, those of one account in one transaction, since they are checked against each other."""
    by_account: dict[str, list[Row]] = {}
    for row in rows:
        by_account.setdefault(row.cells["username"].casefold(), []).append(row)
    for own in by_account.values():
        with transaction.atomic():
            for row in own:
                _try(actor, row, passwords, digests)
            transaction.set_rollback(not keep)


def _try(actor: str, row: Row, passwords: Passwords, digests: Passwords) -> None:
    """Make the account and the post of a row, or note why not; a refusal undoes this row alone."""
    cells = row.cells
    if row.problems:
        row.verdict = REFUSED
        return
    try:
        with transaction.atomic():
            user = User.objects.filter(username__iexact=cells["username"]).first()
            row.verdict = POST if user else NEW
            if user is None:
                user = create_user(
                    actor=actor, username=cells["username"], name=cells["name"], unit=cells["unit"],
                    password=passwords.get(cells["username"], ""),
                    digest=digests.get(cells["username"], ""),
                )  # fmt: skip
            _give_post(actor, row, user)
    except RegisterError as problem:
        row.problems.append(problem)
        row.verdict = REFUSED


def _give_post(actor: str, row: Row, user: User) -> None:
    cells = row.cells
    role = _ROLE_KEYS.get(cells["role"], cells["role"])
    start = row.starts_on or date.max
    code = _code(cells["division"], start)
    same = user.posts.filter(role=role, division_code=code, valid_from=start, valid_to=row.ends_on)
    if same.exists():
        row.verdict = SAME
        return
    grant_post(
        actor=actor, user=user, role=role, division_code=code, valid_from=start,
        valid_to=row.ends_on, topics=cells["topics"].replace("、", " ").split(),
    )  # fmt: skip


def _code(text: str, day: date) -> str:
    """A code as it is; a name only where one division bears it on the day. Raises ACC-005."""
    if not text or text.isdigit():
        return pad(text) if text else ""
    found = Division.objects.recorded().on(day).filter(name=text).values_list("code", flat=True)
    codes = sorted(found[:3])
    if len(codes) != 1:
        hint = f"（同名 / same name: {'、'.join(codes)}）" if codes else ""
        raise error("ACC-005", division=text, day=day, hint=hint)
    return codes[0]


def read_sheet(path: Path, day: date) -> list[Row]:
    """The rows of the first sheet that has the header. Raises ACC-020, ACC-026."""
    try:
        opened = open_file(path, widest)
        grids = [_texts(sheet.rows()) for sheet in opened.sheets]
    except UnreadableError as problem:
        said, _ = wording(problem.code, **problem.facts)
        raise error("ACC-026", detail_zh=said.zh, detail_en=said.en) from None
    except TablesError as problem:
        raise error("ACC-026", detail_zh=problem.message.zh, detail_en=problem.message.en) from None
    best = [words[0] for column, words in HEADERS.items() if column not in _OPTIONAL]
    for grid in grids:
        for at, cells in enumerate(grid[:10]):
            places = _header(cells)
            lacking = [HEADERS[one][0] for one in HEADERS if one not in (*places, *_OPTIONAL)]
            if not lacking:
                return _rows(grid[at + 1 :], at + 2, places, day)
            best = min(best, lacking, key=len)
    wanted = "、".join(words[0] for words in HEADERS.values())
    raise error("ACC-020", columns="、".join(best), wanted=wanted)


def _texts(rows: Iterable[Sequence[object]]) -> list[list[str]]:
    grid: list[list[str]] = []
    for row in rows:
        grid.append([_text(cell) for cell in row])
        if len(grid) > MOST_ROWS:
            raise error(
                "ACC-026", detail_zh=f"超过 {MOST_ROWS} 行", detail_en=f"more than {MOST_ROWS} rows"
            )
    return grid


def _text(cell: object) -> str:
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFKC", "" if cell is None else str(cell)).strip()


def _header(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, words in HEADERS.items():
        for at, cell in enumerate(cells):
            if cell.rstrip("*") in words and column not in found:
                found[column] = at
    return found


def _rows(grid: list[list[str]], first: int, places: Mapping[str, int], day: date) -> list[Row]:
    rows: list[Row] = []
    for number, cells in enumerate(grid, start=first):
        if not any(cells):
            continue
        got = {
            column: cells[places[column]] if places.get(column, len(cells)) < len(cells) else ""
            for column in HEADERS
        }
        row = Row(number, got)
        row.starts_on = _day(row, "start") or day
        row.ends_on = _day(row, "end")
        rows.append(row)
    return rows


def _day(row: Row, column: str) -> date | None:
    text = row.cells[column]
    found = DateReader(None).read(text).value if text else None
    if text and not isinstance(found, date):
        what = f"“{text}”不是日期", f"{text} is no day"
        row.problems.append(error("ACC-026", detail_zh=what[0], detail_en=what[1]))
    return found if isinstance(found, date) else None


def write_passwords(path: Path, rows: Iterable[Row], passwords: Mapping[str, str]) -> None:
    """Write the one-time passwords to a new file, mode 0600 (一次性密码表). Raises ACC-022 when it exists."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["账号", "姓名", "单位", "一次性密码"])
    people = {row.cells["username"]: row.cells for row in rows}
    for account, password in passwords.items():
        cells = people[account]
        table.writerow(
            [_plain(one) for one in (account, cells["name"], cells["unit"])] + [password]
        )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise error("ACC-022", path=path) from None
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        file.write(out.getvalue())


def _plain(cell: str) -> str:
    """No cell is a formula when the file is opened in a table program."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
