"""``mingbai judge``: what the product says of a built place, scored against what is true of it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mingbai.cli.collector import without_search_for_cycles
from mingbai.cli.options import json_option
from mingbai.cli.places_build import said_plainly
from mingbai.cli.progress import ProgressLine


@click.command()
@click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option(
    "--local",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="本地清单：本地的参数值 / local parameter values (YAML)",
)
@json_option
def judge(folder: Path, local: Path | None, json_out: bool) -> None:
    """拿真实情况给产品打分：查全、查准、红黄绿准不准 / score the product against the truth.

    DIR 是 mingbai places build 生成的示范地（合成数据）。先只看部门报送的表格筛查，再打开真实数据对照。

    DIR is a synthetic place. Its offices' files are screened first, as ``screen`` does it; only then is the
    truth opened.

    例 / example: mingbai judge out/puxi
    """  # fmt: skip
    from mingbai.demo.judge import as_json, as_text, pack_of
    from mingbai.demo.judge import judge as judged_of

    progress = ProgressLine()
    with said_plainly(), without_search_for_cycles():
        judged = judged_of(folder, progress, pack_of(local))
    progress.close()
    if json_out:
        click.echo(json.dumps(as_json(judged), ensure_ascii=False))
        return
    for line in as_text(judged):
        click.echo(line)
