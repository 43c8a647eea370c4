"""Decisions (评估结果): the only bridge between the register and the engine."""
