"""The second factor: bound once, each code once, encrypted, and due for county roles."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django_otp.models import Device
from django_otp.oath import TOTP

from mingbai.accounts import second_factor
from mingbai.accounts.access import second_factor_due, second_factor_missing
from mingbai.accounts.models import Authenticator, RecoveryCode, User
from mingbai.audit.models import Event
from mingbai.common.errors import RegisterError
from tests.accounts.people import COUNTY, DAY, EAST, NOW, lay_county, post, user

pytestmark = pytest.mark.database


def secret_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["secret"][0]


def shown(secret: str, at: datetime) -> str:
    """What the app shows."""
    totp = TOTP(base64.b32decode(secret))
    totp.time = at.timestamp()
    return f"{totp.token():06d}"


def bound(somebody: User) -> tuple[str, list[str]]:
    """An app in force: its secret and the recovery codes. Its first code is of NOW."""
    _, address = second_factor.enrol_device(user=somebody)
    secret = secret_in(address)
    return secret, second_factor.confirm_device(user=somebody, code=shown(secret, NOW), now=NOW)


def forget_failures() -> None:
    Authenticator.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)


def refused(number: str, function, **arguments) -> RegisterError:
    with pytest.raises(RegisterError) as caught:
        function(**arguments)
    assert caught.value.code == number
    return caught.value


def test_app_is_bound_by_its_first_code() -> None:
    somebody = user()
    device, address = second_factor.enrol_device(user=somebody)
    assert address.startswith("otpauth://totp/")
    assert not device.confirmed
    assert "<svg" in second_factor.qr_svg(address)
    codes = second_factor.confirm_device(
        user=somebody, code=shown(secret_in(address), NOW), now=NOW
    )
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert Event.objects.latest("id").action == "accounts.second_factor.confirmed"
    refused("ACC-018", second_factor.enrol_device, user=somebody)
    refused("ACC-018", second_factor.confirm_device, user=somebody, code="000000", now=NOW)


def test_binding_begun_anew_replaces_the_first_try() -> None:
    somebody = user()
    _, first = second_factor.enrol_device(user=somebody)
    _, second = second_factor.enrol_device(user=somebody)
    refused(
        "ACC-016",
        second_factor.confirm_device,
        user=somebody,
        code=shown(secret_in(first), NOW),
        now=NOW,
    )
    forget_failures()
    assert second_factor.confirm_device(user=somebody, code=shown(secret_in(second), NOW), now=NOW)


def test_code_counts_once() -> None:
    somebody = user()
    secret, _ = bound(somebody)
    refused("ACC-016", second_factor.verify_code, user=somebody, code=shown(secret, NOW), now=NOW)
    forget_failures()
    later = NOW + timedelta(seconds=60)
    code = shown(secret, later)
    device = second_factor.verify_code(user=somebody, code=f" {code[:3]} {code[3:]}", now=later)
    assert Device.from_persistent_id(device.persistent_id) == device
    refused("ACC-016", second_factor.verify_code, user=somebody, code=code, now=later)


def test_code_of_long_ago_or_of_another_user_does_not_do() -> None:
    first, second = user("first"), user("second")
    secret, _ = bound(first)
    other, _ = bound(second)
    later = NOW + timedelta(minutes=10)
    refused("ACC-016", second_factor.verify_code, user=first, code=shown(other, later), now=later)
    forget_failures()
    early = shown(secret, NOW + timedelta(minutes=5))
    refused("ACC-016", second_factor.verify_code, user=first, code=early, now=later)


def test_failures_make_one_wait() -> None:
    somebody = user()
    secret, codes = bound(somebody)
    later = NOW + timedelta(minutes=1)
    refused("ACC-016", second_factor.verify_code, user=somebody, code="x", now=later)
    refused(
        "ACC-017", second_factor.verify_code, user=somebody, code=shown(secret, later), now=later
    )
    refused("ACC-017", second_factor.verify_code, user=somebody, code=codes[0], now=later)
    assert Authenticator.objects.get().throttling_failure_count == 1


def test_recovery_code_counts_once() -> None:
    somebody = user()
    _, codes = bound(somebody)
    assert second_factor.verify_code(
        user=somebody, code=codes[0].upper().replace("-", " "), now=NOW
    ).confirmed
    assert Event.objects.latest("id").action == "accounts.second_factor.recovered"
    assert second_factor.recovery_codes_left(somebody) == second_factor.RECOVERY_CODES - 1
    refused("ACC-016", second_factor.verify_code, user=somebody, code=codes[0], now=NOW)
    forget_failures()
    fresh = second_factor.renew_recovery_codes(user=somebody)
    refused("ACC-016", second_factor.verify_code, user=somebody, code=codes[1], now=NOW)
    forget_failures()
    assert second_factor.verify_code(user=somebody, code=fresh[1], now=NOW)


def test_recovery_code_of_another_user_does_not_do() -> None:
    first, second = user("first"), user("second")
    bound(first)
    _, codes = bound(second)
    refused("ACC-016", second_factor.verify_code, user=first, code=codes[0], now=NOW)


def test_stolen_database_is_no_second_factor() -> None:
    somebody = user()
    secret, codes = bound(somebody)
    stored = b"".join(
        bytes(one) for one in (*Authenticator.objects.values_list("secret", flat=True),
                               *RecoveryCode.objects.values_list("digest", flat=True))
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_recoverycode")
        assert codes[0] not in str(cursor.fetchall())
    assert secret.encode() not in stored
    assert base64.b32decode(secret) not in stored


def test_reset_after_a_lost_phone() -> None:
    somebody = user()
    bound(somebody)
    refused("ACC-024", second_factor.reset_second_factor, actor="user:9", user=somebody, reason="")
    second_factor.reset_second_factor(actor="user:9", user=somebody, reason="手机丢失")
    assert not Authenticator.objects.exists()
    assert second_factor.recovery_codes_left(somebody) == 0
    assert second_factor.enrol_device(user=somebody)


def test_code_without_an_app_does_not_do() -> None:
    refused("ACC-016", second_factor.verify_code, user=user(), code="000000", now=NOW)


def test_county_role_owes_a_second_factor_and_village_role_does_not() -> None:
    lay_county()
    officer, clerk, demo = user("officer"), user("clerk"), user("demo", demonstration=True)
    post(officer, "county_officer", COUNTY)
    post(demo, "county_officer", COUNTY)
    post(clerk, "township_clerk", EAST)
    assert [second_factor_missing(one, DAY) for one in (officer, clerk, demo)] == [
        True,
        False,
        False,
    ]
    assert second_factor_due(officer, DAY, verified=False) == "enrol"
    bound(officer)
    bound(clerk)
    assert not second_factor_missing(officer, DAY)
    assert [second_factor_due(one, DAY, verified=False) for one in (officer, clerk, demo)] == [
        "verify", "verify", "",
    ]  # fmt: skip
    assert second_factor_due(officer, DAY, verified=True) == ""


def test_device_that_is_not_confirmed_does_not_count() -> None:
    lay_county()
    officer = user()
    post(officer, "county_officer", COUNTY)
    second_factor.enrol_device(user=officer)
    assert second_factor_missing(officer, DAY)
