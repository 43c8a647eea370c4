"""A migrated installation for the tests that start processes."""

from tests.installation import installation, template

__all__ = ["installation", "template"]
