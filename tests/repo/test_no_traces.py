"""No file carries an address of a registry or a path of somebody's machine."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
OUTSIDE = {".git", ".venv", ".venv-bench", "out", "build", "dist", "__pycache__", "node_modules"}
# Written so that this file does not match itself.
TRACES = [
    re.compile(pattern)
    for pattern in (
        r"\bpypi[.]org|python" r"hosted[.]org|npm" r"js[.]|registry[.][a-z]+[.]",
        r"--(?:extra-)?index-url[ =]\S*:/",
        r"file:" r"///",
        r"(?<![\w.])/(?:work|root|home|Users|farm)/",
        r"[A-Z]:\\Users",
    )
]


def _files() -> list[Path]:
    """What git tracks; in an unpacked archive without git, everything that is not made."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    if listing.returncode == 0:
        return [ROOT / name for name in listing.stdout.split("\0") if name]
    paths = (path for path in ROOT.rglob("*") if path.is_file())
    return [path for path in paths if not OUTSIDE & set(path.relative_to(ROOT).parts)]


def _traces(path: Path) -> list[str]:
    text = path.read_bytes().decode("utf-8", errors="ignore") if path.is_file() else ""
    return [match.group() for trace in TRACES for match in trace.finditer(text)]


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = {path.relative_to(ROOT).as_posix(): _traces(path) for path in _files()}
    assert {name: traces for name, traces in found.items() if traces} == {}
