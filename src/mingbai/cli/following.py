"""What a command says about the states that follow a batch (随后的评估)."""

from __future__ import annotations

import click


def job_of(batch_id: int | None) -> int | None:
    """The job that evaluates whom a batch touched, if there is one."""
    from mingbai.intake.following import states_job

    found = states_job(batch_id) if batch_id is not None else None
    return None if found is None else int(found.pk)


def say_what_follows(batch_id: int | None) -> None:
    """Whom the batch touched is evaluated by the worker; without one, by what."""
    from mingbai.jobs.queries import worker_is_silent

    key = job_of(batch_id)
    if key is None:
        return
    click.echo(f"涉及的户由后台任务 {key} 重新评估 / job {key} evaluates whom it touched")
    if worker_is_silent():
        click.echo(
            "后台程序没有在运行：请执行 mingbai worker --until-empty / no worker is running: "
            "run mingbai worker --until-empty"
        )
