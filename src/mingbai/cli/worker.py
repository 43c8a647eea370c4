"""``mingbai worker``: does the background work until it is stopped."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

import click

from mingbai.common.starting import start_django


@click.command()
@click.option("--until-empty", is_flag=True, help="做完排队的任务就退出 / leave when nothing waits")
@click.option("--with-parent", is_flag=True, hidden=True)  # serve's: leave when standard input ends
def worker(until_empty: bool, with_parent: bool) -> None:
    """执行后台任务：筛查、导入、导出，直到被停下 / do background work until stopped.

    停下（Ctrl+C 或 SIGTERM）时把手上的一段写完，其余交还排队；被杀或断电后重新启动即可接着做。

    Stopped (Ctrl+C or SIGTERM), it ends the slice in hand and queues the job again. Killed, start it anew.

    例 / example: mingbai worker
    """
    start_django()
    from django.conf import settings

    from mingbai.config.serving import check_database
    from mingbai.jobs.worker import run_worker

    check_database()
    os.nice(settings.MINGBAI_WORKER_NICE)  # children inherit it: pages come before long work
    leave = threading.Event()
    leave_on_signals(leave)
    if with_parent:
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl+C reaches the parent too, and it tells us
        threading.Thread(target=_leave_with_parent, args=(leave,), daemon=True).start()
    click.echo(f"后台进程已启动 / worker started ({os.getpid()})")
    ended = run_worker(leave=leave, say=click.echo, until_empty=until_empty)
    click.echo(f"后台进程已退出，完成 {ended} 个任务 / worker left, {ended} jobs ended")


def leave_on_signals(leave: threading.Event) -> None:
    """The first SIGTERM or Ctrl+C asks; the second ends the process as it stands (nothing half is seen)."""

    def asked(number: int, frame: FrameType | None) -> None:
        leave.set()
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_DFL)

    handler: Callable[[int, FrameType | None], None] = asked
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, handler)


def _leave_with_parent(leave: threading.Event) -> None:
    """The parent holds the other end of our standard input: it ends even when the parent is killed."""
    while os.read(0, 1024):
        pass
    leave.set()
