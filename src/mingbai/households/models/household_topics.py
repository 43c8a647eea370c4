"""What is recorded of a household, by topic (户的分主题登记). Columns are named as the facts of `cn`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mingbai.households.models.records import HouseholdRecord


def _yes() -> models.BooleanField:
    return models.BooleanField(null=True)


def _code() -> models.CharField:
    return models.CharField(max_length=24, null=True)


def _fen() -> models.BigIntegerField:
    return models.BigIntegerField(null=True)


class Residence(HouseholdRecord):
    """Where the household lives and how it is reached (住址与联系). Decides whose scope it is in."""

    division_code = models.CharField(max_length=12)  # the village's code
    group_number = models.CharField(max_length=24, null=True)
    address = models.CharField(max_length=200, null=True)
    phone = models.BinaryField(null=True)  # encrypted
    phone_tail4 = models.BinaryField(max_length=16, null=True)
    phone_tail6 = models.BinaryField(max_length=16, null=True)

    class Meta(HouseholdRecord.Meta):
        indexes: ClassVar = [
            *HouseholdRecord.Meta.indexes,
            models.Index(fields=["division_code"], name="residence_division"),
        ]


class BankAccount(HouseholdRecord):
    """The account help is paid into (银行账号); a topic of its own with its own permission."""

    bank = models.CharField(max_length=80, null=True)
    account = models.BinaryField(null=True)  # encrypted
    holder_person_id = models.BigIntegerField(null=True)


class Dwelling(HouseholdRecord):
    """The dwelling (住房)."""

    dwelling_kind = _code()
    dwelling_grade = _code()
    dwelling_unsafe = _yes()
    dwelling_accepted = _yes()
    rent_years = models.IntegerField(null=True)
    rent_months = models.IntegerField(null=True)
    area = models.IntegerField(null=True)  # m²
    structure = _code()
    built_year = models.IntegerField(null=True)
    renovated_on = models.DateField(null=True)
    relocated_on = models.DateField(null=True)
    subsidy = _fen()


class Water(HouseholdRecord):
    """Drinking water (饮水)."""

    drinking_water_safe = _yes()
    water_litres = models.IntegerField(null=True)
    water_scarce_area = _yes()
    water_quality_ok = _yes()
    water_piped = _yes()
    water_minutes = models.IntegerField(null=True)
    water_guarantee_pct = models.IntegerField(null=True)
    water_source = _code()


class Living(HouseholdRecord):
    """How the household lives (生产生活条件): food, clothing, power, road, fuel, toilet, groups joined."""

    member_count_registered = models.IntegerField(null=True)
    food_enough = _yes()
    clothes_enough = _yes()
    electricity = _yes()
    production_power = _yes()
    tv = _yes()
    toilet = _yes()
    fuel = _code()
    road_kind = _code()
    road_metres = models.IntegerField(null=True)  # 与村主干路距离, metres
    cooperative = _yes()
    lead_firm = _yes()
    lead_person = _yes()
    labourless_flag = _yes()


class Land(HouseholdRecord):
    """Land of a year (土地), in hundredths of a mu."""

    arable = _fen()
    forest = _fen()
    returned = _fen()
    grass = _fen()
    fruit = _fen()
    water_surface = _fen()


class IncomeYear(HouseholdRecord):
    """Income of an accounting year (年度收入), fen. The period of the record is the accounting year."""

    members = models.IntegerField(null=True)
    income_wage = _fen()
    income_business = _fen()
    income_property_dividend = _fen()
    income_property_other = _fen()
    income_family_planning = _fen()
    income_dibao = _fen()
    income_tekun = _fen()
    income_pension = _fen()
    income_ecology = _fen()
    income_transfer_other = _fen()
    expense_business = _fen()
    income_per_capita_recorded = _fen()
    insurance_claims = _fen()


class Measure(HouseholdRecord):
    """A measure of help (帮扶措施); happened on `valid_from`."""

    kind = _code()
    title = models.CharField(max_length=120, null=True)
    amount = _fen()


class HouseholdIncident(HouseholdRecord):
    """An incident told by the household or a department (风险情况登记); happened on `valid_from`."""

    kind = _code()
    told_by = models.CharField(max_length=64, null=True)
