"""The second factor (第二因子): six digits of an app, each code once; recovery codes for a lost phone.

The secret is encrypted with the key file and recovery codes are kept as keyed digests, so that a stolen
database is no second factor. `desk` hands the device that `verify_code` returns to `django_otp.login`.
"""

from __future__ import annotations

import base64
import io
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.db import transaction
from django_otp.oath import TOTP

from mingbai.accounts.actions import end_all_sessions, refuse_own
from mingbai.accounts.errors import error
from mingbai.accounts.models import Authenticator, RecoveryCode, User
from mingbai.audit.actions import record
from mingbai.common.keys import Keys, read_keys

ISSUER = "明白 Mingbai"
RECOVERY_CODES = 10
_COLUMN = "authenticator.secret"
_SECRET_BYTES = 20  # RFC 4226
_TOLERANCE = 1  # steps of 30 seconds before and after
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def enrol_device(*, user: User) -> tuple[Authenticator, str]:
    """Begin to bind an app (绑定验证器): the device, not yet in force, and its otpauth address.

    A second try replaces the first. Raises ACC-018 when one is in force.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if Authenticator.objects.filter(user=user, confirmed=True).exists():
            raise error("ACC-018")
        Authenticator.objects.filter(user=user).delete()
        secret = secrets.token_bytes(_SECRET_BYTES)
        device = Authenticator.objects.create(
            user=user, name="app", confirmed=False,
            secret=_keys().encrypt(base64.b32encode(secret).decode(), _COLUMN),
        )  # fmt: skip
    return device, device_address(device)


def device_address(device: Authenticator) -> str:
    """What the app reads (otpauth): issuer, account, secret."""
    label = quote(f"{ISSUER}:{device.user.username}")
    asked = {"secret": _secret(device), "issuer": ISSUER, "digits": 6, "period": 30}
    return f"otpauth://totp/{label}?{urlencode(asked, quote_via=quote)}"


def qr_svg(address: str) -> str:
    """The address as a QR code, inline SVG without a declaration."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=4, border=2
    )
    return drawn.getvalue().decode()


def confirm_device(*, user: User, code: str, now: datetime) -> list[str]:
    """Put the app in force by its first code; returns the recovery codes, which are shown this once.

    Raises ACC-016, ACC-017, ACC-018.
    """
    with transaction.atomic():
        device = (
            Authenticator.objects.select_for_update().filter(user=user, confirmed=False).first()
        )
        if device is None:
            raise error("ACC-018")
        refused = None if _accepts(device, code, now) else error("ACC-016")
        if refused is None:
            device.confirmed = True
            device.save()
            codes = _new_codes(user)
            record(actor=user.actor, action="accounts.second_factor.confirmed", target=user.actor)
    if refused is not None:  # outside: the failed try is counted, not rolled back
        raise refused
    return codes


def verify_code(*, user: User, code: str, now: datetime) -> Authenticator:
    """The device if the code is right (验证): six digits of the app, or a recovery code, each once.

    Raises ACC-016, ACC-017.
    """
    with transaction.atomic():
        device = Authenticator.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is not None and _accepts(device, code, now):
            return device
        if device is not None and _use_recovery_code(user, code, now):
            device.throttle_reset()
            return device
    raise error("ACC-016")


def renew_recovery_codes(*, user: User) -> list[str]:
    """New recovery codes (恢复码); the old ones stop working. Shown this once."""
    with transaction.atomic():
        codes = _new_codes(user)
        record(actor=user.actor, action="accounts.second_factor.codes_renewed", target=user.actor)
    return codes


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are unused. One query."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def release_device(*, user: User, code: str, now: datetime, session_key: str) -> None:
    """Give the own app up for another (换手机): by a code it shows, or a recovery code; other sessions end.

    A stolen session alone cannot do it, and none other is left that could bind a phone first. Raises ACC-016,
    ACC-017.
    """
    verify_code(user=user, code=code, now=now)
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        end_all_sessions(user, keep=session_key, now=now)
        record(actor=user.actor, action="accounts.second_factor.released", target=user.actor)


def reset_second_factor(*, actor: str, user: User, reason: str) -> None:
    """Take the app away after a lost phone (解除验证器): the user must bind another at the next sign-in.

    Raises ACC-024, ACC-029 for the own one: a stolen session must not get rid of it.
    """
    refuse_own(actor, user, "解除验证器", "removing the authenticator")
    if not reason.strip():
        raise error("ACC-024", what_zh="解除验证器", what_en="removing an authenticator")
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        record(
            actor=actor, action="accounts.second_factor.reset", target=user.actor,
            data={"reason": reason},
        )  # fmt: skip


def _accepts(device: Authenticator, code: str, now: datetime) -> bool:
    """Whether the app shows this code about now and it was not used; counts the try. Raises ACC-017."""
    allowed, why = device.verify_is_allowed()
    if not allowed:
        wait = (why["locked_until"] - now).total_seconds()
        raise error("ACC-017", seconds=max(1, int(wait + 1)))
    digits = code.strip().replace(" ", "")
    totp = TOTP(base64.b32decode(_secret(device)))
    totp.time = now.timestamp()
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6) or not totp.verify(
        int(digits), _TOLERANCE, device.last_step + 1
    ):
        device.throttle_increment()
        return False
    device.last_step = totp.t()
    device.throttle_reset(commit=False)
    device.save()
    return True


def _use_recovery_code(user: User, code: str, now: datetime) -> bool:
    found = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at=None)
    if not found.update(used_at=now):
        return False
    record(actor=user.actor, action="accounts.second_factor.recovered", target=user.actor)
    return True


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = [
        "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code)) for code in codes
    )
    return codes


def _digest(user: User, code: str) -> bytes:
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    return _keys().digest(f"{user.pk}:{plain}", "recovery_code")


def _secret(device: Authenticator) -> str:
    return _keys().decrypt(device.secret, _COLUMN)


def _keys() -> Keys:
    return read_keys(settings.MINGBAI_KEY_FILE)
