"""Home (今天的事): what one has to do, by when; what waits; what changed."""
