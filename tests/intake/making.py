"""Small lists of offices, all invented, and their import."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from mingbai.engine.model.pack import Pack
from mingbai.households.models import Household, Person
from mingbai.intake.actions import Delivery, Imported, import_files
from mingbai.intake.claims import Asking
from mingbai.intake.difference import Cell, Difference, Listed
from mingbai.intake.examining import examine
from mingbai.intake.files import FileUpload, accept
from mingbai.tables.identity import check_sign

JUNE, JULY, MAY = date(2025, 6, 30), date(2025, 7, 31), date(2025, 5, 31)
Rows = Sequence[Mapping[str, Any]]


def id_number(serial: int, birth: str = "19800101", region: str = "990101") -> str:
    """An ID number that fits; region 99 is nobody's."""
    body = f"{region}{birth}{serial:03d}"
    return body + check_sign(body)


def home(number: str = "H1", **more: Any) -> dict[str, Any]:
    """A row of the household export."""
    return {
        "省": "湖南省", "县": "洞口县", "乡": "竹市镇", "村": "东村", "户编号": number, "户主姓名": "肖一",
        "家庭人口数": 2, "户类型": "脱贫户", "首次识别时间": "201405", "是否危房户": "否",
        "工资性收入": 12000, "人均纯收入": 9000, "联系电话": "19900000001", **more,
    }  # fmt: skip


def member(number: str = "P1", house: str = "H1", serial: int = 1, **more: Any) -> dict[str, Any]:
    """A row of the member export."""
    return {
        "户编号": house, "人口编号": number, "姓名": "肖一", "性别": "男", "证件类型": "居民身份证",
        "证件号码": id_number(serial), "与户主关系": "户主", "文化程度": "初中", "劳动技能": "普通劳动力",
        "务工时间（月）": 6, "健康状况": "健康", "是否享受低保": "否",
        "是否参加城乡居民基本医疗保险": "是", **more,
    }  # fmt: skip


FAMILY = (member(), member("P2", serial=2, 姓名="王二", 性别="女", 与户主关系="配偶"))


@dataclass
class Office:
    """Writes lists into a folder and imports them."""

    folder: Path
    pack: Pack
    names: Iterator[int] = field(default_factory=lambda: iter(range(1000)))

    def list(self, rows: Rows, name: str = "") -> Path:
        """A list as csv."""
        path = self.folder / (name or f"list-{next(self.names)}.csv")
        heads = list(dict.fromkeys(head for row in rows for head in row))
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, heads)
            writer.writeheader()
            writer.writerows(rows)
        return path

    def asking(self, day: date = JUNE, **more: Any) -> Asking:
        return Asking(**{"as_of": day, "year": day.year, **more})

    def look(self, *lists: Rows, day: date = JUNE, **more: Any) -> Difference:
        """Only compare."""
        return examine([self.list(rows) for rows in lists], self.pack, self.asking(day, **more))

    def bring(self, *lists: Rows, day: date = JUNE, apply_gone: bool = False, again: bool = False,
              **more: Any) -> Imported:  # fmt: skip
        """Import lists."""
        return self.deliver(
            [self.list(rows) for rows in lists], day, apply_gone=apply_gone, again=again, **more
        )

    def deliver(self, paths: Sequence[Path], day: date = JUNE, *, apply_gone: bool = False,
                again: bool = False, **more: Any) -> Imported:  # fmt: skip
        """Import files."""
        stored = [accept(FileUpload(path), actor="command") for path in paths]
        return import_files(
            actor="command", delivery=Delivery(paths, stored), pack=self.pack,
            asking=self.asking(day, **more), apply_gone=apply_gone, again=again,
        )  # fmt: skip


def cells(difference: Difference) -> dict[str, Cell]:
    """What changes, by topic and column."""
    return {f"{one.topic}.{one.column}": one for one in difference.changed()}


def listed(difference: Difference) -> list[Listed]:
    """Conflicts, without the places nobody knows in these small registers."""
    return [one for one in difference.conflicts() if one.kind != "place_unknown"]


def household(number: str = "H1") -> Household:
    """A standing household by its number."""
    return Household.objects.recorded().get(number=number)


def person(number: str = "P1") -> Person:
    """A standing person by number."""
    return Person.objects.recorded().get(number=number)
