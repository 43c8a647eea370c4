"""The synthetic places (合成示范地): built from published totals, checked against them, marked synthetic."""
