"""Tests that commit empty every table afterwards: only there the guards of the audit log are lifted."""

from typing import Any


def let_tests_empty_tables() -> None:
    """Once, before the first test and after the database is chosen."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    from mingbai.audit.guards import lift_guards, put_guards

    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_unguarded(self: Any, sql_list: Any) -> None:
        lift_guards(self.connection)
        flush(self, sql_list)
        put_guards(self.connection)

    BaseDatabaseOperations.execute_sql_flush = flush_unguarded
