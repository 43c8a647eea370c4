"""Loading before the first request what it would wait for (预热): screens, the pack's programs, memories."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.template.loader import get_template
from django.urls import get_resolver

from mingbai.accounts.scopes import EVERYTHING
from mingbai.decisions.homes import homes
from mingbai.decisions.programs import (
    not_recorded,
    pack_named,
    state_program,
    whole_program,
)
from mingbai.decisions.standings import standings
from mingbai.decisions.withholding import readings
from mingbai.decisions.worklist import counted_work
from mingbai.engine.errors import EngineError
from mingbai.households.queries.columns import residents
from mingbai.households.queries.daily import village_counts
from mingbai.places.models import Register
from mingbai.places.queries import working_date
from mingbai.places.remembered import lineage_on, roster

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Import and read all screens, compile the register's rules, fill what follows the chain.

    Never a reason not to serve: what fails here fails where it is needed, and says so there.
    """
    get_resolver().check()
    read_templates()
    try:
        name = Register.objects.values_list("pack", flat=True).first()
        if name is not None:
            pack, day = pack_named(name), working_date()
            lacking = not_recorded(pack)
            state_program(pack, day, lacking)
            whole_program(pack, day, lacking)
            roster(day)
            lineage_on(day)
            village_counts({day})
            counted_work(EVERYTHING)
            standings()
            homes()
            residents(day)
            readings()
    except (Error, EngineError) as problem:
        log.warning("not warmed up: %s", problem)


def read_templates() -> None:
    """Every page's template, read and compiled once: under load the first requests would all do it."""
    for folder in settings.TEMPLATES[0]["DIRS"]:
        for path in sorted(Path(folder).glob("**/templates/**/*.html")):
            get_template(path.relative_to(folder).as_posix())
