"""Writes the tables of docs/quality.md: both places at damage 1 and 2, built and judged anew."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "quality.md"
BUILT = ROOT / "out" / "quality"
BEGIN, END = "<!-- judged: begin -->\n", "<!-- judged: end -->\n"
COMMAND = [sys.executable, "-c", "from mingbai.cli import main; main()"]
DAY = "2026-06-30"
#: Heading → place, damage, more for building, more for judging.
COLUMNS: dict[str, tuple[str, int, list[str], list[str]]] = {
    "蒲溪 1": ("puxi", 1, ["--as-of", DAY], []),
    "蒲溪 2": ("puxi", 2, ["--as-of", DAY], []),
    "蒲溪 1 + line": ("puxi", 1, ["--as-of", DAY], ["--local", "tools/quality_local.yaml"]),
    "洞口 1": ("dongkou", 1, [], []),
    "洞口 2": ("dongkou", 2, [], []),
}
#: Codes of problems are shown down to so many rows in one of the places.
LEAST = 20


def main() -> None:
    """Build, judge, write. With ``--keep`` what was built or judged before is taken as it is."""
    if "--keep" not in sys.argv[1:]:
        shutil.rmtree(BUILT, ignore_errors=True)
    judged = {name: _judged(*column) for name, column in COLUMNS.items()}
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    PAGE.write_text(head + BEGIN + "\n".join(page(judged)) + "\n" + END + tail, encoding="utf-8")


def _judged(place: str, damage: int, more: list[str], local: list[str]) -> dict[str, Any]:
    folder = BUILT / f"{place}-{damage}"
    score = BUILT / f"{folder.name}{'-local' if local else ''}.json"
    if not folder.exists():
        print(f"{folder.name}: building", flush=True)
        _run(["places", "build", place, "--damage", str(damage), "--out", str(folder), *more])
    if not score.exists():
        print(f"{score.stem}: judging", flush=True)
        score.write_text(_run(["judge", str(folder), "--json", *local]), encoding="utf-8")
    found: dict[str, Any] = json.loads(score.read_text(encoding="utf-8"))
    return found


def _run(arguments: list[str]) -> str:
    done = subprocess.run([*COMMAND, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode("utf-8")


def page(judged: dict[str, Any]) -> Iterator[str]:
    """The tables of all sections over all places."""
    first = next(iter(judged.values()))
    yield f"Seed {first['seed']}; pack `{first['pack']['id']}` {first['pack']['hash']}."
    yield ""
    yield "| | " + " | ".join(judged) + " |"
    yield "|---|" + "--:|" * len(judged)
    yield "| as of | " + " | ".join(one["as_of"] for one in judged.values()) + " |"
    yield (
        "| households read | "
        + " | ".join(f"{one['households']:,}" for one in judged.values())
        + " |"
    )
    yield "| households to see 要去看 | " + " | ".join(
        f"{one['tasks']:,} ({one['tasks'] / one['households']:.1%})" for one in judged.values()
    ) + " |"  # fmt: skip
    for key, section in first["sections"].items():
        yield ""
        yield f"### {section['title']['en']} {section['title']['zh']}"
        yield ""
        yield section["note"]["en"]
        yield ""
        yield from _table({name: one["sections"][key] for name, one in judged.items()}, key)


def _table(sections: dict[str, Any], key: str) -> Iterator[str]:
    yield "| | | " + " | ".join(sections) + " |"
    yield "|---|---|" + "--:|" * len(sections)
    lines: dict[str, Any] = {}
    for section in sections.values():
        lines |= {name: line for name, line in section["lines"].items() if name not in lines}
    for name, line in lines.items():
        found = [section["lines"].get(name, {}) for section in sections.values()]
        if _is_shown(key, name, found):
            for column in next(iter(sections.values()))["columns"]:
                rates = [one.get(column) for one in found]
                if any(rates):
                    label = f"{line['label']['en']} {line['label']['zh']}"
                    if name.startswith("code:"):
                        label = line["label"]["en"].replace("|", "/")
                    yield f"| {label} | {column} | " + " | ".join(map(_cell, rates)) + " |"


def _is_shown(key: str, name: str, found: list[dict[str, Any]]) -> bool:
    if name.startswith("code:"):
        return any(one and one["precision"]["whole"] >= LEAST for one in found)
    return key != "unknowns" or name == "all"


def _cell(rate: dict[str, Any] | None) -> str:
    if rate is None or rate["value"] is None:
        return "—"
    low, high = rate["interval95"]
    return f"{rate['value']:.1%} ({rate['part']:,}/{rate['whole']:,}; {low:.1%}–{high:.1%})"


if __name__ == "__main__":
    main()
