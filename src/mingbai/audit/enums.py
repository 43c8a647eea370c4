"""Kinds of recording (登记方式)."""

from __future__ import annotations

from mingbai.common.choices import TextChoices


class BatchKind(TextChoices):
    """How rows came to be (登记方式)."""

    ACTION = "action", "单项登记"
    IMPORT = "import", "表格导入"
    LOAD = "load", "初始装载"
    UNDO = "undo", "撤销"
    EVALUATION = "evaluation", "评估"
