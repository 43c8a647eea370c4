"""Names of the columns a table carries on its way, which no header can spell."""

KEY, LINK, ABOVE = "\x00key", "\x00link", "\x00above."
BATCH, POSITION = "\x00batch", "\x00position"
NAME, YEAR, STATE, STAGE = "\x00name", "\x00year", "\x00state", "\x00stage"
