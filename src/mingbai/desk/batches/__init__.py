"""Screens of acts of recording (登记批次页面)."""
