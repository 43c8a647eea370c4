"""Screens of background work (后台任务页面)."""
