"""Model to something that runs: parsing, binding, lowering, and two printers of the same tree."""

from mingbai.engine.compiling.closures import Closures, Evaluated
from mingbai.engine.compiling.packs import BoundClause, BoundPack, BoundRule, bind_pack, check_pack
from mingbai.engine.compiling.plans import Cause
from mingbai.engine.compiling.program import Program, compile_bound, compile_pack
from mingbai.engine.compiling.sql import SqlOptions, store_name, table_name

__all__ = [
    "BoundClause",
    "BoundPack",
    "BoundRule",
    "Cause",
    "Closures",
    "Evaluated",
    "Program",
    "SqlOptions",
    "bind_pack",
    "check_pack",
    "compile_bound",
    "compile_pack",
    "store_name",
    "table_name",
]
