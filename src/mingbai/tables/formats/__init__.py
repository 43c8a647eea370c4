"""The file formats that are read: xlsx, csv, parquet. Each gives sheets; none knows a profile."""
