"""``mingbai explain``: one household, for the villager, for the auditor, and as a card for the door."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from mingbai.cli.options import input_folder, json_option, pack_options, password_file
from mingbai.documents.card import write_card
from mingbai.documents.family import family_of
from mingbai.documents.sheets import auditor_sheet, explain_json, villager_sheet
from mingbai.engine.compiling import compile_pack
from mingbai.engine.errors import run_error
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.pack import Pack
from mingbai.screening.changes import changes_of
from mingbai.screening.inputs import household_row, pack_for, read_input


@click.command()
@input_folder
@pack_options
@password_file
@click.option("--household", "key", required=True, metavar="ID", help="户编号 / household id")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@json_option
@click.option(
    "--card",
    type=click.Path(path_type=Path, dir_okay=False),
    help="另写一张可打印的明白卡 / also write the printable card (HTML)",
)
def explain(
    folder: Path,
    pack: Pack,
    as_of: date,
    password: str | None,
    key: str,
    lang: str,
    json_out: bool,
    card: Path | None,
) -> None:
    """说明一户：讲给户里听的话，和审核用的推导 / explain one household.

    例 / example: mingbai explain examples/yunnan-2025 --pack cn --as-of 2025-06-30
    --household 995301010001
    """
    intake = read_input(folder, pack, password=password)
    program = compile_pack(pack_for(pack, intake), as_of)
    household = household_row(pack, intake.tables, key)
    changes = changes_of(program.bound, household)
    family = family_of(Tracer(program), household, changes=changes)
    if card is not None:
        try:
            write_card(family, card, language=lang)
        except OSError as error:
            raise run_error("RUN-009", name=str(card), detail=error.strerror or "") from None
    if json_out:
        click.echo(json.dumps(explain_json(family), ensure_ascii=False))
        return
    click.echo(villager_sheet(family, lang))
    click.echo()
    click.echo(auditor_sheet(family, lang))
    if card is not None:
        click.echo()
        click.echo(f"明白卡 / card: {card}")
