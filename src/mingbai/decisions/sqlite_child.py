"""Reads an SQLite register as Arrow in a process of its own (只读子进程): ``python -m … FILE``.

The ADBC driver brings a second SQLite. In one process two of them undo each other's locks when one closes the
file (sqlite.org/howtocorrupt.html, 2.2.1), and what is written afterwards may be lost. So the driver never
runs where the register is written. Statements come in as lines of JSON, tables go out as Arrow streams behind
their length; all of them see the same moment.
"""

from __future__ import annotations

import json
import struct
import sys
from typing import Any, BinaryIO
from urllib.parse import quote

import pyarrow as pa

#: Rows a step: the driver takes the types of a column from the first of them.
STEP_ROWS = "65536"
LENGTH = struct.Struct(">Q")


def serve(path: str, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nothing more is asked."""
    import adbc_driver_sqlite.dbapi  # not above: the process that writes knows our framing

    with (
        adbc_driver_sqlite.dbapi.connect(f"file:{quote(path)}?mode=ro") as source,
        source.cursor() as cursor,
    ):
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": STEP_ROWS})
        for line in asked:
            cursor.execute(json.loads(line))
            answer = _stream(cursor.fetch_arrow_table())
            answers.write(LENGTH.pack(answer.size))
            answers.write(answer)
            answers.flush()


def _stream(table: pa.Table) -> Any:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


if __name__ == "__main__":
    serve(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
