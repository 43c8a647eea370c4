"""The invented county of the screens' tests, with something of every kind in it."""

from tests.desk.conftest import county

__all__ = ["county"]
