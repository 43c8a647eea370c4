"""Who says what a list says (来源): the department behind a layout, and what a list can be whole of."""

from __future__ import annotations

from collections.abc import Iterable

from mingbai.tables import Intake

#: Layouts of department lists and the department that owns what they say.
DEPARTMENTS: dict[str, str] = {
    "cn-benefit-payments": "department:财政",
    "cn-dibao-list": "department:民政",
    "cn-disability-cards": "department:残联",
    "cn-dwelling-grades": "department:住建",
    "cn-medical-bills": "department:医保",
    "cn-medical-insurance": "department:医保",
    "cn-police-households": "department:公安",
    "cn-school-enrolments": "department:教育",
    "cn-social-assistance": "department:民政",
    "cn-tekun-list": "department:民政",
    "cn-water-supply": "department:水利",
    "cn-handbook": "handbook",
    "cn-household-file": "village",
}
#: Layouts that hold everybody who lives in a place, not only the registered.
OF_EVERYBODY = frozenset({"cn-police-households"})
SOURCE_LENGTH = 64


def source_of(profile: str) -> str:
    """What a row of this layout is said by: a department, or the list itself."""
    plain = base_of(profile)
    return DEPARTMENTS.get(plain, f"import:{plain}")[:SOURCE_LENGTH]


def base_of(profile: str) -> str:
    """The layout itself, where somebody said what further columns of it are."""
    return profile.partition("~")[0]


def sources_of(intake: Intake, entity: str) -> dict[str, str]:
    """Fact → who says it, by the first list (in the order of leading) that has a column for it.

    Exports lead in reading, so the export is named where both say a fact.
    """
    profiles = {(report.name, report.sheet): report.profile or "" for report in intake.files}
    found: dict[str, set[str]] = {}
    for (file, sheet, owner), facts in intake.columns.items():
        if owner == entity:
            for fact in facts:
                found.setdefault(fact, set()).add(profiles.get((file, sheet), ""))
    constants = _constant_sources(intake, entity, found)
    return {fact: source_of(_leading(names)) for fact, names in found.items()} | constants


def _constant_sources(intake: Intake, entity: str, found: dict[str, set[str]]) -> dict[str, str]:
    """Facts that a layout says without a column (all are disabled): by the only list, if there is one."""
    said = {report.profile or "" for report in intake.files if report.what == "table"}
    departments = {source_of(name) for name in said if base_of(name) in DEPARTMENTS}
    missing = intake.supplied.get(entity, frozenset()) - found.keys()
    if len(departments) == 1 and len({source_of(name) for name in said}) == 1:
        return dict.fromkeys(missing, departments.pop())
    return {}


def _leading(profiles: Iterable[str]) -> str:
    """The layout that leads among several: an export before a department's list before a handbook."""
    return min(profiles, key=lambda name: (base_of(name) in DEPARTMENTS, name))
