"""Write the pages of a result to a file in Athena's format, a page at a time."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local_athena.backends.trino.client import Page
from local_athena.backends.trino.values import Render, make_renderer
from local_athena.engine.column_info import describe_column
from local_athena.engine.executions import Column


class ResultWriter:
    """Writes one result; `columns` and `rows` tell what it has written.

    Args:
        path: The file.
        is_text: The value is a text of lines, as that of EXPLAIN; as on Athena, its column's name
            stands above it and a line end below.
    """

    def __init__(self, path: Path, *, is_text: bool) -> None:
        self.columns: tuple[Column, ...] = ()
        self.rows = 0
        self._is_text = is_text
        self._renders: list[Render] = []
        self._file = path.open("w", encoding="utf-8", newline="")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, page: Page) -> None:
        """Write the rows of a page; the first one with columns brings the header."""
        if "columns" in page and not self.columns:
            self._begin(page["columns"])
        if rows := page.get("data"):
            self._write_rows(rows)

    def _begin(self, columns: Sequence[dict[str, Any]]) -> None:
        self.columns = tuple(_describe(column) for column in columns)
        self._renders = [make_renderer(column["typeSignature"]) for column in columns]
        write = str if self._is_text else _quote
        self._file.write(",".join(write(column.name) for column in self.columns) + "\n")

    def _write_rows(self, rows: Sequence[Sequence[Any]]) -> None:
        # Column by column, so that the type is not looked at for each value.
        columns = map(self._render_values, self._renders, zip(*rows, strict=True))
        self._file.write("\n".join(map(",".join, zip(*columns, strict=True))) + "\n")
        self.rows += len(rows)

    def _render_values(self, render: Render, values: Sequence[Any]) -> list[str]:
        write = str if self._is_text else _quote
        return ["" if value is None else write(render(value)) for value in values]


def _describe(column: dict[str, Any]) -> Column:
    signature = column["typeSignature"]
    numbers = [each["value"] for each in signature["arguments"] if each["kind"] == "LONG"]
    return describe_column(column["name"], signature["rawType"], *numbers)


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
