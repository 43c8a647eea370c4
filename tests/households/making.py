"""Making small registers for tests: everything goes through the named actions."""

from datetime import date

from mingbai.households.actions import Newcomer, register_household
from mingbai.households.models import Membership
from mingbai.tables.identity import check_sign

VILLAGE = "610921102001"
OTHER_VILLAGE = "610921102002"
START = date(2014, 1, 1)
BY = {"actor": "user:1", "reason": "入户核实"}


def invented_document(birth, serial=1):
    """An ID number nobody can have: region 99."""
    body = f"990000{birth:%Y%m%d}{serial:03d}"
    return body + check_sign(body)


def somebody(relation, name="某", sex="male", birth=date(1970, 1, 1), **identity):
    return Newcomer(relation, {"name": name, "sex": sex, "birth_date": birth, **identity})


def family():
    """A head, his wife, a son and the son's wife."""
    return [
        somebody("head", "甲", "male", date(1950, 1, 1)),
        somebody("spouse", "乙", "female", date(1952, 1, 1)),
        somebody("son", "丙", "male", date(1980, 1, 1)),
        somebody("daughter_in_law", "丁", "female", date(1982, 1, 1)),
    ]


def household(members=None, *, on=START, village=VILLAGE, **rest):
    """A registered household: its key and the keys of its members, in order."""
    made = register_household(
        **BY, on=on, members=members or family(), residence={"division_code": village}, **rest
    )
    return made.household_id, made.persons


def members_on(household_id, day):
    """(person, relation) pairs of a household on a day, straight from the table."""
    rows = Membership.objects.recorded().on(day).filter(household_id=household_id)
    return sorted(rows.values_list("person_id", "relation"))


def relations_on(household_id, day):
    return dict(members_on(household_id, day))
