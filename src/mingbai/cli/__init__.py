"""The command (命令行): ``mingbai screen | explain | whatif | packs | tables``."""

import sys


def main() -> None:
    """Run the command; a stop while it is still loading ends like one later on."""
    try:
        from mingbai.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


__all__ = ["main"]
