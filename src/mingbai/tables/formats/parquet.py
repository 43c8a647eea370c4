"""Parquet files: the columns carry their names, so row 1 is the header and data starts at 2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.tables.columns import from_arrow
from mingbai.tables.formats.sheet import Body, RowSheet, UnreadableError

# Runs are stored short: a file of a few bytes may claim billions of rows.
MAX_ROWS = 40_000_000
MAX_CELLS = 600_000_000
_ROWS_AT_ONCE = 4_096
_ERRORS = (pa.ArrowException, OSError, ValueError, OverflowError, TypeError, LookupError)


class ParquetSheet(RowSheet):
    """A parquet file; only the columns a profile wants are read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with pq.ParquetFile(path) as file:
                schema = file.schema_arrow
                # Only this of the metadata: looking at damaged column chunks ends the process.
                self._rows = file.metadata.num_rows
        except _ERRORS as error:
            raise UnreadableError("TABLE-021") from error
        self._names = [str(name) for name in schema.names]
        # Text that repeats is stored once and stays so; it also keeps a small file small.
        self._texts = {
            field.name
            for field in schema
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        }
        if self._rows > MAX_ROWS:
            raise UnreadableError("TABLE-024")

    def head(self) -> list[list[object]]:
        return [list(self._names)]

    def rows(self) -> Iterator[Sequence[object]]:
        yield list(self._names)
        places = range(len(self._names))
        try:
            with pq.ParquetFile(self._path) as file:
                for batch in file.iter_batches(_ROWS_AT_ONCE):
                    columns = [batch.column(place).to_pylist() for place in places]
                    yield from map(list, zip(*columns, strict=True))
        except _ERRORS as error:
            raise UnreadableError("TABLE-021") from error

    def body(self, header_row: int, wanted: Sequence[int]) -> Body:
        names = [self._names[place] for place in wanted]
        if self._rows * len(names) > MAX_CELLS:
            raise UnreadableError("TABLE-024")
        texts = [name for name in names if name in self._texts]
        try:
            table = pq.read_table(
                self._path, columns=names, partitioning=None, read_dictionary=texts
            )
            for name in texts:  # damage may point behind the end of the stored texts
                table.column(name).validate(full=True)
            columns = {
                place: from_arrow(table.column(name))
                for place, name in zip(wanted, names, strict=True)
            }
        except _ERRORS as error:
            raise UnreadableError("TABLE-021") from error
        return Body(pa.array(range(2, table.num_rows + 2), pa.int32()), columns)
