"""One search for households, persons, places and screens (检索)."""
