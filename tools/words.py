"""Brings the catalogues of the screens up to date (界面文案): `make words`.

The message ids are the Chinese texts of the code. They are read from calls of gettext in Python, from the
labels of code lists, and from the templates by Django's own reading of its tags. English is written by
people; what is new stands empty until then. Traditional Chinese is made here, whole.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from hatch_build import compile_catalogues  # noqa: E402 - lies beside pyproject.toml, is no package
from mingbai.common.traditional import traditional  # noqa: E402 - as the line above

SOURCE = ROOT / "src" / "mingbai"
LOCALE = SOURCE / "locale"
#: Calls that take a text: how many texts, after how many words of context.
CALLS = {
    "gettext": (1, 0), "gettext_lazy": (1, 0), "gettext_noop": (1, 0), "ngettext": (2, 0),
    "ngettext_lazy": (2, 0), "pgettext": (1, 1), "pgettext_lazy": (1, 1), "npgettext": (2, 1),
}  # fmt: skip
#: The same for Babel, which reads the templates as Django hands them on.
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
LABELLED = "TextChoices"


@dataclass(frozen=True)
class Found:
    """A text that the screens say (文案): singular and plural are often the same Chinese."""

    texts: tuple[str, ...]
    context: str | None
    file: str


def in_python(path: Path) -> Iterator[Found]:
    """Texts of a module: its calls of gettext, under whatever name it imports them, and its labels."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = dict(_imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            texts, context = CALLS[names[node.func.id]]
            given = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            words = given[context : context + texts]
            if len(words) == texts:
                yield _found(words, given[0] if context else None, path)
        elif isinstance(node, ast.ClassDef) and LABELLED in {_last(base) for base in node.bases}:
            for label in _labels(node):
                yield _found([label], None, path)


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for one in node.names:
                if one.name in CALLS:
                    yield one.asname or one.name, one.name


def _last(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")


def _labels(choices: ast.ClassDef) -> Iterator[str]:
    """The second part of every member: code and label."""
    for line in choices.body:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
            label = line.value.elts[1]
            if isinstance(label, ast.Constant) and isinstance(label.value, str):
                yield label.value


def in_template(path: Path) -> Iterator[Found]:
    """Texts of a template, exactly as Django will look them up."""
    read = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    flat = "\n".join(line.strip() for line in read.splitlines())  # blanks would be Python's indents
    for _line, words, _comments, context in extract("python", io.BytesIO(flat.encode()), KEYWORDS):
        texts = [words] if isinstance(words, str) else [one for one in words if one]
        yield _found(texts, context, path)


def _found(words: Iterable[str], context: str | None, path: Path) -> Found:
    return Found(tuple(words), context, path.relative_to(SOURCE.parent).as_posix())


def in_code() -> list[Found]:
    """Every text of the screens, by file."""
    found = [one for path in sorted(SOURCE.rglob("*.py")) for one in in_python(path)]
    return found + [one for path in sorted(SOURCE.rglob("*.html")) for one in in_template(path)]


def template(found: Iterable[Found]) -> Catalog:
    """The texts as an empty catalogue, in a fixed order; a text that counts anywhere counts."""
    made = Catalog(charset="utf-8")
    for one in sorted(found, key=lambda one: (one.texts[0], one.context or "", -len(one.texts))):
        made.add(one.texts if len(one.texts) > 1 else one.texts[0], locations=[(one.file, 0)],
                 context=one.context)  # fmt: skip
    return made


def catalogue_of(language: str) -> Path:
    """Where a language's texts stand."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """A catalogue as it stands; an empty one at first."""
    path = catalogue_of(language)
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def brought_up_to_date(stands: Catalog, texts: Catalog) -> Catalog:
    """New texts empty; those that are gone leave with their English, which the history keeps."""
    stands.update(texts, no_fuzzy_matching=True)
    stands.obsolete.clear()
    return stands


def in_traditional(texts: Catalog) -> Catalog:
    """The whole catalogue in traditional characters; it has one form for every number."""
    made = Catalog(locale="zh_Hant", charset="utf-8")
    for one in _messages(texts):
        said = one.id if isinstance(one.id, str) else one.id[:1]
        told = traditional(said) if isinstance(said, str) else tuple(map(traditional, said))
        made.add(one.id, told, locations=one.locations, context=one.context)
    return made


HEAD_OF = {
    "en": "# English texts of the screens. The message ids are the Chinese texts of the code.\n"
    "# English is written, not translated word by word. New ids come by `make words`.",
    "zh_Hant": "# Made by `make words` from the simplified texts and words.tsv; do not edit.",
}


def _messages(catalogue: Catalog) -> list[Message]:
    return [one for one in catalogue if one.id]


def write(catalogue: Catalog, language: str) -> None:
    """The file, without line numbers and dates, so that only a changed text changes it."""
    catalogue.header_comment = HEAD_OF[language]
    catalogue.fuzzy = False
    path = catalogue_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = io.BytesIO()
    write_po(drawn, catalogue, width=100, sort_output=True, include_lineno=False)
    head, blank, rest = drawn.getvalue().decode().partition("\n\n")
    kept = [line for line in head.splitlines() if not line.startswith(DATED)]
    path.write_text("\n".join(kept) + blank + rest, encoding="utf-8")


DATED = (
    '"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Language-Team',
    '"Generated-By', '"Report-Msgid-Bugs-To',
)  # fmt: skip


def main() -> None:
    """Write the catalogues, compile them, say what is missing."""
    texts = template(in_code())
    english = brought_up_to_date(read("en"), texts)
    write(english, "en")
    write(in_traditional(texts), "zh_Hant")
    compile_catalogues(LOCALE)
    missing = [one.id for one in _messages(english) if not all(_strings(one))]
    print(f"{len(_messages(english))} texts, {len(missing)} without English")
    for one in missing:
        print(" ", one if isinstance(one, str) else one[0])


def _strings(message: Message) -> tuple[str, ...]:
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


if __name__ == "__main__":
    main()
