"""Guides and units: every command in them is one of ours, with options that it has; both languages agree."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from mingbai.cli.main import COMMANDS, cli

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
UNITS = sorted((ROOT / "deploy").rglob("*.service"))
BLOCK = re.compile(r"^```\n(.*?)^```", re.DOTALL | re.MULTILINE)
OURS = re.compile(r"(?:^|\s|/)(?:mingbai|drill) (?=[a-z])([^;|&\n}]+)")


def _blocks(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def _commands(text: str) -> list[str]:
    """What stands behind `mingbai`, or behind the drill's stand-in for it."""
    lines = [line for line in text.splitlines() if not line.startswith(("cp ", "mv ", "systemctl"))]
    found = [one.strip() for line in lines for one in OURS.findall(line)]
    return [one for one in found if one.split()[0] in COMMANDS or not one.split()[0].isascii()]


def _lacking(command: str) -> list[str]:
    """Words that are options of no command on the way."""
    words = shlex.split(command.replace("'", ""))
    found: click.Command | None = cli
    known: set[str] = {"--help"}
    for word in words:
        if isinstance(found, click.Group) and not word.startswith("-"):
            found = found.get_command(click.Context(found), word)
            assert found is not None, command
            known |= {name for one in found.params for name in (*one.opts, *one.secondary_opts)}
    return [word for word in words if word.startswith("--") and word not in known]


@pytest.mark.parametrize("page", [*GUIDES, *UNITS], ids=lambda page: page.name)
def test_commands_have_the_options_they_are_given(page: Path) -> None:
    texts = _blocks(page) if page.suffix == ".md" else [page.read_text(encoding="utf-8")]
    found = [one for text in texts for one in _commands(text)]
    assert [(one, _lacking(one)) for one in found if _lacking(one)] == []


def test_there_is_something_to_look_at() -> None:
    deployment = ROOT / "docs" / "guides" / "deployment.md"
    found = {one.split()[0] for text in _blocks(deployment) for one in _commands(text)}
    assert {"migrate", "serve", "keys", "restore", "audit", "users"} <= found
    assert _lacking("serve --with-werker") == ["--with-werker"]
    units = [one for page in UNITS for one in _commands(page.read_text(encoding="utf-8"))]
    assert {one.split()[0] for one in units} == {"serve", "worker", "backup"}


def test_both_languages_give_the_same_commands() -> None:
    folder = ROOT / "docs" / "guides"
    for page in folder.glob("*.zh-Hans.md"):
        english = folder / page.name.replace(".zh-Hans", "")
        assert _blocks(page) == _blocks(english)


def test_files_that_a_guide_copies_are_there() -> None:
    named = {
        word
        for page in GUIDES
        for text in _blocks(page)
        for word in re.findall(r"(?<![\w/])deploy/[\w./*-]+", text)
    }
    assert named
    assert [word for word in named if not [*ROOT.glob(word)]] == []
