"""Parquet files: the columns carry their names, so row 1 is the header and data starts at 2."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.tables.columns import from_arrow
from mingbai.tables.formats.sheet import Body, Sheet, UnreadableError

# Runs are stored short: a file of a few bytes may claim billions of rows.
MAX_ROWS = 40_000_000
MAX_COLUMN_BYTES = 8 << 30


class ParquetSheet(Sheet):
    """A parquet file; only the columns a profile wants are read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with pq.ParquetFile(path) as file:
                self._names = [str(name) for name in file.schema_arrow.names]
                self._rows = file.metadata.num_rows
                self._bytes = _sizes(file.metadata)
        except (pa.ArrowException, OSError, ValueError, OverflowError, TypeError) as error:
            raise UnreadableError("TABLE-021") from error
        if self._rows > MAX_ROWS:
            raise UnreadableError("TABLE-024")

    def head(self) -> list[list[object]]:
        return [list(self._names)]

    def body(self, header_row: int, wanted: Sequence[int]) -> Body:
        names = [self._names[place] for place in wanted]
        if sum(self._bytes.get(name, 0) for name in names) > MAX_COLUMN_BYTES:
            raise UnreadableError("TABLE-024")
        try:
            table = pq.read_table(self._path, columns=names, partitioning=None)
        except (pa.ArrowException, OSError, ValueError, OverflowError, TypeError) as error:
            raise UnreadableError("TABLE-021") from error
        rows = pa.array(range(2, table.num_rows + 2), pa.int32())
        columns = {
            place: from_arrow(table.column(name)) for place, name in zip(wanted, names, strict=True)
        }
        return Body(rows, columns)


def _sizes(metadata: pq.FileMetaData) -> dict[str, int]:
    """Unpacked bytes of each column."""
    sizes: dict[str, int] = {}
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(place)
            name = chunk.path_in_schema.partition(".")[0]
            sizes[name] = sizes.get(name, 0) + chunk.total_uncompressed_size
    return sizes
