"""From files to the difference (试导入): read, match, compare; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.model.pack import Pack
from mingbai.intake.choices import Choices
from mingbai.intake.claims import KEYS, Asking, not_kept, questions, tied
from mingbai.intake.comparing import compare
from mingbai.intake.difference import Cell, Difference, Listed, Records, TermDifference
from mingbai.intake.enums import DiscrepancyKind
from mingbai.intake.errors import NothingReadError
from mingbai.intake.gone import gone_from
from mingbai.intake.naming_places import place_codes
from mingbai.intake.people import compare_people, taken_numbers
from mingbai.intake.records import (
    TERM,
    TERM_DAY,
    TOPIC_OF,
    compare_records,
    compare_terms,
    listed_without_day,
)
from mingbai.intake.refusing import (
    Tables,
    warnings_about,
    without_doubtful,
    without_household,
    without_outside,
    without_real_people,
)
from mingbai.intake.sources import sources_of
from mingbai.intake.standing import Standing, known_tables, standing_on
from mingbai.intake.statuses import compare_statuses
from mingbai.places.queries import is_synthetic
from mingbai.screening.inputs import schema_of
from mingbai.screening.table_check import profiles_of
from mingbai.tables import Intake, Profile, read_files

Progress = Callable[[str, int, int], None]


def examine(
    paths: Sequence[Path],
    pack: Pack,
    asking: Asking,
    *,
    profiles: Sequence[Profile] = (),
    password: str | None = None,
    progress: Progress | None = None,
) -> Difference:
    """What importing these files would do (试导入). Raises INTAKE-006 when none of them is a table.

    `profiles`: layouts besides the pack's. Set-wise: a few queries a block of 20,000 subjects and topic.
    """
    step = progress or (lambda name, done, total: None)
    step("register", 0, 0)
    standing = standing_on(asking.as_of)
    intake = read_files(
        paths, schema_of(pack), [*profiles_of(pack), *profiles], password=password,
        progress=progress, register=lambda: known_tables(standing),
    )  # fmt: skip
    if not any(report.what == "table" for report in intake.files):
        raise NothingReadError(intake.files)
    return compare_intake(intake, pack, asking, standing, step)


def compare_intake(
    intake: Intake, pack: Pack, asking: Asking, standing: Standing, step: Progress
) -> Difference:
    """The difference between what was read and the register. The typed tables of `intake` are let go of."""
    lost = not_kept(intake, pack, standing)
    tables, sources = asking.choices.without_left(dict(intake.tables)), {}
    for entity in tables:
        told = sources_of(intake, entity)
        sources[entity] = dict.fromkeys(told, asking.source) if asking.source else told
    intake.tables = {}
    synthetic = is_synthetic()
    refused = without_real_people(tables) if synthetic else []
    refused += without_household(tables, standing)
    listed = _placed(tables, asking)
    listed += without_doubtful(tables, standing)
    if asking.division_code:
        listed += without_outside(tables, standing, asking.division_code)
    tables["person"], taken = taken_numbers(tables["person"], standing)
    people = compare_people(tables["household"], tables["person"], standing, asking.choices)
    gone = gone_from(tables, intake, asking, standing)
    known = {"household": standing.households, "person": standing.persons}
    for subject, (entity, key) in KEYS.items():
        tables[entity] = tied(tables[entity], key, known[subject.value])
    tables["household"] = _sure_places(tables["household"])
    topics = []
    for question in questions(tables, sources, asking):
        step(f"compare {question.topic.key}", 0, 0)
        topics.append(compare(question))
    step("compare status", 0, 0)
    statuses = compare_statuses(tables["household"], asking.as_of, asking.choices)
    records, terms, undated = _records(tables, sources, known, asking.choices, step)
    return Difference(
        asking.as_of, intake, standing, people, topics, statuses, records, terms, gone,
        [*listed, *taken, *undated], refused, lost, warnings_about(intake, synthetic=synthetic),
        asking.choices.left, asking.choices.taken,
    )  # fmt: skip


def _placed(tables: Tables, asking: Asking) -> list[Listed]:
    """Puts codes where names of places stood; a path nobody knows is listed once, and kept in words."""
    homes = tables["household"]
    codes, words, unknown = place_codes(homes, asking.as_of)
    homes = homes.append_column("place", codes)
    if "division_code" in homes.column_names:
        homes = homes.drop_columns(["division_code"])
    tables["household"] = homes.append_column("division_code", codes).append_column(
        "address", words
    )
    return [
        Listed(
            DiscrepancyKind.PLACE_UNKNOWN,
            Cell("residence", "division_code", "", f"{count}", path),
        )
        for path, count in sorted(unknown.items())
    ]


def _sure_places(homes: pa.Table) -> pa.Table:
    """A path that was not found whole moves nobody who has a residence already."""
    unsure = pc.and_(pc.is_valid(homes["id"]), pc.is_valid(homes["address"]))
    for name in ("division_code", "address"):
        place = homes.column_names.index(name)
        kept = pc.if_else(unsure, pa.scalar(None, pa.string()), homes[name])
        homes = homes.set_column(place, name, kept)
    return homes


def _records(
    tables: Tables,
    sources: Mapping[str, Mapping[str, str]],
    known: Mapping[str, pa.Table],
    choices: Choices,
    step: Progress,
) -> tuple[list[Records], TermDifference, list[Listed]]:
    found, listed = [], []
    for entity, (topic, day) in TOPIC_OF.items():
        if entity not in tables or not tables[entity].num_rows:
            continue
        step(f"compare {topic}", 0, 0)
        owner = "person" if "person_id" in tables[entity].column_names else "household"
        claims = tied(tables[entity], f"{owner}_id", known[owner])
        listed += listed_without_day(claims, day, topic)
        found.append(compare_records(entity, claims, _first(sources[entity])))
    terms = TermDifference()
    if TERM in tables and tables[TERM].num_rows:
        step("compare terms", 0, 0)
        claims = tied(tables[TERM], "person_id", known["person"])
        listed += listed_without_day(claims, TERM_DAY, "schooling")
        terms = compare_terms(claims, _first(sources[TERM]), choices)
    return found, terms, listed


def _first(sources: Mapping[str, str]) -> str:
    return next((source for source in sources.values() if source), "")
