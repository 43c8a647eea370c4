"""Settings from the environment (环境变量): each named once, with its default, for settings.md."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

#: Name → (default in words, what it is for in Chinese and English). The page of settings is made from it.
VARIABLES: dict[str, tuple[str, str, str]] = {
    "MINGBAI_DATA": (
        "~/.local/share/mingbai",
        "数据文件夹：SQLite 数据库、附件、收到的文件、快照",
        "the data folder: the SQLite database, attachments, received files, snapshots",
    ),
    "MINGBAI_KEY_FILE": (
        "~/.config/mingbai/keys.json",
        "密钥文件，必须在数据文件夹之外；第一次启动时生成，权限 600",
        "the key file, outside the data folder; made at the first start, mode 600",
    ),
    "DATABASE_URL": (
        "SQLite in MINGBAI_DATA",
        "PostgreSQL 的地址：postgresql://用户:密码@主机:端口/库名；?host= 可写套接字文件夹，?sslmode= 等"
        "照 libpq",
        "address of PostgreSQL: postgresql://user:password@host:port/name; ?host= may be a folder of "
        "sockets, "
        "?sslmode= and the like as in libpq",
    ),
    "MINGBAI_HOSTS": (
        "localhost,127.0.0.1,[::1]",
        "别人用哪些名字或地址访问，用逗号隔开",
        "the names under which the server is reached, separated by commas",
    ),
    "MINGBAI_HTTPS": (
        "0",
        "1：Cookie 只在 HTTPS 上发送，并告诉浏览器一直用 HTTPS",
        "1: cookies only over HTTPS, and browsers are told to stay there",
    ),
    "MINGBAI_WORKER_NICE": (
        "19",
        "后台进程让出处理器的程度（0–19，nice 值）：网页先答，筛查和导入稍等；0 为不让",
        "how far the worker stands back from the processor (0-19, as in nice): pages are answered first, "
        "evaluations and imports wait; 0: not at all",
    ),
    "MINGBAI_LOG_LEVEL": (
        "INFO",
        "日志级别：DEBUG、INFO、WARNING、ERROR；日志是 JSON，不含个人数据",
        "level of the log: DEBUG, INFO, WARNING, ERROR; JSON lines without personal data",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Environment:
    """What the environment says, read once."""

    data: Path
    key_file: Path
    database_url: str
    hosts: tuple[str, ...]
    https: bool
    log_level: str
    worker_nice: int = 10


def read_environment(values: Mapping[str, str] | None = None) -> Environment:
    """The settings as they stand in the environment."""
    got = os.environ if values is None else values
    return Environment(
        data=Path(got.get("MINGBAI_DATA") or "~/.local/share/mingbai").expanduser().absolute(),
        key_file=Path(got.get("MINGBAI_KEY_FILE") or "~/.config/mingbai/keys.json")
        .expanduser()
        .absolute(),
        database_url=got.get("DATABASE_URL", ""),
        hosts=tuple(
            h.strip() for h in (got.get("MINGBAI_HOSTS") or "localhost,127.0.0.1,[::1]").split(",")
        ),
        https=got.get("MINGBAI_HTTPS", "0") == "1",
        log_level=got.get("MINGBAI_LOG_LEVEL") or "INFO",
        worker_nice=_nice(got.get("MINGBAI_WORKER_NICE", "")),
    )


def _nice(text: str) -> int:
    """0 to 19; anything else is the default, 19."""
    return min(int(text), 19) if text.isascii() and text.isdigit() else 19


#: WAL and IMMEDIATE: readers never wait, and a writer waits its turn instead of failing (measured, ADR 0012).
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; "
        "PRAGMA cache_size=-32000; PRAGMA mmap_size=134217728; PRAGMA busy_timeout=20000"
    ),
}


def database(environment: Environment) -> dict[str, Any]:
    """Django's entry for the database: PostgreSQL by DATABASE_URL, else SQLite in the data folder."""
    if not environment.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": environment.data / "register.sqlite3",
            "OPTIONS": dict(SQLITE_OPTIONS),
            "CONN_MAX_AGE": None,
        }
    url = urlsplit(environment.database_url)
    if url.scheme not in ("postgresql", "postgres"):
        raise ValueError(
            f"DATABASE_URL: 只认 postgresql://…，收到 {url.scheme}:// / only postgresql:// is known"
        )
    query = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.pop("host", None) or unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "OPTIONS": query,
        "CONN_MAX_AGE": 60,
    }
