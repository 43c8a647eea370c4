"""Layouts of sheets (版式): headers of several rows, blocks, and statistical tables (统计表)."""

from mingbai.tables.layouts.statistics import BlockSummary, Statistics, read_statistics

__all__ = ["BlockSummary", "Statistics", "read_statistics"]
