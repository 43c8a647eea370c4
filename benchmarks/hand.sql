-- The work of benchmarks/pack, written by hand for DuckDB: the measure for the compiled query.
--
-- One statement; :person, :household, :out are put in by benchmarks/contenders.py. The day is
-- 2025-06-30. Money is fen. Unknown is NULL, and every rule keeps it as the pack format says:
--   * any() is true once one row is true, false only when every row is known;
--   * a sum or count is known only when every row is; next to it stand a lower bound (…_lo) and an
--     upper bound (…_hi) where a comparison needs them, and that comparison is decided as soon as
--     both bounds agree;
--   * a person is n years old from the day of the month on: born on or before the day n years ago;
--   * round() goes half away from zero, in integers, and no operand of // is negative.
with person as (
    select
        household_id,
        resident,
        birth_date,
        edu_status,
        dropout_exempt,
        disability_grade in (1, 2) as severe_grade,
        disability_kind,
        chronic_ill,
        major_ill,
        medical_insured,
        pension_insured,
        self_care,
        working,
        work_months,
        monthly_wage,
        pension_monthly,
        oop_medical,
        hospital_days,
        school_cost,
        allowance_monthly
    from read_parquet(:person)
),
feature as (
    select
        household_id,
        resident,
        resident and birth_date <= date '2019-06-30' and birth_date > date '2009-06-30'
            and edu_status not in ('primary', 'junior', 'senior', 'vocational')
            and not dropout_exempt as dropout,
        resident and severe_grade as severe,
        resident and birth_date <= date '2009-06-30' and birth_date > date '1965-06-30'
            and not severe_grade and not major_ill
            and edu_status not in ('primary', 'junior', 'senior', 'vocational', 'college') as able,
        not working or work_months < 3 as hardly_works,
        resident and not medical_insured as uninsured,
        resident and (major_ill or (chronic_ill and hospital_days >= 30)) as ill,
        resident and self_care <> 'full' and (birth_date <= date '1965-06-30' or severe_grade) as care,
        resident and severe_grade and disability_kind <> 'none' and allowance_monthly < 8000
            as allowance_due,
        resident and working as earns,
        work_months * monthly_wage as wage,
        coalesce(work_months, 12) * coalesce(monthly_wage, 5000000) as wage_hi,
        resident and pension_insured and birth_date <= date '1965-06-30' as draws,
        pension_monthly * 12 as pension,
        coalesce(pension_monthly, 2000000) * 12 as pension_hi,
        case when oop_medical > 2000000 then 2000000 else oop_medical end as oop,
        resident and edu_status in ('senior', 'vocational', 'college') as studies,
        school_cost
    from person
),
household as (
    select
        household_id,
        count(*) as persons,
        count(resident) as size_known,
        count(*) filter (where resident) as size_lo,
        count(able) as labour_known,
        count(*) filter (where able) as labour_lo,
        count(severe) as disabled_known,
        count(*) filter (where severe) as disabled_lo,
        count(care) as care_known,
        count(*) filter (where care) as care_lo,
        count(able and hardly_works) as idle_known,
        bool_or(able and hardly_works) as idle_some,
        count(dropout) as dropout_known,
        bool_or(dropout) as dropout_some,
        count(uninsured) as uninsured_known,
        bool_or(uninsured) as uninsured_some,
        count(ill) as ill_known,
        bool_or(ill) as ill_some,
        count(allowance_due) as allowance_known,
        bool_or(allowance_due) as allowance_some,
        -- an income is certain when its condition is certain and, if that is true, its amount too
        count(case when earns then wage when not earns then 0 end) as wages_known,
        sum(case when earns then coalesce(wage, 0) else 0 end)::bigint as wages_lo,
        sum(case when not earns then 0 else wage_hi end)::bigint as wages_hi,
        count(case when draws then pension when not draws then 0 end) as pensions_known,
        sum(case when draws then coalesce(pension, 0) else 0 end)::bigint as pensions_lo,
        sum(case when not draws then 0 else pension_hi end)::bigint as pensions_hi,
        count(case when resident then oop when not resident then 0 end) as medical_known,
        sum(case when resident then coalesce(oop, 0) else 0 end)::bigint as medical_lo,
        sum(case when not resident then 0 else coalesce(oop, 2000000) end)::bigint as medical_hi,
        count(case when studies then school_cost when not studies then 0 end) as school_known,
        sum(case when studies then coalesce(school_cost, 0) else 0 end)::bigint as school_lo,
        sum(case when not studies then 0 else coalesce(school_cost, 10000000) end)::bigint as school_hi
    from feature
    group by household_id
),
joined as (
    select
        h.*,
        case when m.size_known = m.persons then m.size_lo end as size,
        m.size_lo,
        m.size_lo + m.persons - m.size_known as size_hi,
        case when m.labour_known = m.persons then m.labour_lo end as labour,
        m.labour_lo,
        m.labour_lo + m.persons - m.labour_known as labour_hi,
        case when m.disabled_known = m.persons then m.disabled_lo end as disabled,
        case when m.disabled_lo >= 1 then true
             when m.disabled_known = m.persons then false end as some_disabled,
        case when m.care_lo >= 1 then true
             when m.care_known = m.persons then false end as some_care,
        case when m.idle_some then true when m.idle_known = m.persons then false end as idle,
        case when m.dropout_some then true when m.dropout_known = m.persons then false end as any_dropout,
        case when m.uninsured_some then true when m.uninsured_known = m.persons then false end
            as any_uninsured,
        case when m.ill_some then true when m.ill_known = m.persons then false end as any_ill,
        case when m.allowance_some then true when m.allowance_known = m.persons then false end
            as allowance_gap,
        case when m.wages_known = m.persons then m.wages_lo end as wages,
        case when m.pensions_known = m.persons then m.pensions_lo end as pensions,
        case when m.medical_known = m.persons then m.medical_lo end as medical_costs,
        m.medical_lo,
        m.medical_hi,
        m.school_lo,
        m.school_hi,
        m.wages_lo + m.pensions_lo + coalesce(land_rent, 0) + coalesce(crop_income, 0)
            + coalesce(livestock_income, 0) + coalesce(business_income, 0)
            + coalesce(transfer_income, 0) + coalesce(subsidy_income, 0)
            - coalesce(production_cost, 100000000) as income_lo,
        m.wages_hi + m.pensions_hi + coalesce(land_rent, 100000000)
            + coalesce(crop_income, 100000000) + coalesce(livestock_income, 100000000)
            + coalesce(business_income, 100000000) + coalesce(transfer_income, 100000000)
            + coalesce(subsidy_income, 100000000) - coalesce(production_cost, 0) as income_hi
    from read_parquet(:household) h
    left join household m on m.household_id = h.household_id
),
income as (
    select
        *,
        wages + pensions + land_rent + crop_income + livestock_income + business_income
            + transfer_income + subsidy_income - production_cost as net_income
    from joined
),
divided as (
    select
        *,
        -- a bound is divided by the number of persons itself: while that is unknown, there is none
        case when size > 0 then
            case when net_income >= 0 then (2 * net_income + size) // (2 * size)
                 else -((size - 2 * net_income) // (2 * size)) end end as per_capita,
        case when size > 0 then
            case when income_lo >= 0 then (2 * income_lo + size) // (2 * size)
                 else -((size - 2 * income_lo) // (2 * size)) end end as per_capita_lo,
        case when size > 0 then
            case when income_hi >= 0 then (2 * income_hi + size) // (2 * size)
                 else -((size - 2 * income_hi) // (2 * size)) end end as per_capita_hi,
        size - labour as dependants,
        size_lo - labour_hi as dependants_lo,
        size_hi - labour_lo as dependants_hi
    from income
),
state as (
    select
        *,
        case when per_capita_hi < 760000 then true when per_capita_lo >= 760000 then false end as below_line,
        case when per_capita_hi < 430000 then true when per_capita_lo >= 430000 then false end
            as below_poverty,
        case when per_capita_hi < 540000 then true when per_capita_lo >= 540000 then false end
            as below_assistance,
        water_litres >= 20 and water_quality and (water_piped or water_minutes <= 20)
            and water_guarantee >= 90 as water_safe,
        dwelling_grade in ('A', 'B') and electricity as dwelling_safe,
        not any_dropout as education_met,
        not any_uninsured as medical_met,
        case when medical_lo * 100 > 30 * income_hi then true
             when medical_hi * 100 <= 30 * income_lo then false end as large_costs,
        case when school_lo > 600000 then true when school_hi <= 600000 then false end as costly_school,
        disaster_hit and disaster_loss >= 1000000 as disaster,
        case when coalesce(debt, 0) > income_hi * 2 then true
             when coalesce(debt, 1000000000) <= income_lo * 2 then false end
            and case when coalesce(savings, 1000000000) < coalesce(debt, 0) then true
                     when coalesce(savings, 0) >= coalesce(debt, 1000000000) then false end
            as debt_pressure,
        case when size > 0 then
            case when dependants >= 0 then (200 * dependants + size) // (2 * size)
                 else -((size - 200 * dependants) // (2 * size)) end end as dependency,
        -- round(a / b, 2) > 0.5: a share of 0.505 or more rounds to 0.51
        case when size > 0 then
            case when 200 * dependants_lo + size >= 102 * size then true
                 when 200 * dependants_hi + size < 102 * size then false end end as many_dependants,
        case when labour_hi = 0 then true when labour_lo > 0 then false end as no_labour,
        case when labour_lo >= 1 then true when labour_hi < 1 then false end as some_labour,
        case when coalesce(dwelling_area, 20000) < size_lo * 130 then true
             when coalesce(dwelling_area, 0) >= size_hi * 130 then false end
            or case when size_lo > coalesce(dwelling_rooms, 50) * 3 then true
                    when size_hi <= coalesce(dwelling_rooms, 0) * 3 then false end as crowded
    from divided
),
met as (
    select
        *,
        education_met and medical_met and dwelling_safe and water_safe as guarantees_met,
        (any_ill and large_costs) or costly_school or disaster as hardship,
        below_assistance and not owns_car and not owns_second_home as assistance_due
    from state
),
score as (
    select
        *,
        case when below_line then 35 when not below_line then 0 end
            + case when hardship then 25 when not hardship then 0 end
            + case when guarantees_met then 0 when not guarantees_met then 20 end
            + case when debt_pressure then 10 when not debt_pressure then 0 end
            + case when no_labour then 10 when not no_labour then 0 end
            + case when many_dependants then 5 when not many_dependants then 0 end
            + case when some_disabled then 5 when not some_disabled then 0 end
            + case when some_care then 5 when not some_care then 0 end
            + case when hard_road then 0 when not hard_road then 5 end as risk_score,
        case when below_line then 35 else 0 end + case when hardship then 25 else 0 end
            + case when not guarantees_met then 20 else 0 end
            + case when debt_pressure then 10 else 0 end + case when no_labour then 10 else 0 end
            + case when many_dependants then 5 else 0 end + case when some_disabled then 5 else 0 end
            + case when some_care then 5 else 0 end + case when not hard_road then 5 else 0 end
            as risk_lo,
        case when not below_line then 0 else 35 end + case when not hardship then 0 else 25 end
            + case when guarantees_met then 0 else 20 end
            + case when not debt_pressure then 0 else 10 end
            + case when not no_labour then 0 else 10 end
            + case when not many_dependants then 0 else 5 end
            + case when not some_disabled then 0 else 5 end
            + case when not some_care then 0 else 5 end + case when hard_road then 0 else 5 end
            as risk_hi
    from met
)
select
    household_id,
    size,
    labour,
    disabled,
    wages,
    pensions,
    medical_costs,
    any_dropout,
    any_ill,
    net_income,
    per_capita,
    below_line,
    below_poverty,
    water_safe,
    dwelling_safe,
    education_met,
    medical_met,
    guarantees_met,
    large_costs,
    hardship,
    debt_pressure,
    dependency,
    no_labour,
    crowded,
    risk_score,
    case when risk_lo >= 60 then 'red' when risk_hi < 60 then
        case when risk_hi < 30 then 'green' when risk_lo >= 30 then 'yellow' end end as light,
    household_kind <> 'monitored' and (below_line or hardship or not guarantees_met)
        as monitor_candidate,
    assistance_due,
    case when assistance_due then (540000 - per_capita) * size when not assistance_due then 0 end
        as assistance_amount,
    no_labour and below_poverty and some_care as destitute,
    case when dwelling_grade = 'D' then 'first'
         when dwelling_grade = 'C' then case when household_kind in ('monitored', 'assisted') then 'first'
                                             when household_kind is not null then 'second' end
         when dwelling_grade is not null then 'none' end as dwelling_programme,
    some_labour and idle and below_line as public_job,
    allowance_gap,
    household_kind = 'monitored' and not below_line and guarantees_met and not hardship as exit_ready
from score
