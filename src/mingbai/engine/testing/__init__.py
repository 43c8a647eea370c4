"""The pack's own tests: its cases, and mutants of its rules that a case must catch."""

from mingbai.engine.testing.cases import CaseRunner, Difference, missing_covers, run_cases

__all__ = ["CaseRunner", "Difference", "missing_covers", "run_cases"]
