"""Passwords (密码规则): at least ten characters, not common, without the account; one-time ones are drawn."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from mingbai.accounts.errors import error
from mingbai.accounts.models import User

#: No letter or digit that is taken for another when it is read out or typed from paper.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 14  # of 31 signs: 69 bits
_SHORTEST_ACCOUNT = 4  # a shorter account is in half of all words

_WORDS = {
    "password_too_short": ("太短", "too short"),
    "password_too_common": ("太常见", "too common"),
    "password_too_similar": ("与账号或姓名太像", "too much like account or name"),
}


def check_password_rules(password: str, user: User) -> None:
    """Raises ACC-002 with everything that is wrong with a password for this user."""
    found: list[tuple[str, str]] = []
    try:
        validate_password(password, user)
    except ValidationError as refused:
        found = [_WORDS.get(one.code, (one.code, one.code)) for one in refused.error_list]
    account = user.username.casefold()
    if len(account) >= _SHORTEST_ACCOUNT and account in password.casefold():
        found.append(("含有账号", "it holds the account"))
    if found:
        raise error(
            "ACC-002",
            detail_zh="、".join(z for z, _ in found),
            detail_en=", ".join(e for _, e in found),
        )


def draw_password() -> str:
    """A one-time password (一次性密码) to be handed over and changed at the first sign-in."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


def digest_password(password: str) -> str:
    """What is stored: argon2, some tens of milliseconds; done before a transaction, never inside."""
    digest: str = make_password(password)
    return digest
