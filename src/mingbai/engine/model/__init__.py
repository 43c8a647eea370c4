"""What the engine talks about: packs, facts, parameters, rules, clauses, expressions, values."""
