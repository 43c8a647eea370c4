"""Browsers by name (浏览器名称): what stands in a browser's own long line, as people call it."""

from __future__ import annotations

import re

#: The first that a line holds is its name: all of them also call themselves what stands further down.
_NAMES = (
    ("Edg", "Edge"), ("QQBrowser", "QQ"), ("UBrowser", "UC"), ("MicroMessenger", "WeChat"),
    ("Firefox", "Firefox"), ("Chromium", "Chromium"), ("Chrome", "Chrome"), ("Version", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("UOS", "UOS"), ("Linux", "Linux"),
)  # fmt: skip
_SHOWN = 40


def browser_words(said: str) -> str:
    """Name, version and system of a browser; a line that is none of the known ones as it begins."""
    found = ((name, re.search(rf"\b{word}/(\d+)", said)) for word, name in _NAMES)
    name = next((f"{name} {version[1]}" for name, version in found if version), "")
    system = next((name for word, name in _SYSTEMS if word in said), "")
    return " · ".join(part for part in (name, system) if part) or said[:_SHOWN]
