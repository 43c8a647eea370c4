"""The site with one more address: it writes a fact of three rows in one action."""

from mingbai.config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.config.site_urls"
