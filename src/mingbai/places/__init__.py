"""Places (区划): divisions with validity and successors, village profiles, denominators."""
