"""Numbers of problems: every one has both languages, is used, and is documented."""

from __future__ import annotations

import re
import string

from mingbai.tables import catalogue, identity, load_profiles, profile_files, spec_files
from mingbai.tables.fit import check_profiles
from tests.tables.packs import POLICIES, ROOT, schema_of

SOURCE = "".join(path.read_text("utf-8") for path in (ROOT / "src/mingbai").rglob("*.py"))
PAGE = (ROOT / "docs/reference/tables.md").read_text("utf-8")


def test_every_number_is_used_and_every_used_number_exists() -> None:
    assert set(re.findall(r"TABLE-\d{3}", SOURCE)) == set(catalogue())


def test_a_number_tells_its_family_and_the_page_says_so() -> None:
    """docs/reference/errors.md has each number; here the ranges are explained."""
    ranges = dict(re.findall(r"^\| (\d{3})–\d{3} \| (\w+) \|", PAGE, re.MULTILINE))
    for code, entry in catalogue().items():
        first = max(start for start in ranges if start <= code.removeprefix("TABLE-"))
        assert ranges[first] == entry.family, code


def test_the_page_names_every_key_of_a_profile() -> None:
    keys = (*profile_files._KEYS, *spec_files._KEYS, *identity.ID_PARTS, *profile_files._CHECKS)
    missing = [key for key in keys if f"`{key}`" not in PAGE and f"\n{key}:" not in PAGE]
    assert missing == []


def test_both_languages_fill_the_same_blanks() -> None:
    for entry in catalogue().values():
        blanks = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in entry.message
        ]
        assert blanks[0] == blanks[1], entry.code
        assert all(entry.message), entry.code
        assert all(entry.advice), entry.code


def test_shipped_profiles_fit_their_packs() -> None:
    for packs in (("cn",), ("cr",), ("cn", "cn-checks")):
        folders = [POLICIES / pack / "profiles" for pack in packs]
        check_profiles(load_profiles(folders), schema_of(*packs))
