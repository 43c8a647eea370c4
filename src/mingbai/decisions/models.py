"""Evaluation runs and the states they stored (评估与状态)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mingbai.audit.records import Recorded


class Run(models.Model):
    """One evaluation (评估): which rules, of which day, over which facts. Its rows stand under its batch."""

    batch = models.OneToOneField("audit.Batch", on_delete=models.PROTECT, related_name="run")
    pack = models.CharField(max_length=40)
    pack_hash = models.CharField(max_length=64)
    as_of = models.DateField()
    snapshot_hash = models.CharField(max_length=64)
    division_code = models.CharField(max_length=12, blank=True)
    households = models.BigIntegerField(default=0)
    rules = models.JSONField(default=list)  # rule ids in the order of `State.values`
    counts = models.JSONField(default=dict)  # rule → met, unmet, unknown, not applicable
    messages = models.JSONField(default=list)  # facts a whole area lacks, one message each

    def __str__(self) -> str:
        return f"{self.pack} {self.as_of}"


class State(Recorded):
    """The states of one household under a run (评估状态): one letter a rule, and the masks of the reasons.

    `begun_by` is the batch of the run that found it. Later runs add a row only where something changed.
    """

    household_id = models.BigIntegerField()
    rules_hash = models.CharField(max_length=16)  # which list of rules `values` follows
    values = models.TextField()  # m met, u unmet, ? unknown, - not applicable
    reasons = models.JSONField(default=dict)  # rule → masks of reasons and causes

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["household_id"], name="state_household"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}"
