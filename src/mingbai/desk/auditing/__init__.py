"""Screens for the auditor (审计页面)."""
