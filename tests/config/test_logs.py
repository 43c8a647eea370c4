"""Logs hold no ID number, phone or account, and of an exception never its text."""

import json
import logging
import subprocess
import sys

import pytest
from django.test import RequestFactory

from mingbai.common.errors import RegisterError
from mingbai.config.logs import JsonLines, logging_settings, masked

PERSONAL = [
    "990101195001010018", "99010119500101001X", "99010119500101001x", "990101 19500101 0018",
    "９９０１０１１９５００１０１００１８", "990101195001018",  # the last one: 15 digits, as before 1999
    "13800138000", "138 0013 8000", "138-0013-8000", "+86 13800138000", "8613800138000", "0739-7223344",
    "073977223344", "6217000000000000000", "6217 0000 0000 0000 000",
]  # fmt: skip


def _line(message: object, *arguments: object, **extra: object) -> str:
    record = logging.LogRecord("mingbai.test", logging.INFO, "f.py", 1, message, arguments, None)
    vars(record).update(extra)
    return JsonLines().format(record)


@pytest.mark.parametrize("number", PERSONAL)
def test_a_number_of_a_person_is_masked_wherever_it_stands(number):
    for line in (
        _line(f"row {number} refused"),
        _line("row %s，refused", number),
        _line("r", job=f"{number}"),
    ):
        assert number not in line
        assert "***" in line


def test_what_somebody_searched_for_is_not_logged():
    asked = RequestFactory().get("/search/", {"q": "陈桂生"})
    said = json.loads(_line("Not Found: %s", asked.path, request=asked))
    assert said["request"] == "GET /search/"
    assert "陈桂生" not in json.dumps(said, ensure_ascii=False)


@pytest.mark.parametrize(
    "text", ["990101101201", "batch 123456", "2026-06-30 12:00:00", "4711", "12.5 s"]
)
def test_codes_of_divisions_keys_and_days_stay(text):
    assert masked(text) == text


def test_a_line_is_one_json_object():
    said = json.loads(_line("swept\n%d batches", 3, batch=7, name_of_somebody="never"))
    assert said["message"] == "swept\n3 batches"
    assert said["batch"] == 7
    assert set(said) == {"at", "level", "logger", "message", "batch"}


def _raised(problem: BaseException) -> str:
    try:
        raise problem
    except type(problem):
        record = logging.LogRecord("t", logging.ERROR, "f.py", 1, "failed", (), sys.exc_info())
    return JsonLines().format(record)


def test_the_text_of_an_exception_is_not_said():
    line = _raised(ValueError("张三 990101195001010018"))
    said = json.loads(line)
    assert "张三" not in line
    assert said["exception"]["type"] == "ValueError"
    assert said["exception"]["places"][0].endswith("_raised")


def test_our_own_errors_say_their_number():
    refusal = RegisterError(
        "HOME-001", ("户 {household}", "household {household}"), {"household": 1}
    )
    assert json.loads(_raised(refusal))["exception"]["code"] == "HOME-001"


def test_an_exception_as_argument_or_message_gives_its_type():
    assert json.loads(_line("failed: %s", KeyError("张三")))["message"] == "failed: KeyError"
    assert json.loads(_line(KeyError("张三")))["message"] == "KeyError"


def test_arguments_that_do_not_fit_lose_no_line():
    assert json.loads(_line("%s and %s", 1))["message"] == "%s and %s"


def test_the_whole_process_logs_so_even_what_django_logs():
    program = (
        "import logging, logging.config; from mingbai.config.logs import logging_settings; "
        "logging.config.dictConfig(logging_settings('DEBUG')); "
        "logging.getLogger('django.request').error('Not Found: /p/13800138000'); "
        "logging.getLogger('django.db.backends').debug('SELECT 张三')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["message"] == "Not Found: /p/***"


def test_settings_use_it():
    assert logging_settings("INFO")["root"]["level"] == "INFO"
