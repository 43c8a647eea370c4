"""Lists of people (名册) are no statistics: they never become tidy rows."""

from __future__ import annotations

import re

from mingbai.tables.identity import id18
from mingbai.tables.layouts.blocks import Block
from mingbai.tables.layouts.cutting import Page

_PERSONAL = re.compile(
    r"姓名|户主|身份证|证件号|电话|手机|银行卡|账号|ID number|phone", re.IGNORECASE
)
_PHONE = re.compile(r"1\d{10}")


def is_register(page: Page, block: Block) -> bool:
    """Whether a block lists persons: by its header, or by numbers that identify people."""
    heads = [block.label_head, *("/".join(column.path) for column in block.columns)]
    if any(_PERSONAL.search(head) for head in heads):
        return True
    for column in block.columns:
        texts = [page.text(row.row, column.place) for row in block.rows]
        personal = sum(bool(id18(text) or _PHONE.fullmatch(text)) for text in texts if text)
        if personal >= 2 and 3 * personal >= sum(bool(text) for text in texts):
            return True
    return False
