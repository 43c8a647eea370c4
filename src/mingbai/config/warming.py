"""Loading before the first request what it would wait for (预热): addresses, the pack and program, states."""

from __future__ import annotations

import logging

from django.db import Error
from django.urls import get_resolver

from mingbai.decisions.homes import homes
from mingbai.decisions.programs import not_recorded, pack_named, state_program
from mingbai.decisions.standings import standings
from mingbai.decisions.withholding import readings
from mingbai.engine.errors import EngineError
from mingbai.places.models import Register
from mingbai.places.queries import working_date

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Import all screens (seconds when the disk is cold) and compile the register's rules.

    Never a reason not to serve: what fails here fails where it is needed, and says so there.
    """
    get_resolver().check()
    try:
        name = Register.objects.values_list("pack", flat=True).first()
        if name is not None:
            pack = pack_named(name)
            state_program(pack, working_date(), not_recorded(pack))
            standings()
            homes()
            readings()
    except (Error, EngineError) as problem:
        log.warning("not warmed up: %s", problem)
