"""``mingbai stats``: figures of a table of people or households; ``mingbai stats FILE`` is `figures`."""

from __future__ import annotations

import click

from mingbai.cli.lazy import LazyGroup

VERBS = {
    "figures": "mingbai.cli.stats_figures:figures",
    "deprivation": "mingbai.cli.stats_deprivation:deprivation",
    "targeting": "mingbai.cli.stats_targeting:targeting",
    "fit": "mingbai.cli.stats_fit:fit",
}


class _FiguresFirst(LazyGroup):
    """A first argument that is no verb is the file of `figures`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.verbs, "-h", "--help"}:
            args = ["figures", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_FiguresFirst, verbs=VERBS)
def stats() -> None:
    """统计指标：贫困、不平等、多维贫困、瞄准，附抽样误差 / figures with survey errors.

    例 / example: mingbai stats 调查.xlsx --measure headcount --welfare 人均收入 --line 4000 --weight 权数
    """
