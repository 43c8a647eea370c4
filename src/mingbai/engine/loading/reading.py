"""Reading typed fields out of YAML mappings, collecting every fault instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from mingbai.engine.errors import Fault, Place, fault, nearest
from mingbai.engine.loading.yaml_tree import Item
from mingbai.engine.model.pack import Replacement, Source
from mingbai.engine.model.values import (
    BOOL,
    DATE,
    INT,
    MONEY,
    TEXT,
    TYPE_NAMES,
    Kind,
    Text,
    Type,
    scaled,
)


class Fields:
    """The fields of one mapping (字段). ``done`` reports keys that nobody asked for."""

    def __init__(self, item: Item, faults: list[Fault]) -> None:
        self.place = item.place
        self.faults = faults
        self._seen: set[str] = set()
        self._map: dict[str, Item] = {}
        if item.is_mapping:
            self._map = item.mapping
        else:
            self.complain("PACK-006", item.place, name="…", want=_WANT["mapping"], got=_got(item))

    def complain(self, code: str, place: Place | None = None, **data: object) -> None:
        """Add a fault at a place (by default: where the mapping begins)."""
        self.faults.append(fault(code, place or self.place, **data))

    def has(self, key: str) -> bool:
        """Whether the key is there with a value that is not null."""
        self._seen.add(key)
        return key in self._map and self._map[key].value is not None

    def item(self, key: str, *, required: bool = False) -> Item | None:
        """The raw item of a key."""
        self._seen.add(key)
        found = self._map.get(key)
        if found is None or found.value is None:
            if required:
                self.complain("PACK-005", name=key)
            return None
        return found

    def string(self, key: str, *, required: bool = False, default: str = "") -> str:
        """A string; numbers must be quoted, so that codes such as 053 survive."""
        found = self.item(key, required=required)
        if found is None:
            return default
        if isinstance(found.value, str):
            if required and not found.value.strip():
                self.complain("PACK-005", found.place, name=key)
            return found.value
        self._wrong(key, "string", found)
        return default

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false."""
        found = self.item(key)
        if found is None:
            return default
        if isinstance(found.value, bool):
            return found.value
        self._wrong(key, "bool", found)
        return default

    def integer(self, key: str, default: int) -> int:
        """A whole number."""
        found = self.item(key)
        if found is None:
            return default
        if isinstance(found.value, int) and not isinstance(found.value, bool):
            return found.value
        self._wrong(key, "int", found)
        return default

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day as 2025-01-31."""
        found = self.item(key, required=required)
        if found is None:
            return None
        day = as_day(found)
        if day is None:
            self._wrong(key, "date", found)
        return day

    def text(self, key: str, *, required: bool = False) -> Text | None:
        """A text for people: ``{zh: …, en: …}``."""
        found = self.item(key, required=required)
        if found is None:
            return None
        inner = Fields(found, self.faults)
        text = Text(
            inner.string("zh", required=found.is_mapping),
            inner.string("en", required=found.is_mapping),
        )
        inner.done()
        return text

    def label(self, key: str = "label") -> Text:
        """A required text."""
        return self.text(key, required=True) or Text("", "")

    def source(self, key: str, *, required: bool = False) -> Source | None:
        """An expression as written."""
        found = self.item(key, required=required)
        return self.as_source(key, found) if found is not None else None

    def as_source(self, key: str, found: Item) -> Source | None:
        """An item as an expression; numbers and yes/no may stand unquoted."""
        if found.is_mapping or found.is_sequence:
            self._wrong(key, "string", found)
            return None
        if isinstance(found.value, bool):
            return Source(str(found.value).lower(), found.place)
        return Source(found.raw, found.place.shifted(1 if found.quoted else 0))

    def mapping(self, key: str, *, required: bool = False) -> dict[str, Item]:
        """A mapping of names to items; empty when absent."""
        found = self.item(key, required=required)
        if found is None:
            return {}
        if found.is_mapping:
            return found.mapping
        self._wrong(key, "mapping", found)
        return {}

    def sequence(self, key: str, *, required: bool = False) -> list[Item]:
        """A list of items; empty when absent."""
        found = self.item(key, required=required)
        if found is None:
            return []
        if found.is_sequence:
            return found.sequence
        self._wrong(key, "list", found)
        return []

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        result = []
        for part in self.sequence(key):
            if isinstance(part.value, str):
                result.append(part.value)
            else:
                self._wrong(key, "string", part)
        return tuple(result)

    def choice(self, key: str, options: Iterable[str], *, default: str | None = None) -> str | None:
        """One of some words; required when there is no default."""
        found = self.string(key, required=default is None, default=default or "")
        options = list(options)
        if found and found not in options:
            item = self.item(key)
            want = (" / ".join(options),) * 2
            self.complain("PACK-006", item.place if item else None, name=key, want=want, got=found)
            return default
        return found or default

    def replaces(self) -> Replacement | None:
        """The reason why the entry takes the place of one of the base pack."""
        found = self.item("replaces")
        if found is None:
            return None
        inner = Fields(found, self.faults)
        reason = inner.label("reason")
        inner.done()
        return Replacement(reason)

    def type(self, codes: Iterable[str], *, default_codes: str = "") -> Type:
        """The keys ``type``, ``scale`` and ``codes`` together."""
        name = self.choice("type", TYPE_NAMES)
        scale = self.integer("scale", 0)
        if not 0 <= scale <= 6:
            self.complain("PACK-006", name="scale", want=("0 到 6", "0 to 6"), got=scale)
            scale = 0
        list_name = self.string("codes", required=name == "code", default=default_codes)
        if list_name and list_name not in (known := list(codes)):
            self.complain("PACK-020", name=list_name, near=nearest(list_name, known))
            list_name = ""
        return _type_of(name, scale, list_name)

    def done(self, extra: Iterable[str] = ()) -> None:
        """Report keys that nobody asked for."""
        known = self._seen | set(extra)
        for key, item in self._map.items():
            if key not in known:
                self.complain(
                    "PACK-004", item.key or item.place, name=key, near=nearest(key, known)
                )

    def _wrong(self, key: str, want: str, found: Item) -> None:
        self.complain("PACK-006", found.place, name=key, want=_WANT[want], got=_got(found))


_WANT = {
    "string": ("加引号的文字", "a quoted string"),
    "bool": ("true 或 false", "true or false"),
    "int": ("整数", "a whole number"),
    "date": ("日期，如 2025-01-31", "a day such as 2025-01-31"),
    "mapping": ("键值表", "a mapping"),
    "list": ("列表", "a list"),
    "value": ("与类型相符的值", "a value of the declared type"),
}


def _got(item: Item) -> tuple[str, str]:
    if item.is_mapping:
        return _WANT["mapping"]
    if item.is_sequence:
        return _WANT["list"]
    return (item.raw[:40] or "空", item.raw[:40] or "empty")


def _type_of(name: str | None, scale: int, codes: str) -> Type:
    if name == "decimal":
        return Type(Kind.NUMBER, scale)
    if name == "code":
        return Type(Kind.CODE, codes=codes or None)
    return {"bool": BOOL, "int": INT, "money": MONEY, "date": DATE}.get(name or "", TEXT)


def as_day(item: Item) -> date | None:
    """An item as a day, or ``None``."""
    if isinstance(item.value, datetime):
        return None
    if isinstance(item.value, date):
        return item.value
    if isinstance(item.value, str):
        try:
            return date.fromisoformat(item.value)
        except ValueError:
            return None
    return None


def typed_value(
    item: Item, want: Type, codes: Iterable[str], faults: list[Fault], name: str
) -> bool | int | str | date | None:
    """A literal of the declared type; ``None`` with a fault when it does not fit."""
    value = item.value
    if want.kind is Kind.BOOL and isinstance(value, bool):
        return value
    if want.kind is Kind.NUMBER and not isinstance(value, bool) and not item.quoted:
        try:
            return scaled(item.raw, want.scale)
        except ValueError:
            pass
    if want.kind is Kind.DATE and (day := as_day(item)) is not None:
        return day
    if want.kind is Kind.TEXT and isinstance(value, str):
        return value
    if want.kind is Kind.CODE and not (item.is_mapping or item.is_sequence):
        return _code(item, want, list(codes), faults)
    faults.append(fault("PACK-006", item.place, name=name, want=_WANT["value"], got=_got(item)))
    return None


def _code(item: Item, want: Type, codes: list[str], faults: list[Fault]) -> str | None:
    if item.raw in codes:
        return item.raw
    faults.append(
        fault(
            "PACK-023", item.place, name=item.raw, codes=want.codes, near=nearest(item.raw, codes)
        )
    )
    return None
