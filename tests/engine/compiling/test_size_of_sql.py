"""The compiled query grows with the expression, not with a power of its depth."""

from __future__ import annotations

import pytest

from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.errors import PackError
from mingbai.engine.model.pack import Pack
from tests.engine.everywhere import with_rule
from tests.engine.packs import DAY

NESTED = [
    ("if(size > 1, ", "size", ", rent)"),
    ("if(owns, ", "full_years(as_of)", ", size)"),
    ("greatest(size, ", "rent", ")"),
    ("round(", "balance", " / size, 2)"),
    ("size + (", "rent", ")"),
    ("if_na(rent - ", "size", ", 0)"),
    ("(size - ", "size", ")"),
]


def length(pack: Pack, text: str, *, causes: bool) -> int:
    bound = bind_pack(with_rule(pack, text), DAY)
    return len(compile_bound(bound, outputs=["asked"], causes=causes).sql())


@pytest.mark.parametrize("causes", [True, False])
@pytest.mark.parametrize(("head", "core", "tail"), NESTED, ids=[item[0] for item in NESTED])
def test_nesting_does_not_multiply(
    pack: Pack, head: str, core: str, tail: str, causes: bool
) -> None:
    sizes = [
        length(pack, head * depth + core + tail * depth, causes=causes) for depth in (4, 8, 12)
    ]
    assert sizes[2] < 3 * sizes[1] < 9 * sizes[0]


@pytest.mark.parametrize("causes", [True, False])
def test_arguments_do_not_multiply(pack: Pack, causes: bool) -> None:
    sizes = [
        length(pack, f"least({', '.join(f'rent + {n}' for n in range(count))})", causes=causes)
        for count in (4, 8, 12)
    ]
    assert sizes[2] < 3 * sizes[1] < 9 * sizes[0]


@pytest.mark.parametrize("count", [50, 100, 200, 399])
@pytest.mark.parametrize("text", ["size", "rent", "income"])
def test_long_sum_is_compiled_or_refused(pack: Pack, count: int, text: str) -> None:
    terms = " + ".join([text] * count)
    codes = _codes(pack, terms)
    assert codes in ([], ["PACK-031"])


def _codes(pack: Pack, text: str) -> list[str]:
    try:
        length(pack, text, causes=True)
    except PackError as error:
        return [item.code for item in error.faults]
    return []
