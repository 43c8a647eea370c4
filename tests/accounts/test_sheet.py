"""Accounts from a sheet: a verdict a row, all or none, passwords in a file of one's own."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from mingbai.accounts.demonstration import (
    PASSWORD,
    demonstration_accounts_exist,
    make_demonstration_accounts,
)
from mingbai.accounts.models import Post, User
from mingbai.accounts.posts import TOPICS
from mingbai.accounts.roles import ROLES, Permission
from mingbai.accounts.scopes import scope_of
from mingbai.accounts.sheet import import_users
from mingbai.audit.models import Event
from mingbai.cli.users import users
from mingbai.common.errors import RegisterError
from mingbai.households.topics import TOPICS as HOUSEHOLD_TOPICS
from mingbai.places import actions as places
from tests.accounts.people import DAY, EAST, EAST_1, lay_county, user

pytestmark = pytest.mark.database
HEADER = ["姓名", "账号", "单位", "角色", "区划代码或名称", "起", "止"]
GOOD = [
    ["王芳", "wang.fang", "东镇人民政府", "乡镇经办", "东镇", "2026-01-01", ""],
    ["李强", "li.qiang", "东一村", "村信息员", EAST_1, "2026年2月1日", "2027.1.1"],
    ["李强", "li.qiang", "东一村", "village_officer", "东二村", "", ""],
]


@pytest.fixture(autouse=True)
def _county() -> None:
    lay_county()


def written(folder: Path, rows: list[list[str]], header: list[str] = HEADER) -> Path:
    path = folder / "users.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def imported(path: Path, **changes: object):
    return import_users(
        **{"actor": "command", "path": path, "dry_run": False, "day": DAY, **changes}
    )


def test_dry_run_gives_verdicts_and_makes_nothing(tmp_path: Path) -> None:
    events = Event.objects.count()
    outcome = imported(written(tmp_path, GOOD), dry_run=True)
    assert [(row.number, row.verdict) for row in outcome.rows] == [
        (2, "new"),
        (3, "new"),
        (4, "post"),
    ]
    assert (outcome.refused, outcome.passwords) == ([], {})
    assert (User.objects.count(), Event.objects.count()) == (0, events)


def test_import_makes_accounts_posts_and_a_password_file(tmp_path: Path) -> None:
    secrets = tmp_path / "passwords.csv"
    outcome = imported(written(tmp_path, GOOD), passwords_to=secrets)
    assert secrets.stat().st_mode & 0o777 == 0o600
    with secrets.open(encoding="utf-8-sig", newline="") as file:
        given = {row["账号"]: row["一次性密码"] for row in csv.DictReader(file)}
    assert given == dict(outcome.passwords)
    li = User.objects.get(username="li.qiang")
    assert li.check_password(given["li.qiang"])
    assert li.must_change_password
    assert sorted(li.posts.values_list("division_code", "valid_from", "valid_to")) == [
        (EAST_1, date(2026, 2, 1), date(2027, 1, 1)), ("990101100202", DAY, None),
    ]  # fmt: skip
    assert not any(
        one in "".join(Event.objects.values_list("data", flat=True)) for one in given.values()
    )


def test_workbook_reads_like_csv(tmp_path: Path) -> None:
    path = tmp_path / "users.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["账号导入"])
        sheet.write_row(1, 0, HEADER)
        sheet.write_row(2, 0, GOOD[0][:5])
        sheet.write_datetime(2, 5, date(2026, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    imported(path)
    assert Post.objects.get().valid_from == date(2026, 3, 1)
    assert Post.objects.get().division_code == EAST


def test_second_import_makes_nothing_twice(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    imported(path)
    outcome = imported(path)
    assert [row.verdict for row in outcome.rows] == ["same", "same", "same"]
    assert (User.objects.count(), Post.objects.count()) == (2, 3)


@pytest.mark.parametrize(
    ("row", "number"),
    [
        (["王芳", "王芳", "", "村信息员", EAST_1, "", ""], "ACC-027"),
        (["王芳", "wang", "", "村长", EAST_1, "", ""], "ACC-003"),
        (["王芳", "wang", "", "村信息员", "北村", "", ""], "ACC-005"),
        (["王芳", "wang", "", "村信息员", "东镇", "", ""], "ACC-004"),
        (["王芳", "wang", "", "村信息员", EAST_1, "明年", ""], "ACC-026"),
        (["王芳", "wang", "", "村信息员", EAST_1, "2026-01-01", "2026-01-01"], "ACC-008"),
        (["王芳", "li.qiang", "", "乡镇经办", EAST, "", ""], "ACC-006"),
        (["王芳", "wang", "", "行业部门", "甲县", "", ""], "ACC-010"),
    ],
)
def test_row_that_cannot_be_used_stops_all(tmp_path: Path, row: list[str], number: str) -> None:
    path = written(tmp_path, [*GOOD, row])
    (bad,) = imported(path, dry_run=True).refused
    assert (bad.number, bad.verdict, [one.code for one in bad.problems]) == (5, "refused", [number])
    with pytest.raises(RegisterError, match="ACC-021"):
        imported(path, passwords_to=tmp_path / "passwords.csv")
    assert not User.objects.exists()
    assert not (tmp_path / "passwords.csv").exists()


def test_name_of_two_divisions_is_refused_naming_both(tmp_path: Path) -> None:
    places.rename(
        actor="command", code="990101100202", name="东一村", day=date(2020, 1, 1), reason="更名"
    )
    (bad,) = imported(written(tmp_path, [[*GOOD[1][:4], "东一村", "", ""]]), dry_run=True).refused
    assert [code in bad.problems[0].zh for code in (EAST_1, "990101100202")] == [True, True]


def test_password_file_is_not_overwritten(tmp_path: Path) -> None:
    secrets = tmp_path / "passwords.csv"
    secrets.write_text("keep", encoding="utf-8")
    with pytest.raises(RegisterError, match="ACC-022"):
        imported(written(tmp_path, GOOD), passwords_to=secrets)
    assert secrets.read_text(encoding="utf-8") == "keep"
    assert not User.objects.exists()


def test_formula_in_a_name_is_plain_text_in_the_password_file(tmp_path: Path) -> None:
    secrets = tmp_path / "passwords.csv"
    imported(written(tmp_path, [["=cmd|'x'", *GOOD[0][1:]]]), passwords_to=secrets)
    assert "'=cmd" in secrets.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (b"\xff\xd8\xff\xe0 a picture", "ACC-026"),
        ("姓名,账号\n王芳,wang\n".encode(), "ACC-020"),
        (b"", "ACC-020"),
    ],
)
def test_file_that_is_no_such_sheet(tmp_path: Path, content: bytes, number: str) -> None:
    path = tmp_path / "users.xlsx"
    path.write_bytes(content)
    with pytest.raises(RegisterError, match=number):
        imported(path)


def test_line_department_topics_from_the_sheet(tmp_path: Path) -> None:
    row = ["赵敏", "zhao.min", "住建局", "行业部门", "甲县", "", "", "dwelling、water"]
    imported(written(tmp_path, [row], [*HEADER, "主题"]))
    assert Post.objects.get().topics == ["dwelling", "water"]
    assert scope_of(User.objects.get(), Permission.HOUSEHOLDS_READ, DAY, topic="water")


def test_topics_are_those_of_the_register() -> None:
    assert set(TOPICS) == set(HOUSEHOLD_TOPICS)


def test_demonstration_accounts_only_in_a_synthetic_register() -> None:
    places.create_register(actor="command", division_code="990101", synthetic=False, pack="cn")
    with pytest.raises(RegisterError, match="ACC-015"):
        make_demonstration_accounts(actor="command", day=DAY)
    assert not demonstration_accounts_exist()


def test_one_demonstration_account_a_role() -> None:
    places.create_register(actor="command", division_code="990101", synthetic=True, pack="cn")
    lists = {"helper": (1, 2), "evaluator": (3,)}
    made = make_demonstration_accounts(actor="command", day=DAY, households=lists)
    assert [one.username for one in made] == list(ROLES)
    assert {post.role for post in Post.objects.all()} == set(ROLES)
    assert made[0].check_password(PASSWORD)
    assert demonstration_accounts_exist()
    helper = User.objects.get(username="helper")
    assert scope_of(helper, Permission.HOUSEHOLDS_READ, DAY).household_ids == frozenset({1, 2})
    evaluator = User.objects.get(username="evaluator")
    assert scope_of(evaluator, Permission.HOUSEHOLDS_READ, DAY).household_ids == frozenset({3})
    assert make_demonstration_accounts(actor="command", day=DAY) == []


def run(*arguments: str, fails: int = 0) -> str:
    done = CliRunner().invoke(users, list(arguments), catch_exceptions=False)
    assert done.exit_code == fails, done.output
    return done.output


def test_command_imports_and_lists(tmp_path: Path) -> None:
    path = str(written(tmp_path, GOOD))
    assert "new" in run("import", path, "--dry-run")
    assert not User.objects.exists()
    secrets = tmp_path / "passwords.csv"
    said = run("import", path, "--passwords", str(secrets))
    assert str(secrets) in said
    assert not any(
        line.split(",")[-1] in said for line in secrets.read_text("utf-8-sig").split()[1:]
    )
    listed = json.loads(run("list", "--json"))
    assert [one["account"] for one in listed] == ["li.qiang", "wang.fang"]
    assert listed[1]["posts"][0]["division"] == EAST
    assert "wang.fang" in run("list")


def test_command_names_posts_that_clash(tmp_path: Path) -> None:
    assert "posts that clash: 0" in run("check")
    run("import", str(written(tmp_path, GOOD)), "--passwords", str(tmp_path / "p.csv"))
    user = User.objects.get(username="wang.fang")
    for role in ("village_officer", "township_clerk"):
        Post.objects.create(
            user=user, role=role, division_code=EAST_1, valid_from=DAY, granted_by="command"
        )
    said = json.loads(run("check", "--json", fails=1))
    assert {one["account"] for one in said} == {"wang.fang"}
    assert "ACC-006" in run("check", fails=1)


def test_command_ends_in_one_when_a_row_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [["王芳", "wang", "", "村长", EAST_1, "", ""]])
    said = json.loads(
        run("import", str(path), "--json", "--passwords", str(tmp_path / "p.csv"), fails=1)
    )
    assert [one["code"] for one in said[0]["problems"]] == ["ACC-003"]


def test_command_keeps_an_account(tmp_path: Path) -> None:
    password = run("add", "wang.fang", "--name", "王芳").split()[1]
    assert User.objects.get().check_password(password)
    run(
        "post",
        "wang.fang",
        "township_clerk",
        "990101100",
        "--from",
        "2026-01-01",
        "--to",
        "2027-01-01",
    )
    assert Post.objects.get().valid_to == date(2027, 1, 1)
    again = run("reset-password", "wang.fang", "--second-factor").split()[1]
    assert User.objects.get().check_password(again)
    run("deactivate", "wang.fang", "--reason", "调离")
    assert not User.objects.get().is_active
    with pytest.raises(RegisterError, match="ACC-023"):
        run("reset-password", "wang.fang")
    assert "已停用" in run("list")


def test_command_makes_demonstration_accounts() -> None:
    places.create_register(actor="command", division_code="990101", synthetic=True, pack="cn",
                           working_date=DAY)  # fmt: skip
    assert PASSWORD in run("demonstration")
    assert "already" not in run("demonstration")
    assert User.objects.filter(demonstration=True).count() == len(ROLES)


def test_account_of_another_case_is_the_same_account(tmp_path: Path) -> None:
    user("wang.fang")
    outcome = imported(written(tmp_path, [["王芳", "Wang.Fang", *GOOD[0][2:]]]))
    assert [row.verdict for row in outcome.rows] == ["post"]
