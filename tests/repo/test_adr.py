"""Decision records can be cited by number."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "adr"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
PARTS = ["Context", "Options", "Decision", "Consequences", "What would make us revisit"]


def test_names_are_number_and_title() -> None:
    assert [name for name in PAGES if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name)] == []
    assert len(PAGES) >= 4


def test_numbers_are_unique_and_without_gap() -> None:
    numbers = [int(name[:4]) for name in PAGES]
    assert numbers == list(range(1, len(PAGES) + 1))


def test_heading_has_the_number_of_the_file() -> None:
    wrong = [name for name, text in PAGES.items() if not text.startswith(f"# {name[:4]}: ")]
    assert wrong == []


def test_every_record_has_status_date_and_parts() -> None:
    status = re.compile(r"^Status: (proposed|accepted|superseded by \d{4}), \d{4}-\d\d-\d\d$", re.M)
    assert [name for name, text in PAGES.items() if not status.search(text)] == []
    parts = {name: re.findall(r"^## (.*)$", text, re.M) for name, text in PAGES.items()}
    assert [name for name, found in parts.items() if found != PARTS] == []


def test_a_record_fits_one_page() -> None:
    assert [name for name, text in PAGES.items() if len(text.splitlines()) > 70] == []
