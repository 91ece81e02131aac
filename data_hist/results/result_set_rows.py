"""Read rows from Athena's result set, for results whose object cannot be read.

Rows are returned as the CSV that the object would hold, so that the callers need no second path.
"""

from collections.abc import Sequence

from data_hist.athena.client import AthenaClient
from data_hist.errors import EngineFailed
from data_hist.results.paging_tokens import ResultSetPosition

# The first row of the first page is the header.
FIRST_ROW = ResultSetPosition(engine_token=None, rows_before=1, row_offset=0)


def read_result_set_rows(
    engine: AthenaClient, query_id: str, column_count: int, position: ResultSetPosition, limit: int
) -> tuple[bytes, ResultSetPosition | None]:
    """Read up to `limit` rows from a position; return them and the next position, None at the end.

    Athena's tokens are opaque, so its pages always have the same size. It also returns a token
    when no row follows, so that this looks for one row more than it returns.

    Raises:
        QueryExpired: The result is gone.
        EngineFailed: The rows have other columns than the result.
    """
    rows: list[Sequence[str | None]] = []
    token, before = position.engine_token, position.rows_before
    while True:
        page = engine.engine_page(query_id, token)
        found = page.rows[before:]
        missing = limit - len(rows)
        rows += found[:missing]
        if len(found) > missing:
            following = ResultSetPosition(token, before + missing, position.row_offset + limit)
            return _format_rows(rows, column_count), following
        if page.token is None:
            return _format_rows(rows, column_count), None
        token, before = page.token, 0


def _format_rows(rows: Sequence[Sequence[str | None]], column_count: int) -> bytes:
    if any(len(row) != column_count for row in rows):
        raise EngineFailed("Athena's rows have other columns than its result.")
    return "".join(",".join(map(_quote, row)) + "\n" for row in rows).encode()


def _quote(text: str | None) -> str:
    return "" if text is None else '"' + text.replace('"', '""') + '"'
