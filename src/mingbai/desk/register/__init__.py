"""Screens of the register (登记页面): households, persons, search, places, recording."""
