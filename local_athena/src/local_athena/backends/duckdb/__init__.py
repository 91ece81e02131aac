"""The DuckDB backend: translate Trino SQL, and read the archive."""
