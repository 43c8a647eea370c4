"""Initials of names (姓名拼音首字母): every living reading of the surname, the usual one of the other signs.

单 is searched by s, and by whoever does not know it by d or c. Common surnames whose other readings are dead
(王 yù) have only the usual one, else every y would find all 王.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from pypinyin import Style, lazy_pinyin, pinyin

#: Surnames with one living reading, whatever else old dictionaries list.
_ONE_READING = frozenset(
    "王吴朱冯于董邓许沈彭蔡贾丁叶余潘杜夏汪任方石姚郝汤施陶温芦俞焦邢齐庄祝涂谷祁舒詹童甄游裴屈位霍隋甘景"
    "包司宁阮柴冉房戚古池姬揭艾稽卞封竺匡鞠僧臺卜許馮鄧葉湯溫龐陳張"
)
#: Compound surnames that are not read sign by sign.
_COMPOUND = {"万俟": "mq", "萬俟": "mq"}
#: Further parts of one name that are kept for search: all of two signs and more in names of up to seven; a
#: longer one is found by its parts behind dots.
MOST_PARTS = 4
_DOTS = "·•・. "


@cache
def _usual(sign: str) -> str:
    """The initial of the usual reading; of a letter itself; nothing for a dot or an unknown sign."""
    return _initial(lazy_pinyin(sign)[0])


@cache
def _surname_initials(sign: str) -> tuple[str, ...]:
    if sign in _ONE_READING:
        return (_usual(sign),)
    readings = pinyin(sign, style=Style.NORMAL, heteronym=True)[0]
    return tuple(dict.fromkeys([_usual(sign), *map(_initial, readings)]))


def _initial(reading: str) -> str:
    plain = unicodedata.normalize("NFKD", reading)[:1].lower()
    return plain if plain.isascii() and plain.isalpha() else ""


def initials_of(name: str) -> tuple[str, ...]:
    """The initials of a name, one text for each reading of the surname, the usual one first.

    >>> initials_of("单雄信"), initials_of("吕布"), initials_of("欧阳修")
    (('dxx', 'cxx', 'sxx'), ('lb',), ('oyx',))
    """
    if not name:
        return ()
    rest = "".join([_usual(sign) for sign in name[1:]])
    found = [first + rest for first in _surname_initials(name[0])]
    if name[:2] in _COMPOUND:
        found.append(_COMPOUND[name[:2]] + "".join([_usual(sign) for sign in name[2:]]))
    return tuple(one for one in dict.fromkeys(found) if one)


def given_parts(name: str) -> tuple[str, ...]:
    """What a part of the name can begin with: the name without its first sign, and later parts of a long one.

    >>> given_parts("戴刚泽"), given_parts("欧阳建国"), given_parts("单")
    (('刚泽',), ('阳建国', '建国'), ())
    """
    if len(name) < 2:
        return ()
    later = [name[at:] for at in range(2, len(name) - 1)]
    if len(later) > MOST_PARTS:
        later = [name[at + 1 :] for at, sign in enumerate(name[:-2]) if sign in _DOTS and at]
    return (name[1:], *later[:MOST_PARTS])
