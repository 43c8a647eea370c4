"""Progress (进度) on a terminal, silence in a pipe."""

from __future__ import annotations

import sys
import time

import click

_STEPS = {
    "evaluate": "计算 / evaluating",
    "tasks": "排任务 / tasks",
    "write": "写文件 / writing",
    "mutate": "改坏规则 / mutants",
}


class ProgressLine:
    """One line on standard error that says what is being done; nothing when it is not a terminal."""

    def __init__(self) -> None:
        self.visible = sys.stderr.isatty()
        self._last = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show a step; at most ten times a second."""
        now = time.monotonic()
        if not self.visible or (now - self._last < 0.1 and done not in (0, total)):
            return
        self._last = now
        share = f" {done:,}/{total:,}" if total > 1 else ""
        click.echo(f"\r\033[K{_STEPS.get(step, step)}{share}", nl=False, err=True)

    def close(self) -> None:
        """Clear the line."""
        if self.visible:
            click.echo("\r\033[K", nl=False, err=True)
