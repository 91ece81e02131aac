"""Runs statements with DuckDB over the archive: the queue, the workers, the result files.

Speaks no protocol; `dialect` knows the SQL and `archive` the files.
"""
