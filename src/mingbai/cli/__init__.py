"""The command (命令行): ``mingbai screen | explain | whatif | packs``."""

from mingbai.cli.main import main

__all__ = ["main"]
