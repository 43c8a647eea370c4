"""Importing offices' tables (导入): file, dry run, difference, apply, undo."""
