"""Evaluation runs and the states they stored (评估与状态).

A county knows few ways of standing: some hundred thousand households share some thousand patterns. So a
household's row only points at its pattern, and letters, deciding clauses and open facts are written once.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mingbai.audit.records import Recorded
from mingbai.decisions.enums import ProposalState


class RuleSet(models.Model):
    """The rules that letters follow, in their order (规则列); never changed."""

    digest = models.CharField(max_length=32, unique=True)
    pack = models.CharField(max_length=40)
    rules = models.JSONField()  # rule ids; the place of a rule is the place of its letter

    def __str__(self) -> str:
        return f"{self.pack} {self.digest}"


class Pattern(models.Model):
    """One way of standing under a list of rules (状态组合), shared by all households that stand so.

    ``reasons`` holds the ids of the deciding clauses of every rule that calls for a person; ``causes``
    what every unknown rule waits for: ``fact:person.work_months``, ``relation:…``, ``parameter:…``.
    """

    digest = models.CharField(max_length=32, unique=True)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT)
    letters = models.CharField(max_length=400)  # one `Letter` a rule
    reasons = models.JSONField(default=dict)
    causes = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.letters


class Run(models.Model):
    """One evaluation (评估): which rules, of which day, over which facts. Seen once its batch is recorded."""

    batch = models.OneToOneField("audit.Batch", on_delete=models.PROTECT, related_name="run")
    pack = models.CharField(max_length=40)  # as it was asked for: id or folder
    pack_hash = models.CharField(max_length=64)
    as_of = models.DateField()
    snapshot_hash = models.CharField(max_length=64)
    division_code = models.CharField(max_length=12, blank=True)
    households = models.BigIntegerField(default=0)
    persons = models.BigIntegerField(default=0)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT)
    counts = models.JSONField(
        default=dict
    )  # rule → met, unmet, unknown, not_applicable: rows of its entity
    messages = models.JSONField(default=list)  # what a whole area lacks, one message each
    unsupplied = models.JSONField(default=dict)  # township → causes: see `supply.unsupplied_of`
    not_recorded = models.JSONField(
        default=list
    )  # entities of which the register holds no row at all

    class Meta:
        indexes: ClassVar = [models.Index(fields=["division_code", "id"], name="run_division")]

    def __str__(self) -> str:
        return f"{self.pack} {self.as_of}"


class PackVersion(models.Model):
    """A pack as it was used here (规则包版本), whole and never changed: so that a former run explains itself.

    Found by its hash, which is over the shipped files, the office's own list and what was published on top.
    """

    pack = models.CharField(max_length=40)  # the pack's id
    digest = models.CharField(max_length=64)  # `Pack.hash`
    version = models.CharField(max_length=40)  # as the pack calls itself
    content = models.BinaryField()  # see `versions`
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pack", "digest"], name="pack_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.digest}"

    @property
    def called(self) -> str:
        """The pack's own number with a piece of the hash, which every change changes."""
        return f"{self.version} · {short_digest(self.digest)}"


def short_digest(digest: str) -> str:
    """A hash of layers, each cut to what tells the versions of an office apart."""
    shipped, *lists = digest.split("+")
    return "+".join([shipped[:8], *(part[:6] for part in lists)])


class ParameterProposal(models.Model):
    """A change of parameters that somebody proposed (参数变更提案), and what became of it.

    What is published lies over the shipped pack, one after the other; the shipped pack stays as it is.
    """

    pack = models.CharField(max_length=40)  # the pack's id
    changes = models.JSONField()  # parameter → new value, as written in a pack
    region = models.CharField(
        max_length=12, blank=True
    )  # a beginning of a division code; none: all
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # excluded; none: until the next value begins
    reason = models.TextField()
    source = models.CharField(max_length=300)  # the document that says so
    pack_hash = models.CharField(max_length=64)  # the version it was made on
    before = models.JSONField()  # parameter → its values then, as `proposals.values_of` writes them
    tried = models.JSONField(default=dict)  # what the trial said when it was sent
    state = models.CharField(
        max_length=12, choices=ProposalState.choices, default=ProposalState.PROPOSED
    )
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)  # why it was refused
    overlay = models.TextField(blank=True)  # as it was published, a local list in YAML
    published_hash = models.CharField(max_length=64, blank=True)  # the version it made

    class Meta:
        indexes: ClassVar = [models.Index(fields=["pack", "state"], name="proposal_pack_state")]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class State(Recorded):
    """How a household stands (评估状态). Later runs add a row only where something changed."""

    derived = True

    household_id = models.BigIntegerField()
    division_code = models.CharField(max_length=12)  # the village, as of the evaluation
    pattern = models.ForeignKey(
        Pattern, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["household_id"], name="state_household"),
            models.Index(fields=["division_code", "household_id"], name="state_division"),
            models.Index(fields=["pattern", "division_code", "household_id"], name="state_pattern"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}"


class Tally(Recorded):
    """How many households of a village stand how (村内状态数): counted with every change, so that lists and
    totals of a county need not look at every household."""

    derived = True

    village_code = models.CharField(max_length=12)
    rule_set = models.ForeignKey(
        RuleSet, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    households = models.IntegerField()
    counts = (
        models.TextField()
    )  # a rule: met unmet unknown n/a, separated by blanks; rules by commas

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["village_code"], name="tally_village"),
        ]

    def __str__(self) -> str:
        return self.village_code


class WorkItem(Recorded):
    """A household that somebody has to see (待办), with the day it is due: one row for all that calls there.

    ``since`` keeps for every rule that calls the day from which it has done so without a break, so that a
    late item stays late while the household's other states come and go.
    """

    derived = True

    household_id = models.BigIntegerField()
    division_code = models.CharField(max_length=12)  # the village, as of the evaluation
    pattern = models.ForeignKey(
        Pattern, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    matter = models.CharField(max_length=64)  # the rule that is most urgent there
    rank = models.IntegerField()  # what is most at stake comes first
    due_on = models.DateField(null=True)  # none: the pack gives no days there
    since = models.TextField()  # "rule day,rule day"

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["household_id"], name="work_household"),
            models.Index(
                fields=["due_on", "rank", "division_code", "household_id", "matter", "begun_by",
                        "ended_by"],
                name="work_due",
            ),
            models.Index(fields=["division_code", "due_on", "rank"], name="work_division"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.household_id} {self.due_on}"


class WorkTally(Recorded):
    """How many households of a village are to be seen (村内待办数), by due day and matter."""

    derived = True

    village_code = models.CharField(max_length=12)
    counts = (
        models.TextField()
    )  # "day matter households", the day empty or ISO; separated by commas

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["village_code"], name="work_tally_village"),
        ]

    def __str__(self) -> str:
        return self.village_code
