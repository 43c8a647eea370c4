"""Policy is data: no line, threshold or amount of a policy stands under src/."""

import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for path in (ROOT / "src").glob("**/*.py") if "migrations" not in path.parts
)  # widths of columns are no policy
DATA = [
    path
    for kind in ("yaml", "html", "css", "json", "po")
    for path in sorted((ROOT / "src").glob(f"**/*.{kind}"))
]
POLICY = re.compile(
    r"poverty|monitoring_line|dibao|allowance|subsid|reimburs|entitle|贫困|监测|低保|补贴|收入线|雨露|报销"
)
AMOUNT = re.compile(r"\d[\d,]*(?:\.\d+)?\s*(?:元|万元|yuan|CNY)")
SMALLEST = 20  # below that, numbers are indexes, widths and digits


def numbers_beside_policy_words(code: str) -> list[str]:
    """Logical lines that hold both a number of some size and a policy word outside comments."""
    found, line, number = [], "", False
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.NEWLINE:
            if number and POLICY.search(line):
                found.append(line.strip())
            line, number = "", False
        elif token.type != tokenize.COMMENT:
            line += token.string + " "
            number |= token.type == tokenize.NUMBER and _is_large(token.string)
    return found


def _is_large(text: str) -> bool:
    value = float(text) if re.fullmatch(r"[\d_.]+", text) else 0.0
    return value >= SMALLEST or value % 1 != 0


@pytest.mark.parametrize("code", ["poverty_line = 8700\n", "x = {'低保': 0.9}\n"])
def test_a_policy_number_is_noticed(code: str) -> None:
    assert numbers_beside_policy_words(code) != []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_number_beside_a_policy_word(path: Path) -> None:
    assert numbers_beside_policy_words(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SOURCES + DATA, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_amount_of_money(path: Path) -> None:
    assert AMOUNT.findall(path.read_text(encoding="utf-8")) == []
