"""States of background work (任务状态)."""

from __future__ import annotations

from django.db import models


class JobState(models.TextChoices):
    """How a job stands (任务状态)."""

    QUEUED = "queued", "排队"
    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    STOPPED = "stopped", "已停止"
