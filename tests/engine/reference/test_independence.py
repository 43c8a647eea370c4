"""The judge shares nothing with the judged but the model, the binding and the calendar."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[3] / "src" / "mingbai" / "engine"
FILES = sorted((ENGINE / "reference").glob("*.py"))
SHARED = ("model.", "reference", "compiling.packs", "dates")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_reference_imports_no_compiler(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    own = [name.removeprefix("mingbai.engine.") for name in modules if name.startswith("mingbai")]
    assert [name for name in own if not name.startswith(SHARED)] == []
