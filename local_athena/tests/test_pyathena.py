"""PyAthena against the endpoint: what each of its cursors reads, and how it fails."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from inspect import isawaitable
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import pyathena
import pytest
from pyarrow import fs  # type: ignore[import-untyped]  # ships no types
from pyathena.aio.arrow.cursor import AioArrowCursor
from pyathena.aio.connection import AioConnection
from pyathena.aio.cursor import AioCursor, AioDictCursor
from pyathena.aio.pandas.cursor import AioPandasCursor
from pyathena.aio.polars.cursor import AioPolarsCursor
from pyathena.aio.s3fs.cursor import AioS3FSCursor
from pyathena.arrow.async_cursor import AsyncArrowCursor
from pyathena.arrow.cursor import ArrowCursor
from pyathena.async_cursor import AsyncCursor, AsyncDictCursor
from pyathena.cursor import Cursor, DictCursor
from pyathena.error import OperationalError
from pyathena.pandas.async_cursor import AsyncPandasCursor
from pyathena.pandas.cursor import PandasCursor
from pyathena.polars.async_cursor import AsyncPolarsCursor
from pyathena.polars.cursor import PolarsCursor
from pyathena.s3fs.async_cursor import AsyncS3FSCursor
from pyathena.s3fs.cursor import S3FSCursor

from tests.clients import AWKWARD, ENDLESS, MANY, OUTPUT, TYPES
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_athena.testing import Endpoint

Read = tuple[list[str], list[tuple[Any, ...]]]


class Connections(NamedTuple):
    """A connection, and one whose cursors run on an event loop."""

    threaded: pyathena.connection.Connection[Any]
    aio: AioConnection


@pytest.fixture(scope="module")
def connections(endpoint: Endpoint) -> Iterator[Connections]:
    options: dict[str, Any] = {
        "s3_staging_dir": OUTPUT,
        "region_name": "us-east-1",
        "schema_name": "data_hist",
        "endpoint_url": endpoint.url,
        "aws_access_key_id": "any",
        "aws_secret_access_key": "any",
        "poll_interval": 0.02,
    }
    with pytest.MonkeyPatch.context() as patch:
        # PyAthena gives its endpoint to Athena's client alone; boto3's S3 reads the environment,
        # while pyarrow's own S3 client reads nothing.
        patch.setenv("AWS_ENDPOINT_URL", endpoint.url)
        at_endpoint = partial(fs.S3FileSystem, endpoint_override=endpoint.url)
        patch.setattr(fs, "S3FileSystem", at_endpoint)
        with pyathena.connect(**options) as threaded:
            aio = asyncio.run(AioConnection.create(**options))
            yield Connections(threaded, aio)
            aio.close()


@pytest.fixture
def connection(connections: Connections) -> Any:
    return connections.threaded


def read(connections: Connections, kind: Any, sql: str) -> Read:
    cursor: Any = connections.threaded.cursor(kind).execute(sql)
    return _read_of(cursor.description, cursor.fetchall())


def read_in_a_thread(connections: Connections, kind: Any, sql: str) -> Read:
    with connections.threaded.cursor(kind) as cursor:
        _, future = cursor.execute(sql)
        result: Any = future.result()
        if result.state != "SUCCEEDED":
            raise OperationalError(result.state_change_reason)
        return _read_of(result.description, result.fetchall())


def read_on_a_loop(connections: Connections, kind: Any, sql: str) -> Read:
    async def run() -> Read:
        async with connections.aio.cursor(kind) as cursor:
            await cursor.execute(sql)
            rows: Any = cursor.fetchall()
            return _read_of(cursor.description, await rows if isawaitable(rows) else rows)

    return asyncio.run(run())


def _read_of(description: Any, rows: Any) -> Read:
    names = [column[0] for column in description]
    return names, [tuple(row.values()) if isinstance(row, dict) else row for row in rows]


CURSORS = [
    *((read, kind) for kind in (Cursor, DictCursor, PandasCursor, ArrowCursor)),
    *((read, kind) for kind in (PolarsCursor, S3FSCursor)),
    *((read_in_a_thread, kind) for kind in (AsyncCursor, AsyncDictCursor, AsyncPandasCursor)),
    *((read_in_a_thread, kind) for kind in (AsyncArrowCursor, AsyncPolarsCursor, AsyncS3FSCursor)),
    *((read_on_a_loop, kind) for kind in (AioCursor, AioDictCursor, AioPandasCursor)),
    *((read_on_a_loop, kind) for kind in (AioArrowCursor, AioPolarsCursor, AioS3FSCursor)),
]
every_cursor = pytest.mark.parametrize(
    ("read_with", "kind"), CURSORS, ids=[kind.__name__ for _, kind in CURSORS]
)


@every_cursor
def test_every_cursor_reads_types(connections: Connections, read_with: Any, kind: type) -> None:
    names, (row,) = read_with(connections, kind, TYPES)

    assert names[-2:] == ["nothing", "empty"]
    assert row[:-2] == (
        True,
        7,
        8,
        1.5,
        Decimal("12.30"),
        "text",
        date(2026, 3, 1),
        datetime(2026, 3, 1, 9, 5, 7, 123000),
    )
    # Pandas and Arrow cannot tell NULL from an empty text in a CSV file.
    if not any(library in kind.__name__ for library in ("Arrow", "Pandas")):
        assert row[-2:] == (None, "")


@every_cursor
def test_every_cursor_reads_awkward_text(
    connections: Connections, read_with: Any, kind: type
) -> None:
    assert read_with(connections, kind, AWKWARD) == (
        ["quotes", "lines", "letters"],
        [('say "hi", you', "two\nlines", "é😀")],
    )


@every_cursor
def test_every_cursor_reads_more_than_a_page(
    connections: Connections, read_with: Any, kind: type
) -> None:
    _, rows = read_with(connections, kind, MANY)

    assert rows == [(number, "v") for number in range(1, 2501)]


@every_cursor
def test_every_cursor_reads_an_empty_result(
    connections: Connections, read_with: Any, kind: type
) -> None:
    sql = "SELECT 1 AS a, 'x' AS b WHERE 1 = 0"

    assert read_with(connections, kind, sql) == (["a", "b"], [])


@every_cursor
def test_every_cursor_reads_what_is_shown(
    connections: Connections, read_with: Any, kind: type
) -> None:
    shown = read_with(connections, kind, "SHOW TABLES")

    assert shown == (["tab_name"], [("events_v0",), ("logs_v0",), ("metrics_v0",)])


@every_cursor
def test_every_cursor_tells_a_failure(connections: Connections, read_with: Any, kind: type) -> None:
    with pytest.raises(OperationalError, match="TABLE_NOT_FOUND"):
        read_with(connections, kind, "SELECT * FROM data_hist.missing_table")


def test_the_default_cursor_passes_parameters(connection: Any) -> None:
    cursor = connection.cursor(Cursor)

    named = cursor.execute("SELECT %(word)s AS w", {"word": "it's"}).fetchall()
    numbered = cursor.execute("SELECT ? AS w", ["'x'"], paramstyle="qmark").fetchall()

    assert (named, numbered) == ([("it's",)], [("x",)])


def test_the_cursors_of_libraries_make_their_tables(connection: Any) -> None:
    frame = connection.cursor(PandasCursor).execute(TYPES).as_pandas()
    table = connection.cursor(ArrowCursor).execute(TYPES).as_arrow()
    polars = connection.cursor(PolarsCursor).execute(TYPES).as_polars()
    chunks = list(connection.cursor(PolarsCursor, chunksize=1000).execute(MANY).iter_chunks())

    assert frame["moment"][0] == datetime(2026, 3, 1, 9, 5, 7, 123000)
    assert table.to_pylist()[0]["day"] == date(2026, 3, 1)
    assert polars["exact"].to_list() == [Decimal("12.30")]
    assert [number for chunk in chunks for number in chunk["x"]] == list(range(1, 2501))


def test_a_cursor_reads_tables(connection: Any) -> None:
    rows = connection.cursor(Cursor).execute("SELECT count(*) AS n FROM events_v0").fetchall()
    metadata = connection.cursor(Cursor).list_table_metadata("awsdatacatalog", "data_hist")

    assert rows == [(150,)]
    assert [table.name for table in metadata] == ["events_v0", "logs_v0", "metrics_v0"]


def test_a_cursor_cancels(connection: Any) -> None:
    cursor = connection.cursor(Cursor)
    running = Thread(target=_cancel_once_it_runs, args=[cursor])
    running.start()

    with pytest.raises(OperationalError, match="cancelled"):
        cursor.execute(ENDLESS)

    running.join()


def _cancel_once_it_runs(cursor: Any) -> None:
    wait_until(lambda: cursor.query_id, "the query has an id")
    cursor.cancel()
