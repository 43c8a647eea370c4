"""The wall of a place (作战图): what is late and where, what is not solved yet, the years; no names."""
