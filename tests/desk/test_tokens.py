"""The colours of the desk: each pair that occurs is legible, in light and in dark; none stands elsewhere."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import django_htmx
import pytest

import mingbai.desk

STATIC = Path(mingbai.desk.__file__).parent / "static" / "desk"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css"))}
PLAIN = {name: re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for name, text in TEXTS.items()}
SCRIPT = (STATIC / "desk.js").read_text(encoding="utf-8")
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
SCRIPT_LIMIT = 40_000  # bytes compressed, with htmx


#: A token with its colours: in light and, where it has another, in dark.
COLOUR = r"--([\w-]+):\s*(?:var\(--lit, )?(#[0-9a-f]{6})\)?(?: var\(--unlit, (#[0-9a-f]{6})\))?;"
_found = re.findall(COLOUR, TEXTS["tokens.css"])
THEMES = {
    "light": {name: light for name, light, _ in _found},
    "dark": {name: dark or light for name, light, dark in _found},
}
#: Text on ground, with the least contrast: 4.5 for text, 3 for edges and shapes that carry a meaning.
PAIRS = [
    *((text, ground, 4.5)
      for text in ("ink", "ink-2", "ink-3", "zhu", "song", "zhe")
      for ground in ("ground", "paper", "paper-2", "sel")),
    *((text, "zhe-wash", 4.5) for text in ("ink", "ink-2", "ink-3", "zhe", "zhu")),
    *((text, "zhu-wash", 4.5) for text in ("ink", "ink-2", "ink-3", "zhu")),
    ("ink", "song-wash", 4.5), ("on-zhu", "zhu-fill", 4.5), ("on-zhu", "zhu-deep", 4.5),
    ("on-bar", "bar", 4.5), ("ground", "ink", 4.5), ("on-seal", "seal", 4.5),
    ("on-q", "q1", 4.5), ("on-q", "q2", 4.5), ("on-q", "q3", 4.5), ("on-deep-q", "q4", 4.5),
    ("on-deep-q", "q5", 4.5),
    ("field", "ground", 3), ("focus", "ground", 3), ("focus", "paper", 3), ("zhe-line", "ground", 3),
    ("zhu", "short", 3), ("zhe-line", "short", 2), ("ink", "short", 4.5),
    *((f"c{number}", "ground", 3) for number in range(1, 7)),
]  # fmt: skip


def _light_of(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The WCAG 2 ratio of two colours."""
    high, low = sorted((_light_of(one), _light_of(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_says() -> None:
    assert round(contrast("#ffffff", "#000000"), 1) == 21.0
    assert round(contrast("#ffffff", "#767676"), 2) == 4.54


@pytest.mark.parametrize("theme", THEMES)
def test_every_pair_is_legible(theme: str) -> None:
    tokens = THEMES[theme]
    poor = {
        (text, ground): round(contrast(tokens[text], tokens[ground]), 2)
        for text, ground, least in PAIRS
        if contrast(tokens[text], tokens[ground]) < least
    }
    assert poor == {}


def test_every_colour_is_said_once_for_both_themes() -> None:
    assert len(_found) == len(THEMES["light"]) > 30
    assert sum(bool(dark) for *_, dark in _found) > 30


def test_colours_stand_in_the_tokens_alone() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
    paper = re.compile(r"@media print \{.*", re.DOTALL)  # ink on paper is black in every theme
    found = {
        name: colour.findall(paper.sub("", text))
        for name, text in PLAIN.items()
        if name != "tokens.css" and colour.findall(paper.sub("", text))
    }
    assert found == {}


def test_every_variable_that_is_used_is_defined() -> None:
    defined = set(re.findall(r"(--[\w-]+):", TEXTS["tokens.css"]))
    used = {name for text in PLAIN.values() for name in re.findall(r"var\((--[\w-]+)", text)}
    assert used - defined == set()


#: What Chromium 86 does not know (the browser of PCs with Windows 7), with the version that brought it.
STYLE_TOO_NEW = {
    ":is( and :where( (88)": r":(is|where)\(", ":has( (105)": r":has\(",
    "container queries (105)": r"@container|container-type", "layers (99)": r"@layer",
    "aspect-ratio (88)": r"aspect-ratio", "inset (87)": r"(?<![\w-])inset\s*:",
    "accent-color (93)": r"accent-color", "color-mix (111)": r"color-mix|oklch|oklab|\blab\(",
    "dynamic viewport units (108)": r"\d(dvh|svh|lvh|dvw)\b", "subgrid (117)": r"subgrid",
    "overflow: clip (90)": r"overflow(-[xy])?:\s*clip", "nesting (112)": r"(?m)^\s*&|\{[^{}]*&",
    "logical shorthands (87)": r"(margin|padding)-(inline|block)\s*:",
    "underline offset (87)": r"text-underline-offset|text-decoration-thickness|text-decoration:[^;]*px",
    "scrollbar-gutter (94)": r"scrollbar-gutter", "text-wrap (114)": r"text-wrap",
    "range queries (104)": r"@media[^{]*[<>]=?", "lists in :not() (88)": r":not\([^)]*,",
    "individual transforms (104)": r"(?<![\w-])(translate|rotate|scale)\s*:",
    "contain-intrinsic (95)": r"contain-intrinsic-(block|inline)",
}  # fmt: skip
SCRIPT_TOO_NEW = {
    "at() (92)": r"\.at\(", "Object.hasOwn (93)": r"hasOwn\(", "structuredClone (98)": r"structuredClone",
    "findLast (97)": r"findLast", "toSorted (110)": r"to(Sorted|Reversed|Spliced)\(",
    "private methods (84)": r"(?m)^\s*#\w+\(", "static blocks (94)": r"static \{",
    "regexp v (112)": r"/[a-z]*v[;,)]", "Promise.withResolvers (119)": r"withResolvers",
    "Array groupBy (117)": r"groupBy\(", "crypto.randomUUID (92)": r"randomUUID",
    "AbortSignal.timeout (103)": r"AbortSignal\.(timeout|any)",
    "popover (114)": r"showPopover",
    "top-level await (89)": r"(?m)^await ", "error cause (93)": r"\{ ?cause:",
    "eval": r"\beval\(|new Function",
    "the clipboard API needs HTTPS": r"navigator\.clipboard",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_styles_stay_within_chromium_86(name: str) -> None:
    assert [what for what, sign in STYLE_TOO_NEW.items() if re.search(sign, PLAIN[name])] == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_script_stays_within_chromium_86(path: Path) -> None:
    code = re.sub(r"(?<!:)//.*", "", path.read_text(encoding="utf-8"))
    assert [what for what, sign in SCRIPT_TOO_NEW.items() if re.search(sign, code)] == []


@pytest.mark.parametrize(
    "sign", ["a:is(b)", "x{inset:0}", "p{aspect-ratio:1}", "@layer a", "i{height:1dvh}"]
)
def test_what_is_too_new_is_found(sign: str) -> None:
    assert any(re.search(known, sign) for known in STYLE_TOO_NEW.values())


def test_all_script_together_is_small() -> None:
    files = [HTMX, *STATIC.glob("*.js")]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 6)) for path in files}
    assert sum(sizes.values()) <= SCRIPT_LIMIT, sizes


def test_no_script_or_style_asks_another_host() -> None:
    everything = "".join([*TEXTS.values(), SCRIPT])
    assert re.findall(r"https?://|@import|url\(", everything) == []
