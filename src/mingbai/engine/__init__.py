"""Policy as code (政策即代码): rules as dated data, evaluated for a county or for one household.

Pure Python; imports no Django, no model, no request. The pipeline, from low to high:
``errors`` → ``model`` → ``loading`` → ``compiling`` → ``explaining`` → ``running | reference`` →
``testing``.
"""
