"""Logs (日志): one JSON object a line, without personal data.

Our own code logs keys alone. What slips through is masked: whatever looks like an ID number, a phone or an
account, with full-width digits or blanks between too. Division codes have twelve digits and stay. Of an
exception its type, its number and the places it went through are said, never its text: that may hold a row.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from mingbai.common.errors import RegisterError

#: Fields that a call may give by `extra`: keys, codes and measures.
EXTRA = (
    "job",
    "batch",
    "run",
    "event",
    "request",
    "method",
    "status",
    "milliseconds",
    "actor",
    "code",
)
MASK = "***"

_APART = r"[ \-\u00a0\u3000]?"
_NUMBERS = re.compile(
    rf"(?<!\d)(?:"
    rf"(?:\d{_APART}){{17}}[\dXx\uff38\uff58]"  # ID number, 18 characters
    rf"|(?:\+?86{_APART})?1[3-9]\d{_APART}\d{{4}}{_APART}\d{{4}}"  # mobile phone
    rf"|0\d{{2,3}}{_APART}\d{{7,8}}"  # phone of a house
    rf"|(?:\d{{4}}[ \-]){{3,4}}\d{{1,4}}"  # account in fours
    rf"|\d{{11}}|\d{{13,}}[Xx]?"  # any other long run; 12 digits are a division
    rf")(?!\d)"
)
_MOST_PLACES = 30


def masked(text: str) -> str:
    """The text without anything that looks like an ID number, a phone or an account (打码)."""
    return _NUMBERS.sub(MASK, text)


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(_message(record)),
        }
        for name in EXTRA:
            if (value := getattr(record, name, None)) is not None:
                said[name] = _extra(value)
        if record.exc_info and record.exc_info[1] is not None:
            said["exception"] = exception_without_values(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False)


def _extra(value: Any) -> int | float | str:
    """A field of a call; of a request its method and path: the query holds whom somebody looked for."""
    if isinstance(value, int | float):
        return value
    if hasattr(value, "path") and hasattr(value, "method"):
        return masked(f"{value.method} {value.path}")
    return masked(str(value))


def exception_without_values(problem: BaseException) -> dict[str, Any]:
    """The type, our number, the places and the cause; no text of it, and no line of code."""
    said: dict[str, Any] = {
        "type": type(problem).__qualname__,
        "places": _places(problem.__traceback__),
    }
    if isinstance(problem, RegisterError):
        said["code"] = problem.code
    if (
        cause := problem.__cause__ or problem.__context__
    ) is not None and not problem.__suppress_context__:
        said["cause"] = type(cause).__qualname__
    return said


def _message(record: logging.LogRecord) -> str:
    """The words of the call; an exception among its arguments gives its type alone."""
    arguments = record.args
    if isinstance(record.msg, BaseException):
        return type(record.msg).__qualname__
    if isinstance(arguments, tuple) and any(isinstance(one, BaseException) for one in arguments):
        arguments = tuple(
            type(one).__qualname__ if isinstance(one, BaseException) else one for one in arguments
        )
    try:
        return str(record.msg) % arguments if arguments else str(record.msg)
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace, limit=-_MOST_PLACES)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def logging_settings(level: str) -> dict[str, Any]:
    """Django's `LOGGING`: everything to standard error as JSON lines, statements of the database never."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "mingbai.config.logs.JsonLines"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would print to the console in another form, or send e-mail.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # At DEBUG it prints every statement with its values.
            "django.db.backends": {"level": "INFO"},
        },
    }
