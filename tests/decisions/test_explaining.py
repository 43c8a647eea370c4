"""One household from the register is explained as one from the offices' tables."""

from datetime import date

import pytest

from mingbai.accounts.scopes import NOTHING, Scope
from mingbai.common.errors import RegisterError
from mingbai.decisions.behind import topics_behind
from mingbai.decisions.explaining import explain_household
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import states_of
from mingbai.documents.family import family_of
from mingbai.documents.sheets import auditor_sheet, explain_json
from tests.decisions.filling import DAY

pytestmark = pytest.mark.database


def family(key, **more):
    found = explain_household(key, **more)
    return family_of(found.tracer, found.household, changes=found.changes)


def test_explanation_agrees_with_the_stored_states(evaluated):
    filler, _ = evaluated
    for key in sorted(filler.households.values())[::6]:
        told = {one.rule.id: one.state for one in family(key).outcomes if not one.path}
        stored = states_of([key])[key].words()
        assert {rule: stored[rule] for rule in told} == told


def test_explanation_names_nobody_unless_asked(evaluated):
    filler, _ = evaluated
    key = filler.households["995301010001"]
    hidden, shown = family(key), family(key, named=True)
    name = shown.household.facts["head_name"]
    assert name
    assert name not in str(explain_json(hidden))
    assert name in auditor_sheet(shown, "zh")
    assert hidden.household.key == "995301010001"


def test_changes_are_found_on_demand(evaluated):
    filler, _ = evaluated
    key = filler.households["995301010001"]
    assert explain_household(key).changes == {}
    assert explain_household(key, with_changes=True).changes


def test_another_day_and_pack_can_be_asked_for(evaluated):
    filler, run = evaluated
    key = filler.households["995301010001"]
    then = explain_household(key, as_of=date(2024, 6, 30), pack="cn")
    assert (then.run, then.program.as_of) == (None, date(2024, 6, 30))
    assert explain_household(key).run == run


def test_outside_the_scope_is_as_if_not_there(evaluated):
    filler, _ = evaluated
    key = filler.households["995301010001"]
    code = states_of([key])[key].division_code
    assert explain_household(key, scope=Scope(((code, code),)))
    assert explain_household(key, scope=Scope((), frozenset({key})))
    texts = set()
    for asked, scope in ((key, NOTHING), (10**9, Scope(((code, code),))), (10**9, None)):
        with pytest.raises(RegisterError, match="DEC-002") as refused:
            explain_household(asked, **({"scope": scope} if scope is not None else {}))
        texts.add(str(refused.value).replace(str(asked), "N"))
    assert len(texts) == 1


def test_before_the_first_run_there_is_nothing_to_explain(example_register):
    with pytest.raises(RegisterError, match="DEC-001"):
        explain_household(example_register.households["995301010001"])
    key = example_register.households["995301010001"]
    assert explain_household(key, as_of=DAY, pack="cn").household.key == "995301010001"


def test_one_rule_alone_is_explained_as_among_all(evaluated):
    filler, _ = evaluated
    key = filler.households["995301010001"]
    whole = explain_json(family(key, named=True))["rules"]
    rules = [one["id"] for one in whole if one["role"] == "indicator"]
    for rule in rules:
        alone = explain_json(family(key, named=True, rules=[rule]))["rules"]
        assert [_plain(one) for one in alone] == [_plain(one) for one in whole if one["id"] == rule]


def _plain(told):
    """Without the steps, which are given once a document."""
    return {name: value for name, value in told.items() if name != "trace"}


def test_topics_behind_a_rule_are_those_it_reads(evaluated):
    _, run = evaluated
    asked = ("cn", pack_named("cn").hash, run.as_of)
    assert topics_behind(*asked, "basics.water") == {"water"}
    assert topics_behind(*asked, "basics.medical") == {"insurance"}
    assert topics_behind(*asked, "nothing.there") == frozenset()
