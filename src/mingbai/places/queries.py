"""Reading the register's place (区划查询): divisions as of a day, their lineage, rates, profiles."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from mingbai.places.errors import error
from mingbai.places.lineage import Lineage, Step
from mingbai.places.models import Division, Register, Succession

SHANGHAI = ZoneInfo("Asia/Shanghai")


def register() -> Register:
    """The register of this database (登记库). Raises PLACE-001 when there is none. One query."""
    found = Register.objects.first()
    if found is None:
        raise error("PLACE-001")
    return found


def is_synthetic() -> bool:
    """Whether all persons of this database are invented; false before a register is made. One query."""
    return Register.objects.filter(synthetic=True).exists()


def today() -> date:
    """The local date in Asia/Shanghai, for a register that works today."""
    return datetime.now(SHANGHAI).date()


def working_date() -> date:
    """The day the register works on (工作日期): its own where it is synthetic, else today. One query."""
    set_day = Register.objects.values_list("working_date", flat=True).first()
    return set_day or today()


def lineage(day: date) -> Lineage:
    """What became of every code, and which of the codes left are in use on the day. Two queries."""
    found = Succession.objects.recorded().values_list("happened_on", "old_code", "new_code")
    steps = tuple(Step(*row) for row in found.order_by("happened_on", "id"))
    if not steps:
        return Lineage()
    left = Succession.objects.recorded().values("old_code")
    alive = Division.objects.recorded().on(day).filter(code__in=left)
    return Lineage(steps, frozenset(alive.values_list("code", flat=True)))
