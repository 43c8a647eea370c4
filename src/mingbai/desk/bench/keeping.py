"""Keeps an eye on one check and takes everything away after it (看管): a time limit, then nothing is left.

Started as ``python -m mingbai.desk.bench.keeping FOLDER PACK DAY LANGUAGE``; it outlives the request, and the
server as well. Where it is killed too, the next check sweeps what it left.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

#: Seconds a check may take, and seconds that its result can be looked at.
MOST_SECONDS, LOOKED_AT = 30, 120


def main() -> None:
    """Check, wait, delete."""
    folder = Path(sys.argv[1])
    try:
        failed = _checked(sys.argv[1:5])
        if failed and not (folder / "result.json").exists():
            (folder / "result.json").write_text(json.dumps({"failed": failed}), encoding="utf-8")
        until = time.monotonic() + LOOKED_AT
        while folder.exists() and time.monotonic() < until:
            time.sleep(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _checked(arguments: list[str]) -> str:
    """Why there is no result; nothing when there is one. What the check says stays unread: it may quote."""
    command = [sys.executable, "-m", "mingbai.desk.bench.checking", *arguments]
    quiet = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    try:
        done = subprocess.run(command, timeout=MOST_SECONDS, check=False, **quiet)  # type: ignore[call-overload] # of mappings
    except subprocess.TimeoutExpired:
        return "time"
    return "" if done.returncode == 0 else "fault"


if __name__ == "__main__":
    main()
