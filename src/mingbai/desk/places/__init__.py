"""Screens of places (地方页面)."""
