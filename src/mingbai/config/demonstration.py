"""A demonstration (演示): a synthetic place in a register of its own, with an account for every role.

Every step that is done already is passed over: a second start takes a second, one that was cut off goes on.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mingbai.config.errors import error

Say = Callable[[str], None]

#: Households a helper is paired with, and those of an evaluator's sample.
PAIRED, SAMPLED = 8, 30
_ABOUT = "demonstration.json"

#: Role → what it should look at first: Chinese, English.
FIRST: dict[str, tuple[str, str]] = {
    "village_officer": (
        "今天要办的户；点开一户看为什么，把缺的那一项就地填上",
        "today's list; open a household, see why, answer the one missing fact in place",
    ),
    "helper": (
        "自己结对的户和期限；点开一户看享受了什么、还该有什么",
        "the paired households; open one: what it receives and what it should",
    ),
    "resident_team": (
        "村里待核实的户；一户的历史和两个日期的比较",
        "the village's unknowns; a household's history and two days compared",
    ),
    "township_clerk": (
        "导入一张部门表格：演练、看差异、确认，再撤销（表格在 {files}）",
        "import an office's table: dry run, difference, confirm, undo (tables in {files})",
    ),
    "township_lead": (
        "各村比较；每个数点开就是名单",
        "villages compared; every figure opens its list",
    ),
    "county_officer": (
        "指标和趋势，下载“所见即所得”的表；运行一次评估",
        "figures and trend, a table as shown; run an evaluation",
    ),
    "county_approver": (
        "等着批准的户的依据和理由；只能看，不能登记",
        "evidence and reasons of a household; reads, records nothing",
    ),
    "line_department": (
        "只看得到住房和健康；导入只能演练，由县里写入",
        "sees housing and health only; orders a dry run, the county writes",
    ),
    "inspector": (
        "任抽一户查依据；查自己范围以外的要写理由、限时间、留记录",
        "any household's evidence; reading outside one's scope needs a reason and is logged",
    ),
    "evaluator": (
        "样本里的户，别的都打不开",
        "the households of the sample, and no other",
    ),
    "account_administrator": (
        "账号和任职；试着给同一人两个不相容的职责",
        "accounts and posts; try to give one person two duties that must not meet",
    ),
    "auditor": (
        "审计链和查阅记录；看不到任何一户",
        "the audit chain and the log of looks; no household",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Home:
    """Where a demonstration lies (演示文件夹): its register, its keys beside it, never anybody else's."""

    folder: Path
    place: Path  # the built place, which may be shared with other commands

    @property
    def environment(self) -> dict[str, str]:
        """The settings of its processes; whatever DATABASE_URL names is never touched."""
        return {
            "MINGBAI_DATA": str(self.folder / "data"),
            "MINGBAI_KEY_FILE": str(self.folder / "keys.json"),
            "DATABASE_URL": "",
            "MINGBAI_HOSTS": "",
            "MINGBAI_HTTPS": "0",
            "MINGBAI_LOG_LEVEL": "ERROR",  # the table of accounts is what is read here
        }

    def claim(self, place: str) -> None:
        """Make the folder, or see that it is a demonstration of this place. Raises SERVE-007."""
        about = self.folder / _ABOUT
        if not about.exists():
            if self.folder.exists() and any(self.folder.iterdir()):
                raise error("SERVE-007", folder=self.folder)
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            about.write_text(json.dumps({"demonstration": place}) + "\n", encoding="utf-8")
        if json.loads(about.read_text(encoding="utf-8")).get("demonstration") != place:
            raise error("SERVE-007", folder=self.folder)

    def forget(self) -> None:
        """Remove the register and its keys, never the built place. Raises SERVE-007 for another's folder."""
        if not self.folder.exists():
            return
        if not (self.folder / _ABOUT).exists():
            raise error("SERVE-007", folder=self.folder)
        shutil.rmtree(self.folder)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else prepares or serves it meanwhile. Raises SERVE-008."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        beside = self.folder.with_name(f".{self.folder.name}.lock")
        with beside.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise error("SERVE-008", folder=self.folder) from None
            yield


