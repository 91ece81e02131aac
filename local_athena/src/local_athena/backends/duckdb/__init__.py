"""Run Trino SQL on DuckDB: the dialect and the storage below it."""
