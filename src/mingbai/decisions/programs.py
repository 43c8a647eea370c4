"""Packs compiled once a process (编译缓存): for states, and whole for explanations."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from operator import or_
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db.models import Q

from mingbai.decisions.columns import COLUMNS, FILLED
from mingbai.decisions.enums import ProposalState
from mingbai.decisions.models import ParameterProposal
from mingbai.engine.compiling import Program, compile_bound, compile_pack
from mingbai.engine.errors import PackError, Place, fault
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.loading import apply_values, load_pack
from mingbai.engine.model.pack import Pack
from mingbai.households.topics import topic_of

_Stamp = tuple[tuple[str, int, int], ...]
_packs: dict[str, tuple[_Stamp, Pack]] = {}
#: Seconds between two looks at the files of a pack, and when each was looked at: a page asks three times.
LOOKS = 1.0
_looked: dict[str, float] = {}
_programs: dict[tuple[str, date, tuple[str, ...], bool], Program] = {}
_few: dict[tuple[str, date, tuple[str, ...], tuple[str, ...]], Tracer] = {}
_MOST_FEW = 200
#: A process sees a pack or two on a day or two; more is an old day that nobody asks for again.
_MOST_PROGRAMS = 16


def pack_named(name: str) -> Pack:
    """A pack by id or folder as it is in force here: shipped, the office's own list, what was published.

    The list (本地清单) stands in ``local/<pack>.yaml`` of the data folder. Read again within a second of a
    change. Raises ``PackError``.
    """
    known, now = _packs.get(name), time.monotonic()
    if known is not None and now - _looked.get(name, -LOOKS) < LOOKS:
        return known[1]
    key = Path(name).name
    beside = [str(_local(key)), str(_published(key))]
    _looked[name] = now
    if known is not None and known[0] == _stamp([*known[1].folders, *beside]):
        return known[1]
    seen = _stamp(beside)
    pack = layered(load_pack(name, with_cases=False), local_list(key), published_lists(key))
    _packs[name] = ((*_stamp(pack.folders), *seen), pack)
    return pack


def pack_for_run(name: str) -> Pack:
    """The same for an evaluation: with what was published up to this moment, seen by others yet or not.

    The worker may begin before a process was told of the version it is to evaluate by. One query.
    """
    key = Path(name).name
    pack = pack_named(name)
    published = published_lists(key)
    if pack.hash != _layers(pack.hash.partition("+")[0], local_list(key), published):
        _packs.pop(name, None)
        pack = pack_named(name)
    return pack


def pack_with(name: str, *more: str) -> Pack:
    """A pack as it is at this moment, and with more lists laid over it. Raises ``PackError``."""
    key = Path(name).name
    published = [*published_lists(key), *more]
    return layered(load_pack(name, with_cases=False), local_list(key), published)


def layered(pack: Pack, local: bytes | None, published: Sequence[str]) -> Pack:
    """A shipped pack with the lists laid over it, each over the one before; its hash names them all."""
    if local is not None:
        pack = apply_values(pack, _text(local, f"{pack.id}.yaml"), f"{pack.id}.yaml")
    for number, text in enumerate(published):
        pack = apply_values(pack, text, f"published/{number}")
    return replace(pack, hash=_layers(pack.hash, local, published))


def _layers(shipped: str, local: bytes | None, published: Sequence[str]) -> str:
    """The hash of a pack with lists over it."""
    own = f"+{_short(local)}" if local is not None else ""
    new = f"+{_short(repr(list(published)).encode())}" if published else ""
    return f"{shipped}{own}{new}"


def local_list(key: str) -> bytes | None:
    """The office's own list over a pack, as it is written; None where it has none."""
    path = _local(key)
    return path.read_bytes() if path.is_file() else None


def published_lists(key: str) -> list[str]:
    """What was published on top of a pack, the first first. One query."""
    rows = ParameterProposal.objects.filter(pack=key, state=ProposalState.PUBLISHED)
    return list(rows.order_by("decided_at", "id").values_list("overlay", flat=True))


