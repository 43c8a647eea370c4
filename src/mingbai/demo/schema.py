"""The tables of a built place (示范地数据表): one Parquet file each, under ``register/``.

Money is integer fen, areas are hundredths of a mu, dates are days, ids are text. A dated row holds from
`from_date` (included) to `to_date` (excluded; none: still). What the application must not know stands in
``truth/``, and what offices send in ``observed/``.
"""

from __future__ import annotations

import pyarrow as pa

_TEXT, _DAY, _INT, _YES = pa.string(), pa.date32(), pa.int64(), pa.bool_()


def _table(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


TABLES: dict[str, pa.Schema] = {
    # Places. `level`: province, prefecture, county, township, village; `kind`: village, community.
    "divisions": _table(
        code=_TEXT, name=_TEXT, level=_TEXT, kind=_TEXT, parent=_TEXT,
        from_date=_DAY, to_date=_DAY, successor=_TEXT,
    ),
    # `formerly`: the group of another village that it was until that one was merged into its present one.
    "groups": _table(group_id=_TEXT, village_code=_TEXT, name=_TEXT, formerly=_TEXT),
    # `kind`: poor, exited, supervised_province, supervised_county, deep …
    "village_statuses": _table(code=_TEXT, kind=_TEXT, from_date=_DAY, to_date=_DAY, reason=_TEXT),
    # What a rate divides by. `universe`: rural_registered, residents, households …
    "denominators": _table(code=_TEXT, day=_DAY, universe=_TEXT, value=_INT, origin=_TEXT),
    "place_facts": _table(code=_TEXT, day=_DAY, fact=_TEXT, value=_INT, unit=_TEXT),
    # People: the whole rural population, not only the registered.
    "households": _table(
        household_id=_TEXT, village_code=_TEXT, group_id=_TEXT, head_person_id=_TEXT,
        from_date=_DAY, to_date=_DAY, end_reason=_TEXT, phone=_TEXT,
    ),
    "persons": _table(
        person_id=_TEXT, name=_TEXT, sex=_TEXT, birth_date=_DAY, id_number=_TEXT,
        ethnicity=_TEXT, died_on=_DAY,
    ),
    "memberships": _table(
        person_id=_TEXT, household_id=_TEXT, relation=_TEXT, from_date=_DAY, to_date=_DAY,
        reason_in=_TEXT, reason_out=_TEXT,
    ),
    # Episodes. `subject`: household or person; `kind`: registered, exited, watched_unstable,
    # watched_marginal, watched_sudden, cleared, dibao, tekun, floor (兜底) …
    "statuses": _table(
        subject=_TEXT, subject_id=_TEXT, kind=_TEXT, from_date=_DAY, to_date=_DAY, reason=_TEXT,
    ),
    # Append-only log of the register of the poor: `persons` is the change of the stock, with its sign.
    # `kind`: identified, removed, natural_increase, natural_decrease, exited, returned, added …
    "events": _table(
        day=_DAY, kind=_TEXT, household_id=_TEXT, person_id=_TEXT, households=_INT, persons=_INT,
        reason=_TEXT,
    ),
    # Facts by subject and topic.
    "incomes": _table(
        household_id=_TEXT, year=_INT, members=_INT, wage=_INT, business=_INT, dividend=_INT,
        property_other=_INT, family_planning=_INT, dibao=_INT, tekun=_INT, pension=_INT,
        ecology=_INT, transfer_other=_INT, cost=_INT, net=_INT, per_capita=_INT,
    ),
    "dwellings": _table(
        household_id=_TEXT, kind=_TEXT, grade=_TEXT, area_m2=_INT, built_year=_INT,
        renovated_on=_DAY, subsidy=_INT, estate_id=_TEXT, relocated_on=_DAY, mode=_TEXT,
        from_date=_DAY, to_date=_DAY,
    ),
    "waters": _table(
        household_id=_TEXT, safe=_YES, piped=_YES, source=_TEXT, minutes=_INT, from_date=_DAY,
        to_date=_DAY,
    ),
    "lands": _table(
        household_id=_TEXT, arable=_INT, forest=_INT, returned=_INT, grass=_INT, fruit=_INT,
        water_surface=_INT, compensated_forest=_INT, year=_INT,
    ),
    "schoolings": _table(
        person_id=_TEXT, term=_TEXT, from_date=_DAY, to_date=_DAY, stage=_TEXT, grade=_INT,
        school=_TEXT, state=_TEXT, exempt=_YES,
    ),
    "healths": _table(
        person_id=_TEXT, chronic=_TEXT, major=_TEXT, disability_type=_TEXT, disability_grade=_TEXT,
        certified_on=_DAY, contract_team=_TEXT, from_date=_DAY, to_date=_DAY,
    ),
    "works": _table(
        person_id=_TEXT, year=_INT, labour=_TEXT, months=_INT, place=_TEXT, employer_id=_TEXT,
        channel=_TEXT, education=_TEXT,
    ),
    "insurances": _table(person_id=_TEXT, year=_INT, kind=_TEXT, paid_by=_TEXT),
    "bills": _table(
        bill_id=_TEXT, person_id=_TEXT, paid_on=_DAY, kind=_TEXT, in_county=_YES,
        treated_first=_YES, policy_cost=_INT, paid_basic=_INT, paid_major=_INT, paid_aid=_INT,
        paid_supplement=_INT, self_paid=_INT,
    ),
    # Benefits as paid: one row is one person-time (人次).
    "payments": _table(
        payment_id=_TEXT, programme=_TEXT, household_id=_TEXT, person_id=_TEXT, paid_on=_DAY,
        amount=_INT, term=_TEXT, source=_TEXT,
    ),
    "posts": _table(
        person_id=_TEXT, household_id=_TEXT, kind=_TEXT, entity_id=_TEXT, from_date=_DAY,
        to_date=_DAY, area=_INT,
    ),
    # What other offices keep of people: vehicle, company, property, payroll; and small credit.
    "assets": _table(
        person_id=_TEXT, kind=_TEXT, since=_DAY, price=_INT, state=_TEXT, label=_TEXT,
    ),
    "loans": _table(person_id=_TEXT, granted_on=_DAY, amount=_INT, bank=_TEXT),
    # Who helps. `kind`: county_leader, town_leader, first_secretary, team_member, town_cadre,
    # village_cadre, helper, three_lines, social …
    "units": _table(unit_id=_TEXT, name=_TEXT, kind=_TEXT, level=_TEXT),
    "cadres": _table(cadre_id=_TEXT, name=_TEXT, kind=_TEXT, unit_id=_TEXT, named=_YES),
    "teams": _table(team_id=_TEXT, kind=_TEXT, village_code=_TEXT, members=_INT, from_date=_DAY),
    # `target`: village, township, household, team, person; `role` is a `kind` of cadre.
    "assignments": _table(
        cadre_id=_TEXT, team_id=_TEXT, target=_TEXT, target_id=_TEXT, role=_TEXT, from_date=_DAY,
        to_date=_DAY,
    ),
    # Entities: coop, firm, workshop, base, estate, mutual_fund, training_centre, training_site …
    "entities": _table(
        entity_id=_TEXT, kind=_TEXT, name=_TEXT, code=_TEXT, from_date=_DAY, amount=_INT,
        size=_INT, unit=_TEXT,
    ),
    # `kind`: share, employment, lodging, membership, order, land …
    "links": _table(
        entity_id=_TEXT, kind=_TEXT, household_id=_TEXT, person_id=_TEXT, from_date=_DAY,
        to_date=_DAY, amount=_INT,
    ),
    "dividends": _table(
        entity_id=_TEXT, household_id=_TEXT, year=_INT, share=_INT, paid=_INT, paid_on=_DAY,
    ),
    "crops": _table(code=_TEXT, entity_id=_TEXT, crop=_TEXT, year=_INT, quantity=_INT, unit=_TEXT),
    # Money spent that is not a benefit of one household: education, health, housing, water …
    "spendings": _table(
        spending_id=_TEXT, purpose=_TEXT, code=_TEXT, from_date=_DAY, to_date=_DAY, amount=_INT,
        persons=_INT, origin=_TEXT,
    ),
    "projects": _table(
        project_id=_TEXT, kind=_TEXT, code=_TEXT, from_date=_DAY, to_date=_DAY, persons=_INT,
        result=_TEXT,
    ),
    # Wishes, needs and matches (爱心需求、微心愿).
    "needs": _table(
        need_id=_TEXT, household_id=_TEXT, kind=_TEXT, channel=_TEXT, posted_on=_DAY,
        matched_on=_DAY, delivered_on=_DAY, amount=_INT, donor_id=_TEXT,
    ),
    "volunteers": _table(volunteer_id=_TEXT, name=_TEXT, kind=_TEXT, registered_on=_DAY),
    # Campaigns and what they counted; `kind` of a record: visit, idea, dispute, job, difficulty …
    "campaigns": _table(
        campaign_id=_TEXT, name=_TEXT, code=_TEXT, from_date=_DAY, to_date=_DAY, kind=_TEXT,
    ),
    "campaign_records": _table(
        campaign_id=_TEXT, kind=_TEXT, code=_TEXT, household_id=_TEXT, day=_DAY, persons=_INT,
        amount=_INT, closed_on=_DAY,
    ),
    # Results of assessments: `measure`: missed, wrong_in, wrong_out, returned, satisfaction …
    "assessments": _table(
        code=_TEXT, day=_DAY, measure=_TEXT, sample=_INT, found=_INT, by=_TEXT,
    ),
}  # fmt: skip
