"""Hidden columns, such as `$path`, as expressions on the path of a record's file."""

from collections.abc import Mapping, Sequence

from local_athena.backends.duckdb.dialect.typed_sql import quote_identifier, quote_string
from local_athena.backends.duckdb.storage.partitions import DataFile, folder_values
from local_athena.tables import Table


def hidden_columns(
    table: Table, labels: Mapping[str, str], files: Sequence[DataFile], place: str
) -> list[str]:
    """Write the items of a SELECT that deliver hidden columns under their labels.

    Args:
        table: The table, which has its own bucket.
        labels: The labels by the names of the columns.
        files: The files that are read.
        place: An expression for the path of the file below the archive.
    """
    written = {
        "$path": lambda: f"{quote_string(f's3://{table.bucket}/')} || {place}",
        "$file_size": lambda: _of_file([str(file.size) for file in files], files),
        "$file_modified_time": lambda: (
            f"make_timestamptz({_of_file([str(file.modified_ms * 1000) for file in files], files)})"
        ),
        "$partition": lambda: _partition(table),
    }
    return [f"{written[name]()} AS {quote_identifier(label)}" for name, label in labels.items()]


def _of_file(values: Sequence[str], files: Sequence[DataFile]) -> str:
    """Look up a value by the file; DuckDB makes a join of it."""
    paths = ", ".join(quote_string(file.path) for file in files)
    return (
        "(SELECT file.value FROM (SELECT "  # noqa: S608 - quoted paths and numbers
        f"unnest(CAST([{paths}] AS VARCHAR[])) AS path, "
        f"unnest(CAST([{', '.join(values)}] AS BIGINT[])) AS value) AS file "
        "WHERE file.path = filename)"
    )


def _partition(table: Table) -> str:
    values = folder_values(table)
    named = (
        f"{quote_string(f'{column.name}=')} || {values[column.name]}"
        for column in table.partition_columns
    )
    return " || '/' || ".join(named)
