"""Households, persons, who lived with whom, and as what they were registered (户、人、成员、身份)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models

from mingbai.audit.queries import RecordedQuerySet
from mingbai.audit.records import Dated, Recorded
from mingbai.common.fields import PlainText
from mingbai.households.enums import HouseholdEnd, MembershipReason, StatusKind, Subject


class HouseholdQuerySet(RecordedQuerySet):
    """Households (户): their period stands in another table."""

    def on(self, day: date) -> Self:
        """Households that lived on a day, as the register knows it now."""
        lives = HouseholdLife.objects.recorded().on(day).filter(household_id=models.OuterRef("pk"))
        return self.filter(models.Exists(lives))


class Household(Recorded):
    """A dated group of persons who live and spend together (户), not the 户口簿: the key everything hangs on.

    Its row never changes; from when to when it lived stands in `HouseholdLife`.
    """

    number = models.CharField(max_length=40)  # 户编号 of the national platform, or our own; text

    objects = HouseholdQuerySet.as_manager()

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["number"], name="household_number"),
        ]

    def __str__(self) -> str:
        return self.number


class HouseholdLife(Dated):
    """From when to when a household lived (户的存续期), and why it ended."""

    household = models.ForeignKey(
        Household, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    ended_because = models.CharField(max_length=16, choices=HouseholdEnd.choices, blank=True)

    class Meta(Dated.Meta):
        indexes: ClassVar = [
            *Dated.Meta.indexes,
            models.Index(fields=["household", "valid_from"], name="life_household"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.valid_from}–{self.valid_to or ''}"


class Person(Recorded):
    """A person (人): the base record; name, documents and the rest stand in the topics."""

    number = models.CharField(max_length=40)  # 人口编号, text

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["number"], name="person_number"),
        ]

    def __str__(self) -> str:
        return self.number


class Membership(Dated):
    """A person in a household (家庭成员), from a day to a day, with the reasons of coming and going."""

    person = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    household = models.ForeignKey(
        Household, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    relation = models.CharField(max_length=24)  # code list `relation` of the pack; head is the head
    reason_in = models.CharField(max_length=12, choices=MembershipReason.choices, blank=True)
    reason_out = models.CharField(max_length=12, choices=MembershipReason.choices, blank=True)

    class Meta(Dated.Meta):
        indexes: ClassVar = [
            *Dated.Meta.indexes,
            models.Index(fields=["household", "valid_from"], name="membership_household"),
            models.Index(fields=["person", "valid_from"], name="membership_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.household_id}"


class Status(Dated):
    """An episode of being registered as something (身份): points to the case that made it, if any."""

    subject = models.CharField(max_length=9, choices=Subject.choices)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=20, choices=StatusKind.choices)
    cause = models.CharField(max_length=24, blank=True)  # 致贫原因 or 风险类型, code of the pack
    reason = models.CharField(max_length=200, blank=True)
    case = models.CharField(max_length=64, blank=True)  # kind:id of the case

    class Meta(Dated.Meta):
        indexes: ClassVar = [
            *Dated.Meta.indexes,
            models.Index(fields=["subject", "subject_id"], name="status_subject"),
            models.Index(fields=["kind", "valid_from"], name="status_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}:{self.subject_id} {self.kind}"


class Tail(models.Func):
    """The last four signs of a text (尾号), written out as the index has them on both databases."""

    arity = 1
    output_field = models.TextField()
    template = "right(%(expressions)s, 4)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, -4)", **context)


class SearchEntry(Recorded):
    """What search looks at (检索条目): one row for each person and household; made again at will.

    Further rows of the same person (`extra`) hold only what differs: another reading of the surname (单: s, c
    or d), a later part of a long name, the household's phone beside the own one. Digests are keyed: the last
    four and six characters of ID number and phone can be looked up, not read.
    """

    person = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    household = models.ForeignKey(
        Household, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    extra = models.BooleanField()
    division_code = PlainText(max_length=12)
    relation = models.CharField(max_length=24)
    left_on = models.DateField(null=True)  # day from which the person is no member of it any more
    name = PlainText(max_length=80)
    given = PlainText(max_length=80, null=True)  # the name without its first sign
    initials = PlainText(max_length=80, null=True)  # of one reading
    household_number = PlainText(max_length=40, null=True)  # only at the one who speaks for it
    id_tail4 = models.BinaryField(max_length=16, null=True)
    id_tail6 = models.BinaryField(max_length=16, null=True)
    phone_tail4 = models.BinaryField(max_length=16, null=True)
    phone_tail6 = models.BinaryField(max_length=16, null=True)

    derived: ClassVar[bool] = True

    class Meta(Recorded.Meta):
        # The code beside the text: what lies outside a scope is passed over within the index.
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["household"], name="search_household"),
            models.Index(fields=["person"], name="search_person"),
            models.Index(fields=["name", "division_code"], name="search_name"),
            models.Index(
                fields=["given", "division_code"],
                name="search_given",
                condition=models.Q(given__isnull=False),
            ),
            models.Index(
                fields=["initials", "name", "division_code"],
                name="search_initials",
                condition=models.Q(initials__isnull=False),
            ),
            # A part of a name, and whatever else no other index begins with, within a village or township.
            models.Index(fields=["division_code", "name"], name="search_division"),
            models.Index(
                fields=["household_number", "division_code"],
                name="search_household_number",
                condition=models.Q(household_number__isnull=False),
            ),
            models.Index(
                Tail("household_number"),
                name="search_household_tail",
                condition=models.Q(household_number__isnull=False),
            ),
            models.Index(
                fields=["id_tail4"], name="search_id", condition=models.Q(id_tail4__isnull=False)
            ),
            models.Index(
                fields=["phone_tail4"],
                name="search_phone",
                condition=models.Q(phone_tail4__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"


class Attachment(Recorded):
    """A file kept as evidence (附件): checked by content, limited in size, encrypted outside the web root."""

    subject = models.CharField(max_length=9, choices=Subject.choices)
    subject_id = models.BigIntegerField()
    topic = models.CharField(max_length=24, blank=True)
    title = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.BigIntegerField()  # bytes
    digest = models.CharField(max_length=64)  # SHA-256 of the plain file
    stored_as = models.CharField(max_length=64)  # name in the folder of attachments

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["subject", "subject_id"], name="attachment_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
