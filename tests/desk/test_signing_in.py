"""Signing in: one answer for unknown account and wrong password, lock-out, second factor, forced password."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from mingbai.accounts.models import Authenticator, SignIn, User
from mingbai.accounts.second_factor import confirm_device, device_address, enrol_device
from mingbai.audit.models import Event
from tests.desk.county import PASSWORD, County
from tests.desk.phones import code_of, secret_of

pytestmark = pytest.mark.database


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str) -> object:
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def test_right_password_leads_on_and_is_noted(county: County, db: None) -> None:
    client = Client(headers={"user-agent": "Chromium 86"})
    answer = sign_in(client, "township_clerk", next="/places/")
    assert (answer.status_code, answer.url) == (302, "/places/")
    noted = SignIn.objects.get(user=county.users["township_clerk"])
    assert (noted.browser, noted.ended_at) == ("Chromium 86", None)


def test_address_of_another_site_is_not_followed(county: County, db: None) -> None:
    assert sign_in(Client(), "township_clerk", next="https://example.org/").url == "/"


def test_unknown_account_and_wrong_password_answer_alike(county: County, db: None) -> None:
    unknown = sign_in(Client(), "nobody_here", "wrong wrong wrong")
    wrong = sign_in(Client(), "township_clerk", "wrong wrong wrong")
    assert unknown.status_code == wrong.status_code == 422
    said = [answer.context["form"].errors["__all__"] for answer in (unknown, wrong)]
    assert said[0] == said[1]


def test_closed_account_answers_like_a_wrong_password(county: County, db: None) -> None:
    User.objects.filter(username="township_clerk").update(is_active=False)
    assert sign_in(Client(), "township_clerk").status_code == 422


def test_fifth_wrong_password_locks_even_the_right_one(county: County, db: None) -> None:
    client = Client()
    codes = [sign_in(client, "township_clerk", "wrong wrong wrong").status_code for _ in range(5)]
    assert codes == [422, 422, 422, 422, 429]
    assert sign_in(client, "township_clerk").status_code == 429


def test_lock_of_an_unknown_account_looks_the_same(county: County, db: None) -> None:
    answers = [
        [sign_in(client, name, "wrong wrong wrong") for _ in range(5)][-1]
        for client, name in ((Client(), "nobody_here"), (Client(), "auditor"))
    ]
    assert [one.status_code for one in answers] == [429, 429]
    assert [one.templates[0].name for one in answers] == ["signin/templates/locked.html"] * 2


@pytest.fixture
def officer(county: County, db: None) -> User:
    """A county officer of a real office: no demonstration, so that a second factor is asked for."""
    User.objects.filter(username="county_officer").update(demonstration=False)
    return User.objects.get(username="county_officer")


def test_county_role_without_a_phone_reaches_only_the_page_that_binds_one(officer: User) -> None:
    client = Client()
    assert sign_in(client, "county_officer").url == "/sign-in/phone/"
    assert client.get("/households/").url == "/sign-in/phone/"


def test_phone_is_bound_and_the_recovery_codes_are_shown_once(officer: User) -> None:
    client = Client()
    sign_in(client, "county_officer")
    client.post("/sign-in/phone/", {"begin": "1"})
    assert client.get("/sign-in/phone/square.svg")["Content-Type"] == "image/svg+xml"
    answer = client.post("/sign-in/phone/", {"code": code_of(officer)})
    assert len(answer.context["codes"]) == 10
    assert client.get("/households/").status_code == 200
    assert client.get("/sign-in/phone/").url == "/"


def test_bound_phone_is_asked_for_and_a_code_counts_once(officer: User) -> None:
    enrol_device(user=officer)
    code = code_of(officer)  # once: half a minute later there is another
    confirm_device(user=officer, code=code, now=timezone.now())
    client = Client()
    assert sign_in(client, "county_officer").url == "/sign-in/code/"
    assert client.get("/households/").url == "/sign-in/code/"
    assert client.post("/sign-in/code/", {"code": code}).status_code == 422


def test_recovery_code_stands_in_for_the_phone(officer: User) -> None:
    enrol_device(user=officer)
    codes = confirm_device(user=officer, code=code_of(officer), now=timezone.now())
    client = Client()
    sign_in(client, "county_officer")
    assert client.post("/sign-in/code/", {"code": codes[0]}).url == "/"
    assert client.get("/households/").status_code == 200


def test_given_password_has_to_be_changed_first(county: County, db: None) -> None:
    User.objects.filter(username="village_officer").update(must_change_password=True)
    client = Client()
    assert sign_in(client, "village_officer").url == "/sign-in/password/"
    assert client.get("/households/").url == "/sign-in/password/"
    new = "another long sentence"
    said = {"old": PASSWORD, "new": new, "again": new}
    assert client.post("/sign-in/password/", said).url == "/"
    assert client.get("/households/").status_code == 200


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (
            {"old": "not it", "new": "another long sentence", "again": "another long sentence"},
            "old",
        ),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "new"),
        ({"old": PASSWORD, "new": "another long sentence", "again": "another"}, "again"),
    ],
)
def test_wrong_change_of_password_says_where(
    county: County, db: None, said: dict[str, str], field: str
) -> None:
    client = Client()
    client.force_login(county.users["village_officer"])
    answer = client.post("/profile/password/", said)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_changed_password_ends_the_other_sessions_and_not_this_one(
    county: County, db: None
) -> None:
    here, there = Client(), Client()
    sign_in(here, "village_officer")
    sign_in(there, "village_officer")
    new = "another long sentence"
    here.post("/profile/password/", {"old": PASSWORD, "new": new, "again": new})
    assert here.get("/households/").status_code == 200
    assert there.get("/households/").status_code == 302


def test_one_session_is_ended_from_another(county: County, db: None) -> None:
    here, there = Client(), Client()
    sign_in(there, "village_officer")
    lost = SignIn.objects.get(user=county.users["village_officer"])
    sign_in(here, "village_officer")
    here.post(f"/profile/sessions/{lost.pk}/end/")
    assert there.get("/households/").status_code == 302
    assert here.get("/households/").status_code == 200


def test_signing_out_ends_the_session(county: County, db: None) -> None:
    client = Client()
    sign_in(client, "village_officer")
    answer = client.post("/sign-out/")
    assert answer.url == "/sign-in/"
    assert [str(one) for one in get_messages(answer.wsgi_request)] == ["已退出。"]
    assert SignIn.objects.get(user=county.users["village_officer"]).ended_at is not None


def test_secret_of_the_phone_is_typed_in_fours(officer: User) -> None:
    client = Client()
    sign_in(client, "county_officer")
    client.post("/sign-in/phone/", {"begin": "1"})
    shown = client.get("/sign-in/phone/").context["secret"]
    device = officer.authenticator_set.get()
    assert shown.replace(" ", "") == secret_of(device)
    assert "otpauth" in device_address(device)


def test_another_phone_is_bound_with_a_code_of_the_old_one_and_other_sessions_end(
    officer: User,
) -> None:
    enrol_device(user=officer)
    codes = confirm_device(user=officer, code=code_of(officer), now=timezone.now())
    mine, other = Client(), Client()
    for client, code in ((mine, codes[0]), (other, codes[1])):
        sign_in(client, "county_officer")
        client.post("/sign-in/code/", {"code": code})
    before = Authenticator.objects.get(user=officer).pk
    assert mine.post("/profile/phone/", {"code": "000000"}).status_code == 422
    assert Authenticator.objects.get(user=officer).pk == before
    Authenticator.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert mine.post("/profile/phone/", {"code": codes[2]}).url == "/sign-in/phone/"
    assert not Authenticator.objects.filter(user=officer).exists()
    assert mine.get("/households/").url == "/sign-in/phone/"
    assert other.get("/households/").url.startswith("/sign-in/?")
    assert Event.objects.filter(action="accounts.second_factor.released").count() == 1
