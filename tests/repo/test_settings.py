"""The page of settings is up to date, and every variable that is read is in it."""

import re
from pathlib import Path

from mingbai.config.environment import VARIABLES, read_environment
from tools import settings_page

ROOT = Path(__file__).parents[2]
#: Set by one of our processes for another, never by people.
OWN = {"MINGBAI_SERVING_PROCESS"}


def test_page_is_up_to_date() -> None:
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.page(), "run: make docs"


def test_every_variable_that_is_read_is_listed() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    named = set(re.findall(r'"(MINGBAI_[A-Z_]+|DATABASE_URL)"', source))
    assert named - OWN == set(VARIABLES)


def test_defaults_of_the_page_are_those_that_hold() -> None:
    found = read_environment({})
    assert str(found.data).endswith(VARIABLES["MINGBAI_DATA"][0].removeprefix("~"))
    assert str(found.key_file).endswith(VARIABLES["MINGBAI_KEY_FILE"][0].removeprefix("~"))
    assert ",".join(found.hosts) == VARIABLES["MINGBAI_HOSTS"][0]
    assert (found.https, found.log_level) == (False, VARIABLES["MINGBAI_LOG_LEVEL"][0])
