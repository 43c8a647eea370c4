"""What the processes of these tests run: the worker's own loop, with the tests' kinds of jobs."""

import threading
from datetime import timedelta

from mingbai.cli.worker import leave_on_signals
from mingbai.common.starting import start_django


def work(silence: float) -> None:
    """As `mingbai worker` does, with a shorter wait for dead workers."""
    start_django()
    import tests.jobs.kinds  # noqa: F401
    from mingbai.jobs.worker import run_worker

    leave = threading.Event()
    leave_on_signals(leave)
    ended = run_worker(leave=leave, say=print, silence=timedelta(seconds=silence))
    print(f"left after {ended}")  # noqa: T201


def start(kind: str, arguments: dict) -> None:
    """Queue a job."""
    start_django()
    import tests.jobs.kinds  # noqa: F401
    from mingbai.jobs.actions import start_job

    start_job(kind=kind, arguments=arguments, actor="command")
