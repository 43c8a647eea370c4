"""One term, one word: code, packs and glossary agree."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
VALUES = {"met", "unmet", "unknown", "not applicable"}
ROLES = {"indicator", "signal", "status", "entitlement", "readiness"}


def _rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return [row for row in cells if row[0] != "Term" and not row[0].startswith("---")]


def _english() -> set[str]:
    return {row[0].lower() for row in _rows()}


def _chinese() -> set[str]:
    return {term for row in _rows() for term in re.split(r" / |、", row[1])}


def _classes(folder: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for path in sorted((ROOT / "src" / "mingbai" / folder).glob("**/*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield path.relative_to(ROOT).as_posix(), node


def _exported(package: str) -> set[str]:
    """What a package offers: the names its __init__ imports."""
    path = ROOT / "src" / "mingbai" / package / "__init__.py"
    nodes = ast.parse(path.read_text(encoding="utf-8")).body if path.exists() else []
    imports = (node for node in nodes if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name for node in imports for alias in node.names}


def _is_value(node: ast.ClassDef) -> bool:
    written = [ast.unparse(item) for item in (*node.decorator_list, *node.bases)]
    return any("dataclass" in text or "Enum" in text for text in written)


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _is_explained(node: ast.ClassDef) -> bool:
    first_line = (ast.get_docstring(node) or "").partition("\n")[0]
    return _words(node.name) in _english() or bool(set(CHINESE.findall(first_line)) & _chinese())


def test_rows_are_complete_and_stand_once() -> None:
    rows = _rows()
    assert [row for row in rows if len(row) != 4 or not all(row[:3])] == []
    assert [
        term for term, count in Counter(row[0].lower() for row in rows).items() if count > 1
    ] == []
    assert [row[0] for row in rows if not CHINESE.search(row[1])] == []


def test_every_public_value_class_has_an_entry() -> None:
    offered = _exported("tables")
    tables = [(path, node) for path, node in _classes("tables") if node.name in offered]
    missing = [
        f"{path}: {node.name}"
        for path, node in [*_classes("engine/model"), *tables]
        if _is_value(node) and not _is_explained(node)
    ]
    assert missing == [], (
        "put the Chinese term into the first docstring line and a row into docs/glossary.md"
    )


def test_roles_and_values_have_an_entry() -> None:
    assert _english() >= ROLES | VALUES


def test_entities_of_the_national_pack_have_an_entry() -> None:
    files = sorted((ROOT / "policies" / "cn" / "facts").glob("*.yaml"))
    entities = {
        name: entity["label"]["zh"]
        for file in files
        for name, entity in (yaml.safe_load(file.read_text("utf-8")).get("entities") or {}).items()
    }
    missing = {
        name: label
        for name, label in entities.items()
        if name not in _english() and label not in _chinese()
    }
    assert missing == {}, "put a row into docs/glossary.md"
