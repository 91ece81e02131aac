"""Let DuckDB write a result file in Athena's format."""

from collections.abc import Sequence
from pathlib import Path

from local_athena.backends.duckdb.dialect.typed_sql import quote_identifier, quote_string


def copy_statement(query: str, names: Sequence[str], path: Path) -> str:
    """Write the COPY statement that writes the rows of a query to a result file.

    DuckDB's own header would rename the second of two columns with one name. PREFIX writes ours;
    line ends become separators then, so SUFFIX writes the last one.
    """
    # A field of the file is quoted like a name in SQL.
    header = ",".join(map(quote_identifier, names)) + "\n"
    target, prefix = quote_string(str(path)), quote_string(header)
    return (
        f"COPY ({query}) TO {target} (FORMAT csv, HEADER false, "
        f"PREFIX {prefix}, SUFFIX '\n', FORCE_QUOTE *, NULLSTR '')"
    )


def close_empty_result(path: Path) -> None:
    """Remove the line end that `copy_statement` writes even if there are no rows."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1)
