"""``mingbai export``: the register in the national layouts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from mingbai.cli.options import Day, json_option
from mingbai.cli.progress import ProgressLine
from mingbai.common.starting import start_django


@click.command("export")
@click.option(
    "--as",
    "layouts",
    multiple=True,
    metavar="LAYOUT",
    help="household-export、person-export、compact-list，默认全部 / layouts, all by default",
)
@click.option(
    "--division",
    default="",
    metavar="CODE",
    help="区划代码，默认整个登记库 / division, else everything",
)
@click.option("--as-of", type=Day(), help="截至日，默认为工作日期 / day, else the working date")
@click.option(
    "--everybody",
    is_flag=True,
    help="也写未建档、未监测的户 / households that are neither registered nor watched too",
)
@click.option(
    "--full", is_flag=True, help="证件号码和电话写全，记入审计 / whole numbers, noted in the audit"
)
@click.option(
    "--restricted",
    is_flag=True,
    help="也写健康等受限内容，记入审计 / restricted topics too, noted in the audit",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="一个 .xlsx 或 .csv，或放各乡镇文件的空文件夹 / one file, or an empty folder for townships",
)
@json_option
def export_(layouts: tuple[str, ...], division: str, as_of: date | None, everybody: bool, full: bool,
            restricted: bool, out: Path, json_out: bool) -> None:  # fmt: skip
    """把登记簿写回国家系统的表式，不用再录一遍；号码默认脱敏 / write the register in the national layouts.

    例 / example: mingbai export --division 610921102 --as household-export --out 户.xlsx
    """
    start_django()
    from mingbai.intake.exporting import LAYOUTS, Wish, export
    from mingbai.intake.gathering import Showing
    from mingbai.intake.running import register_pack
    from mingbai.places.queries import working_date

    wish = Wish(
        layouts or tuple(LAYOUTS), division, as_of or working_date(), everybody=everybody,
        showing=Showing(full, restricted),
    )  # fmt: skip
    progress = ProgressLine()
    made = export(actor="command", wish=wish, pack=register_pack(None), out=out, progress=progress)
    progress.close()
    if json_out:
        facts = [
            {
                "file": str(one.path),
                "layout": one.layout,
                "division": one.division_code,
                "rows": one.rows,
            }
            for one in made
        ]
        click.echo(json.dumps({"day": wish.day.isoformat(), "files": facts}, ensure_ascii=False))
        return
    for one in made:
        click.echo(f"{one.path}：{one.rows:,} 行 / rows")
    if not full:
        click.echo(
            "证件号码和电话已脱敏；要写全请加 --full / numbers are masked; --full writes them whole"
        )
