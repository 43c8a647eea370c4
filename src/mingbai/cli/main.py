"""Entry point of the command: loads a verb when it is asked for, turns errors into exit codes."""

from __future__ import annotations

import signal
import sys

import click

from mingbai import __version__
from mingbai.cli.errors import RUN, exit_code, say
from mingbai.cli.lazy import LazyGroup
from mingbai.common.errors import RegisterError
from mingbai.engine.errors import EngineError, run_error
from mingbai.stats.errors import StatsError
from mingbai.tables import TablesError

#: Verbs and where they live; imported on use, so that ``--help`` is quick.
COMMANDS = {
    "screen": "mingbai.cli.screen:screen",
    "explain": "mingbai.cli.explain:explain",
    "whatif": "mingbai.cli.whatif:whatif",
    "packs": "mingbai.cli.packs:packs",
    "tables": "mingbai.cli.tables:tables",
    "stats": "mingbai.cli.stats:stats",
    "places": "mingbai.cli.places:places",
    "judge": "mingbai.cli.judge:judge",
    "import": "mingbai.cli.import_:import_",
    "export": "mingbai.cli.export:export_",
    "batches": "mingbai.cli.batches:batches",
    "evaluate": "mingbai.cli.evaluate:evaluate",
    "states": "mingbai.cli.evaluate:states",
    "counts": "mingbai.cli.counts:counts",
    "migrate": "mingbai.cli.migrate:migrate",
    "keys": "mingbai.cli.keys:keys",
    "audit": "mingbai.cli.audit:audit",
    "backup": "mingbai.cli.backup:backup",
    "restore": "mingbai.cli.restore:restore",
    "serve": "mingbai.cli.serve:serve",
    "demo": "mingbai.cli.demo:demo",
    "worker": "mingbai.cli.worker:worker",
    "users": "mingbai.cli.users:users",
}


@click.group(
    cls=LazyGroup,
    verbs=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="mingbai")
def cli() -> None:
    """明白 Mingbai：每一户都看见，每个决定都说得清，没有一样事问两遍。

    Every household seen, every decision explained, nothing asked twice.
    """


def main() -> None:
    """Run the command; errors end in a numbered message and an exit code, never in a traceback."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # "| head" ends us quietly
    try:
        # Without click's own main, so that a stop and our errors are worded and counted here.
        code = cli(prog_name="mingbai", standalone_mode=False)
    except (EngineError, TablesError, RegisterError, StatsError) as error:
        say(error)
        sys.exit(exit_code(error))
    except OSError as error:
        say(run_error("RUN-009", name=error.filename or "", detail=error.strerror or ""))
        sys.exit(RUN)
    except (click.Abort, KeyboardInterrupt):
        click.echo("已停止，没有留下半份结果。/ Stopped; no half result is left.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
