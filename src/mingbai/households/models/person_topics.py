"""What is recorded of a person, by topic (人的分主题登记). Columns are named as the facts of `cn`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mingbai.households.models.records import PersonRecord


def _yes() -> models.BooleanField:
    return models.BooleanField(null=True)


def _code() -> models.CharField:
    return models.CharField(max_length=24, null=True)


def _fen() -> models.BigIntegerField:
    return models.BigIntegerField(null=True)


class Identity(PersonRecord):
    """Who the person is (身份信息): name, document, birth. Document and phone are encrypted."""

    name = models.CharField(max_length=80)
    sex = _code()
    birth_date = models.DateField(null=True)
    died_on = models.DateField(null=True)
    ethnicity = models.CharField(max_length=24, null=True)
    politics = _code()
    id_number = models.BinaryField(null=True)  # encrypted
    id_digest = models.BinaryField(
        max_length=16, null=True
    )  # of the first 18 characters, upper case
    id_tail4 = models.BinaryField(max_length=16, null=True)
    id_tail6 = models.BinaryField(max_length=16, null=True)
    phone = models.BinaryField(null=True)  # encrypted
    phone_tail4 = models.BinaryField(max_length=16, null=True)
    phone_tail6 = models.BinaryField(max_length=16, null=True)

    class Meta(PersonRecord.Meta):
        indexes: ClassVar = [
            *PersonRecord.Meta.indexes,
            models.Index(fields=["id_digest"], name="identity_document"),
        ]


class Schooling(PersonRecord):
    """Schooling of a term or a time (就学)."""

    school_state = _code()
    stage = _code()
    full_time = _yes()
    roll_state = _code()
    dropout_exempt = _yes()
    dropout_reason = models.CharField(max_length=80, null=True)
    school = models.CharField(max_length=120, null=True)
    school_cost = _fen()


class Work(PersonRecord):
    """Ability and work of a year (劳动与务工)."""

    education = _code()
    labour = _code()
    work_months = models.IntegerField(null=True)
    work_place = models.CharField(max_length=120, null=True)
    employer = models.CharField(max_length=120, null=True)
    works_abroad = _yes()
    mandarin = _yes()


class Insurance(PersonRecord):
    """Insurance of a year (参保)."""

    medical_insured = _yes()
    medical_insured_employee = _yes()
    major_insured = _yes()
    supplement_insured = _yes()
    pension_insured = _yes()


class Security(PersonRecord):
    """Minimum living allowance and support of the destitute, as the office recorded it (社会救助)."""

    on_dibao = _yes()
    on_tekun = _yes()


class Health(PersonRecord):
    """Health (健康), restricted: in no list, notice or export without the permission."""

    health_chronic = _yes()
    health_major = _yes()
    health_disabled = _yes()
    disability_type = _code()
    disability_grade = _code()
    disability_certified_on = models.DateField(null=True)


class Conviction(PersonRecord):
    """A sentence served (刑满释放), restricted (S2-49)."""

    released_on = models.DateField(null=True)
    note = models.BinaryField(null=True)  # encrypted


class Bill(PersonRecord):
    """A medical bill (医疗费用), restricted; settled on `valid_from`. Money in fen."""

    kind = _code()
    in_county = _yes()
    self_paid = _fen()
    policy_cost = _fen()
    paid_basic = _fen()
    paid_major = _fen()
    paid_aid = _fen()
    paid_supplement = _fen()


class Benefit(PersonRecord):
    """A benefit paid (补贴发放), one row a payment; paid on `valid_from`. Money in fen."""

    kind = _code()
    programme = models.CharField(max_length=40, null=True)
    amount = _fen()
