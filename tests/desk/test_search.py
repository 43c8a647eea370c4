"""One search for households, persons, places and screens: in one's scope, masked, written down nowhere."""

import pytest

from mingbai.audit.models import AccessLook, Event
from mingbai.desk.search import views
from tests.desk.county import DAPING, register

pytestmark = pytest.mark.database
PLAIN, LIST = "/search/?q={}", "/search/as-you-type/?q={}"


def told(client, text, way=LIST):
    answer = client.get(way.format(text))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("way", [PLAIN, LIST])
@pytest.mark.parametrize("text", ["陈桂", "cgs", "0000", "9901-0", "桂生"])
def test_person_is_found_by_name_initials_tail_and_number(signed_in, text, way):
    assert "陈桂生" in told(signed_in("township_clerk"), text, way)


@pytest.mark.parametrize("way", [PLAIN, LIST])
@pytest.mark.parametrize("text", ["向春", "xcm", "9901-2"])
def test_person_out_of_scope_is_not_there(signed_in, text, way):
    assert "向春梅" not in told(signed_in("township_clerk"), text, way)
    assert "向春梅" in told(signed_in("county_officer"), text, way)


@pytest.mark.parametrize("way", [PLAIN, LIST])
@pytest.mark.parametrize("text", ["井水", "jsc", "990101101201", "水村"])
def test_place_is_found_by_name_initials_and_code_in_scope(signed_in, text, way):
    assert "/places/990101101201/" in told(signed_in("county_officer"), text, way)
    assert "/places/990101101201/" not in told(signed_in("township_clerk"), text, way)


def test_screen_is_found_by_who_may_open_it(signed_in):
    assert "/jobs/evaluate/" in told(signed_in("county_officer"), "评估")
    assert "/jobs/evaluate/" not in told(signed_in("township_clerk"), "评估")
    assert 'href="/imports/"' in told(signed_in("township_clerk"), "dr")
    assert 'href="/imports/"' not in told(signed_in("village_officer"), "dr")


def test_list_leads_a_head_to_the_household_and_a_member_to_herself(county, signed_in):
    home, head = county.households["here"], county.heads["here"]
    found = told(signed_in("township_clerk"), "陈桂生")
    assert f'href="/households/{home}/"' in found
    assert f'href="/persons/{head + 1}/"' in found
    assert f'href="/persons/{head}/"' not in found


def test_no_number_is_shown_whole(county, signed_in):
    for way in (PLAIN, LIST):
        found = told(signed_in("township_clerk"), "陈桂", way)
        assert "19670302" not in found
        assert "19900000000" not in found


def test_single_letter_is_not_searched_for_as_one_types(signed_in):
    assert told(signed_in("township_clerk"), "c") == ""
    assert told(signed_in("township_clerk"), "") == ""


def test_what_is_not_found_is_said(signed_in):
    assert "没有找到" in told(signed_in("township_clerk"), "赵不存在")
    assert "没有找到" in told(signed_in("township_clerk"), "赵不存在", PLAIN)


def test_nothing_searched_for_is_written_down(signed_in):
    client = signed_in("county_officer")
    before = Event.objects.count(), AccessLook.objects.count()
    told(client, "陈桂生", PLAIN)
    told(client, "陈桂生")
    assert (Event.objects.count(), AccessLook.objects.count()) == before


def test_list_costs_the_same_for_one_or_many(signed_in, django_assert_max_num_queries):
    client = signed_in("county_officer")
    told(client, "陈桂")
    with django_assert_max_num_queries(20) as few:
        told(client, "陈桂")
    asked = len(few)
    for serial in range(8):
        register(DAPING, f"陈桂{'甲乙丙丁戊己庚辛'[serial]}", 70 + serial)
    told(client, "陈桂")
    with django_assert_max_num_queries(asked):
        assert told(client, "陈桂").count('role="option"') >= 8


def test_more_than_a_page_is_said_and_can_be_gone_on_to(signed_in, monkeypatch):
    """Fifty of a thousand are not what was found: the count would be a lie."""
    for serial in range(4):
        register(DAPING, f"欧阳{serial}", 70 + serial)
    monkeypatch.setattr(views, "LIMIT", 5)
    client, names = signed_in("township_clerk"), []
    for start, said in ((0, "前 5 人，还有更多"), (5, "第 6 到 8 人，这是最后的")):
        page = client.get(PLAIN.format("欧阳") + f"&start={start}")
        assert said in page.content.decode()
        names += [line["hit"].person_id for line in page.context["lines"]]
    assert len(names) == len(set(names)) == 8
    assert "start=5" in told(client, "欧阳", PLAIN)
    assert "找到 2 人" in told(client, "欧阳1", PLAIN)
    monkeypatch.setattr(views, "LIMIT", 8)
    assert "找到 8 人" in told(client, "欧阳", PLAIN)
