"""Writing tables (写表): a national layout or a plain ledger, as a workbook or csv.

What is written is read back by the reader's own code before the file is made: a fact without a column
and a cell the layout cannot carry are told, never dropped in silence.
"""

from mingbai.tables.writing.write import Written, write_blank, write_table

__all__ = ["Written", "write_blank", "write_table"]
