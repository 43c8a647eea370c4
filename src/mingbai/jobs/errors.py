"""Numbered errors of background work (任务错误), and how work is told to end."""

from __future__ import annotations

from mingbai.common.errors import RegisterError, error_from

CATALOGUE: dict[str, tuple[str, str]] = {
    "JOB-001": (
        "没有名为“{kind}”的后台任务，什么也没有排队；请核对任务名称",
        "there is no background job called “{kind}”; nothing was queued. Check its name",
    ),
    "JOB-002": (
        "任务“{kind}”的参数 {name} 可能是姓名、电话或证件号码，没有排队；任务只带编号，内容从库里读",
        "argument {name} of job “{kind}” may be a name, a phone or an ID number; nothing was queued. "
        "A job carries keys and reads the rest from the register",
    ),
    "JOB-003": (
        "任务 {job} 已经结束（{state}），停不了；要撤销它登记的内容，请撤销那一批",
        "job {job} is over ({state}) and cannot be stopped; to take back what it recorded, undo its batch",
    ),
    "JOB-004": (
        "任务 {job} 因程序出错停下（{fault}），没有留下一半的内容；请把这一行交给维护人员",
        "job {job} ended by a fault of the program ({fault}); nothing half is left. "
        "Give this line to the maintainer",
    ),
    "JOB-005": (
        "任务 {job} 三次都在中途断掉（后台进程被杀或断电），不再自动重来；请看内存和磁盘，再重新发起",
        "job {job} was cut off three times (worker killed or power lost) and is not tried again by itself; "
        "look at memory and disk, then start it anew",
    ),
    "JOB-006": (
        "这个资料文件夹已有一个后台进程（{folder}）；SQLite 只用一个，不要再开。"
        "要几个同时跑，请改用 PostgreSQL",
        "a worker is already running for {folder}; SQLite takes one, do not start another. "
        "For several, use PostgreSQL",
    ),
    "JOB-007": (
        "任务 {job} 只能由 mingbai worker 执行，别的程序取走了它；请停掉那个程序",
        "job {job} is run by `mingbai worker` alone, another program took it; stop that program",
    ),
}  # fmt: skip


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)


class Stopped(Exception):  # noqa: N818 — no error: somebody asked for it, or the worker has to go
    """Raised in the work by `handle.progress` (停止): somebody asked to stop this job."""


class HandedBack(Stopped):
    """The worker is going down: the slice is finished, the job waits for the next worker (交还)."""


class TakenAway(Stopped):
    """The job stands under another claim: this worker was thought dead, its work is void (失去)."""
