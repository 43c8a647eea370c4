"""The app on the phone, for tests: the six digits it shows now."""

from __future__ import annotations

import base64
import time
from urllib.parse import parse_qs, urlsplit

from django_otp.oath import TOTP

from mingbai.accounts.models import Authenticator, User
from mingbai.accounts.second_factor import device_address


def secret_of(device: Authenticator) -> str:
    """What the square says."""
    return parse_qs(urlsplit(device_address(device)).query)["secret"][0]


def code_of(user: User) -> str:
    """The code that the app of this user shows now."""
    device = Authenticator.objects.get(user=user)
    made = TOTP(base64.b32decode(secret_of(device)))
    made.time = time.time()
    return f"{made.token():06d}"
