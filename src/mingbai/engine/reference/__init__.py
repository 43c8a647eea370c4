"""The reference interpreter: slow, plain, written from docs/reference/packs.md; judges in tests."""

from mingbai.engine.reference.answers import Answer
from mingbai.engine.reference.interpreter import (
    Interpreted,
    Interpreter,
    RowAnswers,
    TreeRow,
    interpret,
    tree_of,
)

__all__ = [
    "Answer",
    "Interpreted",
    "Interpreter",
    "RowAnswers",
    "TreeRow",
    "interpret",
    "tree_of",
]
