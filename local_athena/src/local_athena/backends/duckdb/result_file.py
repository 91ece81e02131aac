"""Let DuckDB write a result file in Athena's format."""

from collections.abc import Sequence
from pathlib import Path


def copy_statement(query: str, names: Sequence[str], path: Path) -> str:
    """Write the COPY statement that writes the rows of a query to a result file.

    DuckDB's own header would rename the second of two columns with one name. PREFIX writes ours;
    line ends become separators then, so SUFFIX writes the last one.
    """
    header = ",".join(_quoted(name, '"') for name in names) + "\n"
    target, prefix = (_quoted(text, "'") for text in (str(path), header))
    return (
        f"COPY ({query}) TO {target} (FORMAT csv, HEADER false, "
        f"PREFIX {prefix}, SUFFIX '\n', FORCE_QUOTE *, NULLSTR '')"
    )


def close_empty_result(path: Path) -> None:
    """Remove the line end that `copy_statement` writes even if there are no rows."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1)


def _quoted(text: str, mark: str) -> str:
    return mark + text.replace(mark, mark + mark) + mark
