"""Rows of a result through the engine's own pages, for when its object cannot be read.

They are written as the object would hold them, so that everything after reading is the same.
"""

from collections.abc import Sequence

from data_hist.athena import AthenaClient
from data_hist.errors import EngineFailed
from data_hist.results.paging_tokens import EnginePosition

# The header is the first row of the first page.
START = EnginePosition(engine_token=None, rows_before=1, row_offset=0)


def read_engine_rows(
    engine: AthenaClient, query_id: str, column_count: int, position: EnginePosition, limit: int
) -> tuple[bytes, EnginePosition | None]:
    """Read up to `limit` rows from a position, and tell where the next begins; None at the end.

    The engine's pages are always asked for in the same size, since its tokens are opaque. It also
    gives a token where nothing follows, so that a row more is looked for than is asked for.

    Raises:
        QueryExpired: The result is gone.
        EngineFailed: The engine answers with other columns.
    """
    rows: list[Sequence[str | None]] = []
    token, before = position.engine_token, position.rows_before
    while True:
        page = engine.engine_page(query_id, token)
        found = page.rows[before:]
        missing = limit - len(rows)
        rows += found[:missing]
        if len(found) > missing:
            following = EnginePosition(token, before + missing, position.row_offset + limit)
            return _written(rows, column_count), following
        if page.token is None:
            return _written(rows, column_count), None
        token, before = page.token, 0


def _written(rows: Sequence[Sequence[str | None]], column_count: int) -> bytes:
    if any(len(row) != column_count for row in rows):
        raise EngineFailed("Athena's rows have other columns than its result.")
    return "".join(",".join(map(_quoted, row)) + "\n" for row in rows).encode()


def _quoted(text: str | None) -> str:
    return "" if text is None else '"' + text.replace('"', '""') + '"'
