"""The check of a sheet in a process of its own (单独进程里检查): no Django, no database, no log.

Started as ``python -m mingbai.desk.bench.checking FOLDER PACK DAY LANGUAGE``; reads FOLDER/in, writes
FOLDER/out and, last, FOLDER/result.json.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date
from pathlib import Path
from typing import Any

#: A sheet that needs more is no sheet somebody works at: address space in bytes, seconds of one core.
MOST_MEMORY, MOST_SECONDS = 4 << 30, 25
#: Problems on the page; the workbook has them all.
MOST_SHOWN = 500


def check(folder: Path, pack_name: str, day: date, language: str) -> dict[str, Any]:
    """Check the files of a folder and mark them; returns what the page shows."""
    from mingbai.documents.checked import RETURNED, write_checked
    from mingbai.engine.loading import load_pack
    from mingbai.screening.table_check import check_as_json, check_tables
    from mingbai.tables import TablesError

    paths = sorted((folder / "in").iterdir())
    try:
        checked = check_tables(paths, load_pack(pack_name, with_cases=False), day)
        out = folder / "out"
        out.mkdir(mode=0o700)
        write_checked(checked, paths, out, language=language)
    except TablesError as problem:
        return {"refused": {"zh": problem.message.zh, "en": problem.message.en}}
    said = check_as_json(checked, None)
    returned = sorted((out / RETURNED).glob("*"))
    return {
        "files": said["files"], "kinds": said["kinds"], "problems": said["problems"][:MOST_SHOWN],
        "total": len(said["problems"]), "rows": said["rows_in"], "listed": said["rows_listed"],
        "remarks": said["remarks"], "returned": [path.name for path in returned],
    }  # fmt: skip


def main() -> None:
    """Within limits that the system keeps."""
    folder, pack, day, language = sys.argv[1:5]
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = check(Path(folder), pack, date.fromisoformat(day), language)
    half = Path(folder) / "result.part"
    half.write_text(json.dumps(found, ensure_ascii=False, default=str), encoding="utf-8")
    half.replace(Path(folder) / "result.json")


if __name__ == "__main__":
    main()
