"""Asks a real Trino, and writes down its answer as Athena would give it."""

from typing import Any

from local_athena.backends.trino.client import TrinoClient, TrinoServer
from local_athena.backends.trino.values import make_renderer

from tests.oracle.differences import TrinoSpelling, spell_for_trino
from tests.oracle.goldens import Golden, Row, order_rows


class Oracle:
    """A Trino that answers statements."""

    def __init__(self, url: str) -> None:
        self._client = TrinoClient(TrinoServer(url, user="oracle", catalog="memory"))

    def ask(self, sql: str) -> Golden:
        """Run a statement of Athena's SQL."""
        spelling = spell_for_trino(sql)
        columns: list[dict[str, Any]] = []
        rows: list[Row] = []
        for page in self._client.pages(spelling.sql, "default"):
            if "error" in page:
                return _failed(spelling, page["error"])
            columns = page.get("columns", columns)
            renders = [make_renderer(column["typeSignature"]) for column in columns]
            rows += [
                [
                    None if value is None else render(value)
                    for render, value in zip(renders, row, strict=True)
                ]
                for row in page.get("data", [])
            ]
        return Golden(sql, [column["type"] for column in columns], order_rows(sql, rows))

    def rows(self, sql: str) -> list[list[Any]]:
        """Run a statement of Trino's own, such as SHOW FUNCTIONS."""
        return [row for page in self._client.pages(sql, "default") for row in page.get("data", [])]


def _failed(spelling: TrinoSpelling, error: dict[str, Any]) -> Golden:
    message, location = error.get("message", ""), error.get("errorLocation")
    position = None
    if location:
        line, column = location["lineNumber"], location["columnNumber"]
        message = message.removeprefix(f"line {line}:{column}: ")
        position = list(spelling.athena_position(line, column))
    return Golden(spelling.original, error=error["errorName"], message=message, position=position)
