"""The register itself, divisions, denominators and village profiles (登记库、区划、分母、村情)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from mingbai.audit.records import Dated, Recorded
from mingbai.places.enums import Level, SuccessionKind, Universe, VillageStatusKind
from mingbai.places.errors import error


class Register(models.Model):
    """What this database holds (登记库): one row. `synthetic` is said when it is made and never taken back.

    A synthetic register has a working date of its own; a real one works today.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    division_code = models.CharField(max_length=12)
    synthetic = models.BooleanField()
    working_date = models.DateField(null=True)
    pack = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="register_is_one"),
            models.CheckConstraint(
                condition=models.Q(synthetic=True) | models.Q(working_date=None),
                name="real_register_works_today",
            ),
        ]

    def __str__(self) -> str:
        return self.division_code

    def save(self, *args: Any, **options: Any) -> None:
        """Raises PLACE-002 when the mark of a synthetic register is to change."""
        before = Register.objects.filter(pk=self.pk).values_list("synthetic", flat=True).first()
        if before is not None and before != self.synthetic:
            raise error("PLACE-002")
        super().save(*args, **options)


class Division(Dated):
    """A division while nothing about it changed (行政区划): 12-digit code, zeros to the right."""

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=12, choices=Level.choices)
    kind = models.CharField(max_length=16, blank=True)  # village, community, town, subdistrict …
    parent_code = models.CharField(max_length=12, blank=True)

    class Meta(Dated.Meta):
        indexes: ClassVar = [
            *Dated.Meta.indexes,
            models.Index(fields=["code", "valid_from"], name="division_code"),
            models.Index(fields=["parent_code"], name="division_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Succession(Recorded):
    """From a day on, what lay under one code lies under another (区划沿革); the same code: a rename."""

    old_code = models.CharField(max_length=12)
    new_code = models.CharField(max_length=12)
    happened_on = models.DateField()
    kind = models.CharField(max_length=8, choices=SuccessionKind.choices)

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["old_code"], name="succession_old"),
            models.Index(fields=["new_code"], name="succession_new"),
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code}"


class Group(Dated):
    """A villagers' group (村民小组): no national code, a number within the village."""

    village_code = models.CharField(max_length=12)
    number = models.CharField(max_length=24)
    name = models.CharField(max_length=80)

    class Meta(Dated.Meta):
        indexes: ClassVar = [
            *Dated.Meta.indexes,
            models.Index(fields=["village_code", "number"], name="group_number"),
        ]

    def __str__(self) -> str:
        return self.name


class Denominator(Recorded):
    """What a rate divides by (分母): persons or households of a division on a day; who says so (S1-05)."""

    division_code = models.CharField(max_length=12)
    counted_on = models.DateField()
    universe = models.CharField(max_length=24, choices=Universe.choices)
    value = models.BigIntegerField()  # 人 or 户
    source = models.CharField(max_length=120)

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["division_code", "universe", "counted_on"], name="denominator_of"),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.universe} {self.counted_on}"


class Boundary(Recorded):
    """The outline of a division for drawing (地界): brought by the county itself, none are shipped."""

    division_code = models.CharField(max_length=12)
    rings = models.JSONField()  # whole ten-thousandths of a degree, see places.shapes
    source = models.CharField(max_length=120)

    class Meta(Recorded.Meta):
        indexes: ClassVar = [
            *Recorded.Meta.indexes,
            models.Index(fields=["division_code"], name="boundary_of"),
        ]

    def __str__(self) -> str:
        return self.division_code


class VillageStatus(Dated):
    """What a village is registered as (贫困村身份): poor, exited, supervised … (S1-03, S3-41)."""

    division_code = models.CharField(max_length=12)
    kind = models.CharField(max_length=24, choices=VillageStatusKind.choices)
    reason = models.CharField(max_length=80, blank=True)

    class Meta(Dated.Meta):
        indexes: ClassVar = [
            *Dated.Meta.indexes,
            models.Index(fields=["division_code", "kind"], name="village_status"),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.kind}"


class VillageProfile(Dated):
    """How a village stands in a year (村情): roads, network, clinic, school, service place, environment.

    Sources of the columns: S0-47, S0-69, S2-11, S2-28, S2-44, S3-41…43. A blank is unknown, never a no.
    """

    division_code = models.CharField(max_length=12)
    road_to_village = models.BooleanField(null=True)  # 通村路硬化
    groups_with_road = models.IntegerField(null=True)  # 组组通: groups reached by a hard road
    group_count = models.IntegerField(null=True)
    broadband = models.BooleanField(null=True)  # 通宽带
    parcel_point = models.BooleanField(null=True)  # 快递服务点
    clinic = models.BooleanField(null=True)  # 标准化村卫生室
    clinic_doctors = models.IntegerField(null=True)  # 人
    primary_school = models.BooleanField(null=True)
    kindergarten = models.BooleanField(null=True)
    service_place = models.BooleanField(null=True)  # 村级综合服务场所 (S3-42)
    service_centres = models.IntegerField(null=True)  # of five
    service_rooms = models.IntegerField(null=True)  # N 站室
    water_supply = models.BooleanField(null=True)  # 集中供水
    waste_collected = models.BooleanField(null=True)  # 垃圾收运 (S2-28)
    sewage_treated = models.BooleanField(null=True)
    homes_improved = models.IntegerField(null=True)  # 五改一化一维, 户 (S2-11)
    weak_organisation = models.BooleanField(null=True)  # 软弱涣散党组织 (S3-41)
    collective_income = models.BigIntegerField(null=True)  # fen
    source = models.CharField(max_length=120, blank=True)  # of what was set last
    observed_on = models.DateField(null=True)
    said_by = models.JSONField(null=True)  # column → [source, observed on]; none: all from `source`

    class Meta(Dated.Meta):
        indexes: ClassVar = [
            *Dated.Meta.indexes,
            models.Index(fields=["division_code", "valid_from"], name="profile_of"),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.valid_from}"
