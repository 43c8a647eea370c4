"""Imported files and what became of their rows (数据批次)."""
