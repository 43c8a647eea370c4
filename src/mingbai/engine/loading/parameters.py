"""Parameters (政策参数) of a pack, and the local list (本地清单) an office lays over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from mingbai.engine.errors import Fault, PackError, fault, nearest
from mingbai.engine.loading.facts import Codes, read_bound
from mingbai.engine.loading.reading import Fields, typed_value
from mingbai.engine.loading.yaml_tree import Item, parse_yaml, read_yaml
from mingbai.engine.model.pack import Pack, Parameter, ParameterValue
from mingbai.engine.model.values import Period, Type, unscaled


def read_parameter(name: str, item: Item, codes: Codes, faults: list[Fault]) -> Parameter:
    """One parameter with its values; open ends close where the next value of the region begins."""
    fields = Fields(item, faults)
    kind = fields.type(codes)
    local = fields.flag("local")
    source = fields.string("source")
    values = [
        value
        for part in fields.sequence("values")
        if (value := _read_value(name, part, kind, codes, source, local, faults)) is not None
    ]
    parameter = Parameter(
        id=name,
        type=kind,
        label=fields.label(),
        unit=fields.text("unit"),
        local=local,
        values=_closed(values, faults),
        place=item.place,
        replaces=fields.replaces(),
        minimum=read_bound(fields, "min", kind),
        maximum=read_bound(fields, "max", kind),
    )
    fields.done()
    _check_bounds(parameter, parameter.values, faults)
    return parameter


def _check_bounds(
    parameter: Parameter, values: tuple[ParameterValue, ...], faults: list[Fault]
) -> None:
    low, high = (
        "…" if bound is None else unscaled(bound, parameter.type.scale)
        for bound in (parameter.minimum, parameter.maximum)
    )
    for value in values:
        if not parameter.allows(value.value) and isinstance(value.value, int):
            got = unscaled(value.value, parameter.type.scale)
            want = (f"{low} 到 {high} 之间的数", f"a number between {low} and {high}")
            faults.append(fault("PACK-006", value.place, name="value", want=want, got=got))


def _read_value(
    name: str, item: Item, kind: Type, codes: Codes, source: str, local: bool, faults: list[Fault]
) -> ParameterValue | None:
    fields = Fields(item, faults)
    starts_on, ends_on = fields.day("from", required=True), fields.day("to")
    region = fields.string("region")
    own_source = fields.string("source", default=source)
    found = fields.item("value", required=True)
    fields.done()
    if not own_source and not local:
        fields.complain("PACK-005", name="source")
    if starts_on is None or found is None:
        return None
    if ends_on is not None and ends_on <= starts_on:
        fields.complain("PACK-006", name="to", want=("晚于 from", "after from"), got=str(ends_on))
        return None
    if region and not region.isdigit():
        fields.complain(
            "PACK-006", name="region", want=("区划代码开头的数字", "digits"), got=region
        )
    value = typed_value(found, kind, codes.get(kind.codes or "", {}), faults, name)
    if value is None:
        return None
    return ParameterValue(Period(starts_on, ends_on), region, value, own_source, local, item.place)


def _closed(values: list[ParameterValue], faults: list[Fault]) -> tuple[ParameterValue, ...]:
    """Let a later value of the same region end an earlier open one; refuse true overlaps."""
    result: list[ParameterValue] = []
    for value in sorted(values, key=lambda item: (item.region, item.period.starts_on)):
        last = result[-1] if result and result[-1].region == value.region else None
        if last is not None and last.period.overlaps(value.period):
            if last.period.ends_on is not None or last.period.starts_on == value.period.starts_on:
                days = f"{last.period.starts_on} / {value.period.starts_on}"
                faults.append(fault("PACK-040", value.place, detail_zh=days, detail_en=days))
                continue
            ended = Period(last.period.starts_on, value.period.starts_on)
            result[-1] = replace(last, period=ended)
        result.append(value)
    return tuple(result)


def apply_local(pack: Pack, path: Path) -> Pack:
    """Lay a local list over the pack's parameters; local values win on their days and regions.

    Raises ``PackError`` for unknown parameters and values that do not fit.
    """
    faults: list[Fault] = []
    return _laid_over(pack, read_yaml(path, path.name, faults), faults)


def apply_values(pack: Pack, text: str, shown: str) -> Pack:
    """The same of a list that is no file; `shown` is its name in messages. Raises ``PackError``."""
    faults: list[Fault] = []
    return _laid_over(pack, parse_yaml(text, shown, faults), faults)


def _laid_over(pack: Pack, item: Item | None, faults: list[Fault]) -> Pack:
    changed: dict[str, Parameter] = dict(pack.parameters)
    if item is not None:
        fields = Fields(item, faults)
        for name, entry in fields.mapping("parameters", required=True).items():
            if name not in changed:
                near = nearest(name, changed)
                faults.append(fault("PACK-020", entry.place, name=name, near=near))
            else:
                changed[name] = _overlaid(changed[name], entry, pack, faults)
        fields.done()
    if faults:
        raise PackError(faults)
    return replace(pack, parameters=changed)


def _overlaid(parameter: Parameter, item: Item, pack: Pack, faults: list[Fault]) -> Parameter:
    fields = Fields(item, faults)
    source = fields.string("source", default="本地清单 / local list")
    codes = {name: dict(codes) for name, codes in pack.codes.items()}
    values = []
    for part in fields.sequence("values", required=True):
        value = _read_value(parameter.id, part, parameter.type, codes, source, True, faults)
        if value is not None:
            values.append(value)
    fields.done()
    local = _closed(values, faults)
    _check_bounds(parameter, local, faults)
    kept = [rest for value in parameter.values for rest in _without(value, local)]
    return replace(parameter, values=(*local, *kept))


def _without(value: ParameterValue, local: tuple[ParameterValue, ...]) -> list[ParameterValue]:
    """What is left of a pack's value beside the local values of the same region."""
    rest = [value]
    for taken in (item for item in local if item.region == value.region):
        rest = [part for item in rest for part in _cut(item, taken.period)]
    return rest


def _cut(value: ParameterValue, taken: Period) -> list[ParameterValue]:
    if not value.period.overlaps(taken):
        return [value]
    parts = []
    if value.period.starts_on < taken.starts_on:
        parts.append(replace(value, period=Period(value.period.starts_on, taken.starts_on)))
    if taken.ends_on is not None and (
        value.period.ends_on is None or taken.ends_on < value.period.ends_on
    ):
        parts.append(replace(value, period=Period(taken.ends_on, value.period.ends_on)))
    return parts


def with_values(pack: Pack, values: Mapping[str, bool | int | str | date], source: str) -> Pack:
    """The pack with parameters set to one value everywhere and always (a trial)."""
    changed = dict(pack.parameters)
    for name, value in values.items():
        old = changed[name]
        trial = ParameterValue(Period(date.min), "", value, source, True, old.place)
        changed[name] = replace(old, values=(trial,))
    return replace(pack, parameters=changed)
