"""Every dependency has a reason and a locked version; licences that spread stay outside."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(TEXT)["project"]
EXTRAS = PROJECT["optional-dependencies"]


def _names(requirements: list[str]) -> set[str]:
    found = [re.match(r"[A-Za-z0-9._-]+", item) for item in requirements]
    return {re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match}


def _locked(name: str) -> set[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9.-]+)==", text, re.MULTILINE))


def _imports(folder: Path) -> set[str]:
    nodes = [
        node
        for path in folder.glob("**/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_every_dependency_has_a_reason() -> None:
    lines = [line for line in TEXT.splitlines() if re.match(r'\s*"[A-Za-z][\w.-]*[=<>~]', line)]
    assert [line for line in lines if not re.search(r"#\s*\S{3,}", line)] == []
    listed = sum(map(len, EXTRAS.values())) + len(PROJECT["dependencies"])
    assert len(lines) >= listed, "one dependency a line"


def test_locks_hold_every_dependency() -> None:
    always = _names(PROJECT["dependencies"]) | _names(EXTRAS["build"])
    assert always | _names(EXTRAS["dev"]) <= _locked("requirements.lock"), "run: make lock"
    assert always | _names(EXTRAS["bench"]) <= _locked("requirements-bench.lock"), "run: make lock"


def test_every_locked_package_has_hashes() -> None:
    for name in ("requirements.lock", "requirements-bench.lock"):
        entries = re.split(r"^(?=[a-z])", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)[1:]
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_openfisca_stays_outside() -> None:
    assert not {"openfisca-core"} & _locked("requirements.lock")
    assert [name for name in _imports(ROOT / "src") if name.startswith("openfisca")] == []
