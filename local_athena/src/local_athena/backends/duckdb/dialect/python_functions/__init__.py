"""Functions that DuckDB lacks or does otherwise than Trino, in Python; one module for each kind."""
