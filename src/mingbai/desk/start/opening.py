"""To whom the first page is open (开办页的准入): an empty register, and this machine or the code of `serve`.

Behind a proxy everybody seems to come from this machine; there the code is asked for.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest

from mingbai.accounts.founding import is_unfounded

#: Of a request that somebody passed on.
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def make_code() -> str:
    """The code that opens the first page from elsewhere (开办码), in the data folder until it is used."""
    if found := read_code():
        return found
    made = secrets.token_urlsafe(12)
    path = _path()
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made)
    return made


def read_code() -> str:
    """The code that was made, or nothing."""
    try:
        return _path().read_text(encoding="ascii").strip()
    except OSError:
        return ""


def forget_code() -> None:
    """The office is founded: the code opens nothing any more."""
    _path().unlink(missing_ok=True)


def _path() -> Path:
    return Path(settings.MINGBAI_DATA) / "start-code"


def is_open_to(request: HttpRequest, code: str = "") -> bool:
    """Whether the register is empty and the one who asks sits at this machine or has the code."""
    return is_unfounded() and (_here(request) or _is_code(code))


def check_open(request: HttpRequest, code: str) -> None:
    """A page that does not exist for everybody else, and for everybody afterwards."""
    if not is_open_to(request, code):
        raise Http404


def _here(request: HttpRequest) -> bool:
    if any(name in request.META for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _is_code(code: str) -> bool:
    wanted = read_code()
    return bool(wanted) and secrets.compare_digest(wanted.encode(), code.encode())
