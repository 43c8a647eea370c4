"""Options that several commands share (共用选项): pack, as-of day, local list, input folder."""

from __future__ import annotations

import codecs
import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from mingbai.engine.loading import apply_local, load_pack
from mingbai.engine.model.pack import Pack

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType):
    """A day as 2025-06-30 (日期)."""

    name = "YYYY-MM-DD"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:  # click passes whatever it was given
        """The day, or a usage error."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(
                f"“{value}”不是日期，请写 2025-06-30 / not a day, write 2025-06-30", param, ctx
            )


pack_option = click.option(
    "--pack",
    "pack_name",
    required=True,
    metavar="PACK",
    help="规则包的编号或文件夹 / pack id or folder",
)

json_option = click.option(
    "--json", "json_out", is_flag=True, help="只打印一个 JSON 对象 / print one JSON object"
)


def pack_options(function: F) -> F:
    """``--pack``, ``--as-of`` and ``--local``; the command gets the loaded pack."""

    @pack_option
    @click.option("--as-of", required=True, type=Day(), help="截至日 / as-of day")
    @click.option(
        "--local",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="本地清单：本地的参数值 / local parameter values (YAML)",
    )
    @functools.wraps(function)
    def wrapper(*args: Any, pack_name: str, local: Path | None, **kwargs: Any) -> Any:
        pack = load_pack(pack_name, with_cases=False)
        if local is not None:
            pack = apply_local(pack, local)
        return function(*args, pack=pack, **kwargs)

    return wrapper  # type: ignore[return-value]  # functools.wraps keeps the signature click sees


def _first_line(ctx: click.Context, param: click.Parameter, path: Path | None) -> str | None:
    """The password goes to the reader and nowhere else: not into a log, not into a result."""
    if path is None:
        return None
    try:
        lines = _text(path.read_bytes()).splitlines()
    except (OSError, UnicodeDecodeError):
        raise click.BadParameter(
            "密码文件读不出来，应为文本文件 / not a text file", ctx, param
        ) from None
    if not lines or not lines[0]:
        raise click.BadParameter(
            "密码文件的第一行是空的 / the first line of the file is empty", ctx, param
        )
    return lines[0]


def _text(data: bytes) -> str:
    """As the editors of an office save text: UTF-8, "Unicode" (UTF-16) or "ANSI" (GB18030)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


password_file = click.option(
    "--password-file",
    "password",
    callback=_first_line,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="加密工作簿的密码，取此文件第一行 / password of encrypted workbooks: first line of this file",
)

input_folder = click.argument(
    "folder", metavar="INPUT_DIR", type=click.Path(path_type=Path, exists=True, file_okay=False)
)

__all__ = [
    "Day",
    "Pack",
    "input_folder",
    "json_option",
    "pack_option",
    "pack_options",
    "password_file",
]
