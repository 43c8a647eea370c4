"""From a trace to reasons: clauses an auditor can check, words a villager can be told."""
