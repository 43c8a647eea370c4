"""Raw statements behind the income of a year (收入台账)."""

from __future__ import annotations

from django.db import models

from mingbai.households.models.records import HouseholdRecord


class IncomeEntry(HouseholdRecord):
    """One line of the income ledger (收入台账): what was stated, by whom, on what evidence.

    The accounting year is the period of the record; `item` names the column of `IncomeYear` it adds to.
    """

    item = models.CharField(max_length=40)
    amount = models.BigIntegerField()  # fen; costs are positive in the item expense_business
    stated_by = models.CharField(max_length=64)
    statement = models.TextField(blank=True)
    attachment_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.household_id} {self.item}"
