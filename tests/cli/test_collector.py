"""The search for cycles is off while a county is in memory, and on again whatever happens."""

import gc

import pytest

from mingbai.cli.collector import without_search_for_cycles


def test_search_is_off_inside_and_on_again_after_an_error() -> None:
    def fail() -> None:
        with without_search_for_cycles():
            assert not gc.isenabled()
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert gc.isenabled()


def test_search_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with without_search_for_cycles():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