def tell_of_version(key: str) -> None:
    """Let every process read a pack again within a second: called when a version is published."""
    path = _published(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(f"{uuid4()}\n", encoding="utf-8")
    _looked.clear()


def _text(written: bytes, shown: str) -> str:
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise PackError([fault("PACK-002", Place(shown), detail=type(problem).__name__)]) from None


def _local(key: str) -> Path:
    return Path(settings.MINGBAI_DATA) / "local" / f"{key}.yaml"


def _published(key: str) -> Path:
    """Changed whenever a version is published. What was published stands in the database."""
    return Path(settings.MINGBAI_DATA) / "local" / f"{key}.published"


def _short(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


def _stamp(paths: Iterable[str]) -> _Stamp:
    """The files of a pack with their sizes and times of change."""
    found = []
    for path in map(Path, paths):
        for file in [path] if path.is_file() else sorted(path.rglob("*.yaml")):
            status = file.stat()
            found.append((str(file), status.st_size, status.st_mtime_ns))
    return tuple(found)


def not_recorded(pack: Pack) -> tuple[str, ...]:
    """Entities of dated records of which the register holds none at all: there, none listed is not "none"."""
    found = []
    for entity in pack.entities.values():
        columns = COLUMNS.get(entity.id, {})
        if entity.parent is None or entity.key is not None:
            continue
        topics = {column.topic for column in columns.values()}
        filled = [Q(**{f"{name}__isnull": False}) for name in FILLED.get(entity.id, ())]
        kept = reduce(or_, filled) if filled else Q()
        if not any(
            topic_of(topic).model.objects.recorded().filter(kept).exists() for topic in topics
        ):
            found.append(entity.id)
    return tuple(found)


def with_lacking(pack: Pack, lacking: Iterable[str]) -> Pack:
    """A pack over a register that holds no row of some entities: there, none listed is not "none"."""
    missing = frozenset(lacking)
    entities = {
        name: replace(entity, empty_is_unknown=True) if name in missing else entity
        for name, entity in pack.entities.items()
    }
    return replace(pack.without_checks(), entities=entities)


def state_program(pack: Pack, as_of: date, lacking: Iterable[str]) -> Program:
    """The rules that have a role, with the masks of their reasons and causes."""
    return _compiled(pack, as_of, lacking, whole=False)


def whole_program(pack: Pack, as_of: date, lacking: Iterable[str]) -> Program:
    """Every rule in force, with bounds: what an explanation walks through."""
    return _compiled(pack, as_of, lacking, whole=True)


def few_rules(program: Program, rules: Iterable[str]) -> Program:
    """A whole program cut down to a few rules and what they rest on; those not in force are left out.

    Less is read for it: one rule of one household is explained in a tenth of the time of all.
    """
    return few_traced(program, rules).program


def few_traced(program: Program, rules: Iterable[str]) -> Tracer:
    """The same with its functions and trace plans, made once a process: they cost as much as three traces."""
    wanted = tuple(name for name in dict.fromkeys(rules) if name in program.bound.rules)
    key = (program.pack.hash, program.as_of, _empty(program), wanted)
    if key not in _few:
        if len(_few) >= _MOST_FEW:
            _few.clear()
        _few[key] = Tracer(compile_bound(program.bound, outputs=wanted))
    return _few[key]


def _empty(program: Program) -> tuple[str, ...]:
    """The entities of which nothing is recorded: they make another program of the same pack."""
    return tuple(one.id for one in program.pack.entities.values() if one.empty_is_unknown)


def _compiled(pack: Pack, as_of: date, lacking: Iterable[str], *, whole: bool) -> Program:
    missing = tuple(sorted(lacking))
    key = (pack.hash, as_of, missing, whole)
    if key not in _programs:
        if len(_programs) >= _MOST_PROGRAMS:
            _programs.clear()
        _programs[key] = _compile(pack, as_of, missing, whole=whole)
    return _programs[key]


def _compile(pack: Pack, as_of: date, missing: tuple[str, ...], *, whole: bool) -> Program:
    fitted = with_lacking(pack, missing)
    if whole:
        return compile_pack(fitted, as_of)
    outputs = [name for name, rule in fitted.rules_on(as_of).items() if rule.role is not None]
    return compile_pack(fitted, as_of, outputs=outputs, reasons=True, causes=True, bounds=False)
