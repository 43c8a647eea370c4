"""Loading a pack (规则包): all files, the packs it extends, one list of everything that is wrong."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from mingbai.engine.errors import Fault, PackError, Place, fault, nearest
from mingbai.engine.loading.blanks import check_blanks
from mingbai.engine.loading.cases import Dictionary, read_case
from mingbai.engine.loading.facts import Codes, check_tree, read_codes, read_entity, read_fact
from mingbai.engine.loading.names import check_names
from mingbai.engine.loading.parameters import read_parameter
from mingbai.engine.loading.reading import Fields
from mingbai.engine.loading.rules import check_rules, read_rule
from mingbai.engine.loading.yaml_tree import Item, read_yaml
from mingbai.engine.model.pack import (
    Agreement,
    Case,
    Entity,
    Fact,
    Pack,
    Parameter,
    Replacement,
    Rule,
)
from mingbai.engine.model.values import Text

SECTIONS = ("facts", "parameters", "rules", "tests")


def policy_folders() -> list[Path]:
    """Where packs are looked for by id: here, beside the source, inside the installed package."""
    package = Path(__file__).resolve().parents[2]
    return [Path("policies"), package.parents[1] / "policies", package / "_policies"]


def find_pack(name: str, beside: Path | None = None) -> Path:
    """The folder of a pack, by path or by id. Raises ``PackError`` when there is none."""
    direct = Path(name)
    if direct.is_dir() and (direct / "pack.yaml").is_file():
        return direct
    folders = ([beside] if beside else []) + policy_folders()
    plain = bool(name) and "/" not in name and "\\" not in name and name not in (".", "..")
    for folder in folders if plain else []:
        if (folder / name / "pack.yaml").is_file():
            return folder / name
    if direct.is_dir():
        raise PackError([fault("PACK-009", Place(str(name)))])
    known = sorted({path.parent.name for folder in folders for path in folder.glob("*/pack.yaml")})
    zh, en = nearest(name, known)
    hint = (
        f"现有：{'、'.join(known) or '无'}{zh}",
        f"known packs: {', '.join(known) or 'none'}{en}",
    )
    raise PackError([fault("PACK-001", name=name, hint=hint)])


@dataclass
class _Draft:
    """A pack while it is being read."""

    faults: list[Fault]
    entities: dict[str, Entity] = field(default_factory=dict)
    codes: Codes = field(default_factory=dict)
    facts: dict[str, dict[str, Fact]] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    register: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)


def load_pack(name: str | Path, *, with_cases: bool = True) -> Pack:
    """Load a pack by id or path, with what it extends. Raises ``PackError`` with every fault."""
    folder = find_pack(str(name))
    draft = _Draft([])
    pack = _load(folder, draft, with_cases)
    if draft.faults or pack is None:
        raise PackError(draft.faults)
    return pack


def _load(folder: Path, draft: _Draft, with_cases: bool) -> Pack | None:
    head_item = _read(folder / "pack.yaml", folder, draft)
    if head_item is None:
        return None
    fields = Fields(head_item, draft.faults)
    name = fields.string("pack", required=True)
    version, title = fields.string("version", required=True), fields.label("title")
    fields.integer("engine", 1)
    extends = fields.string("extends")
    start = fields.day("calendar_start", required=not extends)
    due = fields.item("task_due")
    currency = fields.item("currency", required=not extends)
    agreements, contact = fields.sequence("agreement"), fields.text("contact")
    fields.done()
    if name != folder.resolve().name:
        fields.complain("PACK-006", name="pack", want=(folder.name, folder.name), got=name)
    if name in draft.chain:
        fields.complain("PACK-010", name=" → ".join([*draft.chain, name]))
        return None
    draft.chain.append(name)
    base: Pack | None = None
    if extends:
        try:
            base = _load(find_pack(extends, folder.parent), draft, with_cases=False)
        except PackError as error:
            draft.faults.extend(error.faults)
        if base is None:
            return None
    before = len(draft.faults)
    first = start or (base.calendar_start if base else date(1900, 1, 1))
    _read_folder(folder, draft, first, with_cases, based=base is not None)
    if len(draft.faults) > before:
        return None
    return Pack(
        id=name,
        version=version,
        title=title,
        extends=(*base.extends, base.id) if base else (),
        folders=tuple(draft.folders),
        hash=hash_of_files(draft.files),
        currency=_currency(currency, base, draft.faults),
        calendar_start=first if base is None else min(first, base.calendar_start),
        task_due=_task_due(due, base, draft),
        entities=dict(draft.entities),
        codes=dict(draft.codes),
        facts={entity: dict(facts) for entity, facts in draft.facts.items()},
        parameters=dict(draft.parameters),
        rules=tuple(draft.rules),
        register=dict(draft.register),
        agreements=(base.agreements if base else ())
        + tuple(_agreement(item, draft) for item in agreements),
        contact=contact or (base.contact if base else None),
        cases=tuple(draft.cases),
    )


def _read(path: Path, folder: Path, draft: _Draft) -> Item | None:
    shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
    if path.is_file():
        text = path.read_bytes()
        draft.files.append((shown, hashlib.sha256(text).hexdigest()))
    return read_yaml(path, shown, draft.faults)


def hash_of_files(files: list[tuple[str, str]]) -> str:
    """One hash over names and contents (SHA-256) of every file that decides (cases do not)."""
    deciding = sorted(item for item in files if "/tests/" not in item[0])
    return hashlib.sha256(repr(deciding).encode()).hexdigest()[:16]


def _read_folder(
    folder: Path, draft: _Draft, start: date, with_cases: bool, *, based: bool
) -> None:
    items = {
        section: [
            item
            for path in sorted((folder / section).glob("*.yaml"))
            if (item := _read(path, folder, draft)) is not None
        ]
        for section in SECTIONS
        if section != "tests" or with_cases
    }
    draft.folders.append(str(folder))
    _read_facts(items["facts"], draft, based)
    _read_parameters(items["parameters"], draft)
    _read_rules(items["rules"], draft, start)
    if _says_something(folder / "clauses.yaml"):
        _read_register(_read(folder / "clauses.yaml", folder, draft), draft)
    if not draft.faults:
        check_tree(draft.entities, draft.facts, draft.faults)
        check_rules(draft.rules, draft.faults, dict(draft.entities))
        names = check_names(draft.entities, draft.facts, draft.parameters, draft.rules)
        draft.faults.extend(names)
        blanks = check_blanks(draft.rules, draft.entities, draft.facts, draft.parameters)
        draft.faults.extend(blanks)
    _read_cases(items.get("tests", []), draft)


def _says_something(path: Path) -> bool:
    """Whether a register has more than comments; a new pack may begin with an empty one."""
    if not path.is_file():
        return False
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)


def _read_facts(items: list[Item], draft: _Draft, based: bool) -> None:
    heads = [Fields(item, draft.faults) for item in items]
    for fields in heads:
        for name, item in fields.mapping("codes").items():
            if name in draft.codes:
                fields.complain("PACK-007", item.place, name=name, other=name)
            draft.codes[name] = read_codes(name, item, draft.faults)
    for fields in heads:
        for name, item in fields.mapping("entities").items():
            if name in draft.entities:
                other = draft.entities[name].place
                fields.complain("PACK-007", item.place, name=name, other=str(other))
            draft.entities[name] = read_entity(name, item, draft.faults)
    for fields in heads:
        for entity, item in fields.mapping("facts").items():
            if entity not in draft.entities:
                near = nearest(entity, draft.entities)
                fields.complain("PACK-020", item.place, name=entity, near=near)
                continue
            _read_entity_facts(entity, item, draft)
        fields.done()


def _read_entity_facts(entity: str, item: Item, draft: _Draft) -> None:
    known = draft.facts.setdefault(entity, {})
    for name, part in Fields(item, draft.faults)._map.items():
        fact = read_fact(entity, name, part, draft.codes, draft.faults)
        if _may_add(name, known.get(name), fact.replaces, part.place, draft):
            known[name] = fact


def _read_parameters(items: list[Item], draft: _Draft) -> None:
    for item in items:
        fields = Fields(item, draft.faults)
        for name, part in fields.mapping("parameters", required=True).items():
            parameter = read_parameter(name, part, draft.codes, draft.faults)
            old = draft.parameters.get(name)
            if _may_add(name, old, parameter.replaces, part.place, draft):
                draft.parameters[name] = parameter
        fields.done()


def _read_rules(items: list[Item], draft: _Draft, start: date) -> None:
    base = {rule.id: rule for rule in draft.rules}
    replaced: set[str] = set()
    new: list[Rule] = []
    for item in items:
        fields = Fields(item, draft.faults)
        for part in fields.sequence("rules", required=True):
            rule = read_rule(part, draft.codes, start, draft.faults)
            if rule is None:
                continue
            if _may_add(rule.id, base.get(rule.id), rule.replaces, part.place, draft):
                new.append(rule)
                if rule.replaces is not None:
                    replaced.add(rule.id)
        fields.done()
    draft.rules = [rule for rule in draft.rules if rule.id not in replaced] + new


def _may_add(
    name: str,
    old: Fact | Parameter | Rule | None,
    replaces: Replacement | None,
    place: Place,
    draft: _Draft,
) -> bool:
    """Whether an entry may be taken: new, or a replacement that says so."""
    if old is None and replaces is not None:
        draft.faults.append(fault("PACK-012", place, name=name, near=("", "")))
        return False
    if old is None or replaces is not None:
        return True
    same_pack = old.place.file.split("/", 1)[0] == place.file.split("/", 1)[0]
    code = "PACK-007" if same_pack else "PACK-011"
    draft.faults.append(fault(code, place, name=name, other=str(old.place)))
    return False


def _read_register(item: Item | None, draft: _Draft) -> None:
    if item is None:
        return
    fields = Fields(item, draft.faults)
    for name in fields._map:
        ids = fields.strings(name)
        if len(set(ids)) != len(ids):
            fields.complain("PACK-044", item.mapping[name].place, name=name)
        draft.register[name] = ids


def _read_cases(items: list[Item], draft: _Draft) -> None:
    if draft.faults:
        return
    dictionary = Dictionary(draft.entities, draft.facts, draft.codes)
    for item in items:
        fields = Fields(item, draft.faults)
        for part in fields.sequence("tests", required=True):
            case = read_case(part, dictionary, draft.faults)
            if case is not None:
                draft.cases.append(case)
        fields.done()


def _currency(item: Item | None, base: Pack | None, faults: list[Fault]) -> tuple[str, Text]:
    if item is None:
        return base.currency if base else ("", Text("", ""))
    fields = Fields(item, faults)
    found = (fields.string("code", required=True), fields.label())
    fields.done()
    return found


def _task_due(item: Item | None, base: Pack | None, draft: _Draft) -> str | None:
    if item is None:
        return base.task_due if base else None
    fields = Fields(item, draft.faults)
    name = fields.string("parameter", required=True)
    fields.choice("calendar", ("days",), default="days")
    fields.done()
    if name and name not in draft.parameters:
        near = nearest(name, draft.parameters)
        draft.faults.append(fault("PACK-020", item.place, name=name, near=near))
    return name or None


def _agreement(item: Item, draft: _Draft) -> Agreement:
    fields = Fields(item, draft.faults)
    found = Agreement(
        fields.string("rule", required=True),
        fields.string("label", required=True),
        fields.strings("positive"),
        fields.label("title"),
        item.place,
    )
    fields.done()
    top = next((entity.id for entity in draft.entities.values() if entity.parent is None), "")
    facts = draft.facts.get(top, {})
    if found.label not in facts or not facts[found.label].judge:
        near = nearest(found.label, facts)
        draft.faults.append(fault("PACK-020", item.place, name=found.label, near=near))
    if found.rule not in {rule.id for rule in draft.rules}:
        near = nearest(found.rule, {rule.id for rule in draft.rules})
        draft.faults.append(fault("PACK-020", item.place, name=found.rule, near=near))
    return found
