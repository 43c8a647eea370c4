"""Python's search for cycles (循环垃圾回收), left out while a county is in memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_search_for_cycles() -> Iterator[None]:
    """The collector off for a while: a county is millions of small objects that last.

    Going through them again and again took a fifth of the time of a screening and found nothing; the
    peak of memory stays the same.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
