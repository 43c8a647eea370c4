"""What every dated record of a topic has (分主题登记的共同部分)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mingbai.audit.records import Dated
from mingbai.households.models.base import Household, Person


class TopicRecord(Dated):
    """A dated record of one subject and topic, in wide columns (分主题登记). A blank column is unknown.

    Who entered it and when stands in the batch that began it. `follows` names the record whose columns were
    carried over, `changed` the columns that differ from it, separated by blanks; a correction also has
    `corrects`, the record it takes the place of. So every column leads back to who said it first.
    """

    source = models.CharField(
        max_length=64, blank=True
    )  # household, village, department:…, import:…
    observed_on = models.DateField(null=True)
    follows = models.BigIntegerField(null=True)
    corrects = models.BigIntegerField(null=True)
    changed = models.CharField(max_length=400, blank=True)

    class Meta(Dated.Meta):
        abstract = True


class HouseholdRecord(TopicRecord):
    """A record about a household (户的分主题登记)."""

    household = models.ForeignKey(
        Household, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )

    class Meta(TopicRecord.Meta):
        abstract = True
        indexes: ClassVar = [
            *TopicRecord.Meta.indexes,
            models.Index(fields=["household", "valid_from"], name="%(class)s_subject"),
        ]


class PersonRecord(TopicRecord):
    """A record about a person (人的分主题登记)."""

    person = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )

    class Meta(TopicRecord.Meta):
        abstract = True
        indexes: ClassVar = [
            *TopicRecord.Meta.indexes,
            models.Index(fields=["person", "valid_from"], name="%(class)s_subject"),
        ]
