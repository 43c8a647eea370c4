"""Intake (数据接入): offices' tables into the register, with a dry run, a difference and an undo."""
