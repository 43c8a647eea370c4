"""Acts of recording and the audit chain (登记批次与审计链)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mingbai.audit.enums import BatchKind
from mingbai.audit.queries import BatchQuerySet


class Batch(models.Model):
    """One act of recording (登记批次): a form saved or a county imported.

    Rows name the batch that began them and the one that ended them. A batch without `recorded_at` is open:
    nothing it began or ended is seen. Setting it is the one row that flips a whole import.
    """

    kind = models.CharField(max_length=16, choices=BatchKind.choices)
    actor = models.CharField(max_length=64)  # "user:12", "system", "command:…"; never a name
    title = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    source = models.CharField(max_length=64, blank=True)  # who said it: household, department:…
    started_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)  # null: open, or given up
    given_up_at = models.DateTimeField(null=True)  # killed or cancelled; its rows are to be swept
    swept_at = models.DateTimeField(null=True)  # nothing of a given-up batch is left
    owner = models.CharField(max_length=120, blank=True)  # host:process that writes it
    heartbeat_at = models.DateTimeField(null=True)  # of the last slice
    after_event = models.BigIntegerField(default=0)  # head of the chain when it was opened
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by"
    )

    objects = BatchQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                name="batch_open",
                condition=models.Q(recorded_at=None, swept_at=None),
            ),
            models.Index(fields=["recorded_at"], name="batch_recorded"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Span(models.Model):
    """Where a bulk batch's rows of one table lie (批次区段), how many, and the digest of what is stored."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="spans")
    table = models.CharField(max_length=64)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    begun = models.BigIntegerField(default=0)  # rows
    ended = models.BigIntegerField(default=0)  # rows
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the rows begun, by id

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "table"], name="span_once_a_table")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.first_id}–{self.last_id}"


class Event(models.Model):
    """One entry of the audit chain (审计事件): append-only; its hash covers the entry before it."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    action = models.CharField(max_length=64)  # dotted, past tense: households.household.split
    target = models.CharField(max_length=64, blank=True)  # kind:id, never a name
    batch_id = models.BigIntegerField(null=True)
    data = models.TextField(blank=True)  # canonical JSON: before, after, reason, counts, digests
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["target", "id"], name="event_target"),
            models.Index(fields=["batch_id"], name="event_batch"),
            models.Index(fields=["actor", "id"], name="event_actor"),
            models.Index(fields=["action", "id"], name="event_action"),
            models.Index(fields=["at", "id"], name="event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"


class AccessLook(models.Model):
    """Somebody looked at one person's or household's record (查阅记录); only added, kept for years."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    subject = models.CharField(max_length=9)  # person or household
    subject_id = models.BigIntegerField()
    purpose = models.CharField(
        max_length=40
    )  # a code: page, export, own data …; never a text about the person
    via = models.CharField(max_length=16)  # desk, api, command
    leave_id = models.BigIntegerField(
        null=True
    )  # the leave to read outside one's scope, if that was used

    class Meta:
        db_table = "audit_look"
        indexes: ClassVar = [
            models.Index(fields=["subject", "subject_id", "id"], name="look_subject"),
            models.Index(fields=["actor", "id"], name="look_actor"),
            models.Index(fields=["purpose", "id"], name="look_purpose"),
            models.Index(fields=["id"], name="look_outside", condition=~models.Q(leave_id=None)),
        ]

    def __str__(self) -> str:
        return f"{self.subject}:{self.subject_id}"


class Canary(models.Model):
    """A known text closed with a key version (密钥试样): tells whether the key file is the right one."""

    version = models.IntegerField(unique=True)
    value = models.BinaryField()
    fingerprint = models.CharField(max_length=12)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.version}"
