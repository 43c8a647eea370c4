"""What commands put out (输出): folders that are never half written, texts in columns."""

from __future__ import annotations

import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mingbai.engine.errors import run_error


@contextmanager
def partial_folder(out: Path) -> Iterator[Path]:
    """A folder inside `out` to write into; what was not moved on when it ends is gone."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=out))
    except OSError as error:
        raise run_error("RUN-009", name=str(out), detail=error.strerror or "") from None
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def terminal_width(text: str) -> int:
    """Columns on a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