def prepare(home: Home, say: Say, progress: Any) -> date:
    """Migrate, load, evaluate, make the accounts; returns the working date. Django has been started."""
    from mingbai.config.migrating import migrate
    from mingbai.decisions.actions import evaluate
    from mingbai.decisions.queries import latest_runs
    from mingbai.demo.loading import load_place
    from mingbai.households.actions.keeping import keep_day_counts
    from mingbai.households.models import DayCount, Household
    from mingbai.places.queries import register, working_date

    migrate(lambda text: None)
    if not Household.objects.recorded().exists():
        say("装进登记库 / loading it into the register …")
        loaded = load_place(home.place, actor="command", progress=progress)
        say(f"  {loaded.rows['household']:,} 户 {loaded.rows['person']:,} 人 / households, persons")
    day = working_date()
    if not latest_runs():
        say("按规则评估每一户 / evaluating every household …")
        run = evaluate(actor="command", pack=register().pack, as_of=day, progress=progress)
        say(f"  {run.households:,} 户，截至 {day} / households, as of {day}")
    if not DayCount.objects.filter(day=day).exists():
        keep_day_counts(today=day)
    _hold_against_report()
    make_accounts()
    return day


def _hold_against_report() -> None:
    """Queue the published figures for the worker that serves (公布数对照), where that was never done."""
    from mingbai.jobs.actions import start_job
    from mingbai.jobs.models import Job
    from mingbai.places.queries import register

    kind = "places.published"
    if not Job.objects.filter(kind=kind).exists():
        start_job(kind=kind, arguments={}, actor="command", division_code=register().division_code)


def make_accounts() -> list[Any]:
    """The accounts that are missing, with a helper's households and an evaluator's sample; those made."""
    from mingbai.accounts.demonstration import make_demonstration_accounts
    from mingbai.places.enums import Level
    from mingbai.places.queries import working_date

    day = working_date()
    village = _village(day)
    places: dict[str, str] = {}
    if village:
        places = {Level.TOWNSHIP: village[:9], Level.VILLAGE: village}
    lists = {"helper": _paired(village, day), "evaluator": _sample(day)} if village else {}
    return make_demonstration_accounts(actor="command", day=day, places=places, households=lists)


def _village(day: date) -> str:
    """The village where most households are watched: there is something to see."""
    from django.db.models import Count

    from mingbai.households.models import Residence

    lives = Residence.objects.recorded().on(day)
    by_village = lives.filter(household_id__in=_watched(day)).values_list("division_code")
    busiest = by_village.annotate(Count("id")).order_by("-id__count", "division_code").first()
    found = busiest or lives.order_by("division_code").values_list("division_code").first()
    return str(found[0]) if found else ""


def _watched(day: date) -> Any:
    from mingbai.households.queries.counting import Standing, with_standing

    return with_standing(Standing.WATCHED, day)


def _paired(village: str, day: date) -> list[int]:
    """Households of the village, those that are watched first."""
    from mingbai.households.models import Residence

    lives = Residence.objects.recorded().on(day).filter(division_code=village)
    watched = lives.filter(household_id__in=_watched(day)).order_by("household_id")
    keys = [*watched.values_list("household_id", flat=True)[:PAIRED]]
    more = lives.exclude(household_id__in=keys).order_by("household_id")
    return keys + list(more.values_list("household_id", flat=True)[: PAIRED - len(keys)])


def _sample(day: date) -> list[int]:
    """Households at even distances through all villages, as a sample is drawn."""
    from mingbai.households.models import Residence

    lives = Residence.objects.recorded().on(day).order_by("division_code", "household_id")
    keys = list(lives.values_list("household_id", flat=True))
    return keys[:: max(1, len(keys) // SAMPLED)][:SAMPLED]


def told(home: Home, day: date, address: str) -> Iterator[str]:
    """The address and the table of accounts, for a terminal (演示账号表)."""
    from mingbai.accounts.demonstration import PASSWORD
    from mingbai.accounts.roles import ROLES
    from mingbai.places.queries import division_on, register

    place = division_on(register().division_code, day)
    yield ""
    yield f"  {place.name if place else ''}（合成数据 / synthetic data），工作日期 / working date {day}"
    yield f"  网址 / address        {address}"
    yield f"  密码 / password       {PASSWORD}（所有账号 / every account）"
    yield ""
    files = os.path.relpath(home.place / "observed")
    for role in ROLES.values():
        zh, en = (one.format(files=files) for one in FIRST[role.key])
        yield f"  {role.key:<22}{role.zh} {role.en}"
        yield f"  {'':<22}先看：{zh}"
        yield f"  {'':<22}first: {en}"
    yield ""
