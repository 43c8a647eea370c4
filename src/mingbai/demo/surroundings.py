"""Everything around the households (帮扶与资金): the steps in the order in which they lean on each other."""

from __future__ import annotations

from mingbai.demo import assistance, giving, helping, payments, projects
from mingbai.demo.context import Context
from mingbai.demo.rows import rows

#: What these steps write; a place without a recipe has the table, empty.
WRITES = (
    "units", "cadres", "teams", "assignments", "entities", "links", "dividends", "crops", "posts",
    "payments", "spendings", "projects", "assessments", "needs", "volunteers", "campaigns",
    "campaign_records",
)  # fmt: skip


def build(context: Context) -> None:
    """Put every table around the households; those of the households are there already."""
    for name in WRITES:
        context.append(name, rows(name, 0))
    for step in (helping, assistance, payments, projects, giving):
        step.build(context)
    for name in WRITES:
        context.put(name, context.tables[name].combine_chunks())
