"""Scoring the product against the truth (对照真实评分): the only reader of the truth layer."""

from mingbai.demo.judge.figures import Line, Rate, Section
from mingbai.demo.judge.judging import Judgement, judge
from mingbai.demo.judge.seen import pack_of
from mingbai.demo.judge.showing import as_json, as_text

__all__ = [
    "Judgement",
    "Line",
    "Rate",
    "Section",
    "as_json",
    "as_text",
    "judge",
    "pack_of",
]
