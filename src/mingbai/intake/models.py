"""Files that came in, imports, and what was listed instead of written (数据批次)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from mingbai.audit.records import Recorded
from mingbai.intake.enums import DiscrepancyKind, Verdict


class StoredFile(models.Model):
    """A file as it came (收到的文件): encrypted under MINGBAI_DATA/intake, once for each content."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the plain content
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()  # bytes
    media_type = models.CharField(max_length=16)  # xlsx, ods, docx, ole, parquet, text
    stored_as = models.CharField(max_length=64)
    received_by = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk}"


class Import(models.Model):
    """An import (导入批次): what was read, as of which day, and how much of it was new, changed or listed.

    It counts once its batch is recorded; of a batch that was given up it is only a trace.
    """

    batch = models.OneToOneField("audit.Batch", on_delete=models.PROTECT, related_name="imported")
    as_of = models.DateField()
    pack = models.CharField(max_length=40)
    source = models.CharField(max_length=64, blank=True)
    division_code = models.CharField(max_length=12, blank=True)  # whose data it may touch
    counts = models.JSONField(default=dict)
    files = models.ManyToManyField(StoredFile, related_name="imports")
    choices = models.CharField(max_length=64, blank=True)  # digest of what a person chose, if any

    def __str__(self) -> str:
        return f"{self.batch_id} {self.as_of}"

    def facts(self) -> dict[str, Any]:
        """The import as plain values, for programs and lists."""
        undone = getattr(self.batch, "undone_by", None)
        return {
            "batch": self.batch_id,
            "as_of": self.as_of.isoformat(),
            "recorded_at": self.batch.recorded_at.isoformat() if self.batch.recorded_at else None,
            "actor": self.batch.actor,
            "source": self.source,
            "counts": self.counts,
            "undone_by": undone.pk if undone is not None and undone.recorded_at else None,
        }


class Discrepancy(Recorded):
    """Something a list says that was not written (差异): to be looked at by a person.

    Where the values are personal they stand encrypted, as a JSON object: before, after, source, day, place.
    """

    kind = models.CharField(max_length=16, choices=DiscrepancyKind.choices)
    topic = models.CharField(max_length=24, blank=True)
    column = models.CharField(max_length=40, blank=True)
    household_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    division_code = models.CharField(max_length=12, blank=True)
    row = models.IntegerField(null=True)  # in the file, as people count
    said = models.BinaryField(null=True)  # encrypted
    fingerprint = models.BinaryField(
        max_length=16
    )  # keyed digest: the same again is not listed twice

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["household_id"], name="discrepancy_household"),
            models.Index(fields=["kind", "division_code"], name="discrepancy_kind"),
            models.Index(fields=["fingerprint"], name="discrepancy_same"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.column}"


class Layout(models.Model):
    """How the columns of a sender's own table are read (列对照), as somebody said it: kept for next month.

    A row is never changed: who says otherwise makes another, and the last one counts. It holds headers
    and facts, nothing of anybody's data.
    """

    source = models.CharField(max_length=64, blank=True)  # whose table
    division_code = models.CharField(max_length=12, blank=True)  # where it counts, and below
    entity = models.CharField(max_length=24)  # what a row is
    base = models.CharField(max_length=80, blank=True)  # the layout that reads the other columns
    columns = models.JSONField()  # header → what it is, or "none"
    words = models.JSONField(default=dict)  # header → word → code; blank: it tells nothing
    profile = models.TextField(blank=True)  # made of it when the sheet is read first
    chosen_by = models.CharField(max_length=64)
    chosen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def name(self) -> str:
        """By which the sheets that it reads are known."""
        return f"{self.base or 'layout'}~{self.pk}"


class ImportOrder(models.Model):
    """An import somebody asked for (导入申请): a job's arguments are keys only, so the words stand here.

    `counts` and the rows to look at (`kept_as`, closed) come when the job has compared.
    """

    as_of = models.DateField()
    year = models.IntegerField()
    source = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    whole = models.JSONField(default=list)  # division codes the lists are whole for
    division_code = models.CharField(max_length=12, blank=True)  # whose data it may touch
    dry_run = models.BooleanField()
    apply_gone = models.BooleanField(default=False)
    again = models.BooleanField(default=False)
    files = models.ManyToManyField(StoredFile, related_name="orders")
    ordered_by = models.CharField(max_length=64)
    ordered_at = models.DateTimeField()
    job_id = models.BigIntegerField(null=True)
    batch_id = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict)
    kept_as = models.CharField(max_length=64, blank=True)
    #: The dry run that this one writes, or that it looks at anew with other columns.
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    layouts = models.ManyToManyField(Layout, related_name="orders")

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def would_write(self) -> bool:
        """Whether writing what the dry run showed would change anything."""
        said = self.counts
        gone = any(said.get("gone", {}).values()) if self.whole else False
        return bool(any(said.get("new", {}).values()) or said.get("changed") or gone)


class RowChoice(models.Model):
    """What a person decided about one row of a dry run (逐行取舍): not written, or taken as the list says."""

    order = models.ForeignKey(ImportOrder, on_delete=models.PROTECT, related_name="choices")
    shown_in = models.CharField(max_length=12)  # new, changed or conflicts
    place = models.IntegerField()  # in that list
    mark = models.BinaryField(max_length=16)  # by which the row is known again
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=200, blank=True)
    chosen_by = models.CharField(max_length=64)
    chosen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "shown_in", "place"], name="row_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.shown_in} {self.place}"
