"""Mingbai 明白: every household seen, every decision explained, nothing asked twice."""

__version__ = "0.1.0"
