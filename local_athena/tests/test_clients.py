"""PyAthena and awswrangler against the endpoint: cursors, types, failures, cancelling."""

from __future__ import annotations

import os
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from threading import Timer
from typing import TYPE_CHECKING, Any

import awswrangler
import boto3
import pyathena
import pytest
from pyarrow import fs  # type: ignore[import-untyped]  # ships no types
from pyathena.arrow.cursor import ArrowCursor
from pyathena.cursor import Cursor, DictCursor
from pyathena.error import OperationalError
from pyathena.pandas.cursor import PandasCursor

from tests.clients import ENDLESS, OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_athena.testing import Endpoint

TYPES = """
SELECT true AS bool_value, CAST(7 AS tinyint) AS tiny, CAST(8 AS bigint) AS big,
  CAST(1.5 AS double) AS floating, CAST('12.30' AS decimal(9, 2)) AS exact, 'text' AS words,
  DATE '2026-03-01' AS day, TIMESTAMP '2026-03-01 09:05:07.123' AS moment,
  CAST(NULL AS varchar) AS nothing, '' AS empty
"""
AWKWARD = "SELECT 'say \"hi\", you' AS quotes, 'two\nlines' AS lines, 'é😀' AS letters"
MANY = "SELECT x, 'v' AS y FROM UNNEST(sequence(1, 2500)) AS t (x) ORDER BY x"


# awswrangler passes pandas an argument that pandas 3 ignores.
pytestmark = pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")


@pytest.fixture
def connection(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # PyAthena gives its endpoint to Athena's client alone; boto3's S3 reads the environment, while
    # pyarrow's own S3 client reads nothing.
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)
    at_endpoint = partial(fs.S3FileSystem, endpoint_override=endpoint.url)
    monkeypatch.setattr(fs, "S3FileSystem", at_endpoint)
    with pyathena.connect(
        s3_staging_dir=OUTPUT,
        region_name="us-east-1",
        schema_name="data_hist",
        endpoint_url=endpoint.url,
        aws_access_key_id="any",
        aws_secret_access_key="any",
        poll_interval=0.02,
    ) as connection:
        yield connection


@pytest.fixture
def wrangler(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """Awswrangler's settings are global: what a test sets is taken back."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)
    awswrangler.config.athena_endpoint_url = endpoint.url
    awswrangler.config.s3_endpoint_url = endpoint.url
    awswrangler.config.athena_query_wait_polling_delay = 0.02
    yield boto3.Session("any", "any", region_name="us-east-1")
    for name in ("athena_endpoint_url", "s3_endpoint_url", "athena_query_wait_polling_delay"):
        awswrangler.config.reset(name)


def test_the_default_cursor_reads_types(connection: Any) -> None:
    row = connection.cursor(Cursor).execute(TYPES).fetchone()

    assert row == (
        True,
        7,
        8,
        1.5,
        Decimal("12.30"),
        "text",
        date(2026, 3, 1),
        datetime(2026, 3, 1, 9, 5, 7, 123000),
        None,
        "",
    )


def test_the_default_cursor_reads_2500_rows_in_pages(connection: Any) -> None:
    rows = connection.cursor(Cursor).execute(MANY).fetchall()

    assert rows == [(number, "v") for number in range(1, 2501)]


def test_the_default_cursor_passes_parameters(connection: Any) -> None:
    cursor = connection.cursor(Cursor)

    named = cursor.execute("SELECT %(word)s AS w", {"word": "it's"}).fetchall()
    numbered = cursor.execute("SELECT ? AS w", ["'x'"], paramstyle="qmark").fetchall()

    assert (named, numbered) == ([("it's",)], [("x",)])


def test_the_dict_cursor_reads_by_name(connection: Any) -> None:
    row = connection.cursor(DictCursor).execute(AWKWARD).fetchone()

    assert row == {"quotes": 'say "hi", you', "lines": "two\nlines", "letters": "é😀"}


def test_the_pandas_cursor_reads_the_file(connection: Any) -> None:
    frame = connection.cursor(PandasCursor).execute(TYPES).as_pandas()
    awkward = connection.cursor(PandasCursor).execute(AWKWARD).as_pandas()

    assert frame["exact"][0] == Decimal("12.30")
    assert frame["moment"][0] == datetime(2026, 3, 1, 9, 5, 7, 123000)
    assert frame["big"][0] == 8
    assert awkward.iloc[0].tolist() == ['say "hi", you', "two\nlines", "é😀"]


def test_the_arrow_cursor_reads_the_file(connection: Any) -> None:
    table = connection.cursor(ArrowCursor).execute(TYPES).as_arrow()
    many = connection.cursor(ArrowCursor).execute(MANY).as_arrow()

    assert table.to_pylist()[0]["floating"] == 1.5
    assert table.to_pylist()[0]["day"] == date(2026, 3, 1)
    assert many.column("x").to_pylist() == list(range(1, 2501))


@pytest.mark.parametrize("kind", [Cursor, DictCursor, PandasCursor, ArrowCursor])
def test_every_cursor_reads_an_empty_result(connection: Any, kind: type) -> None:
    cursor = connection.cursor(kind).execute("SELECT 1 AS a, 'x' AS b WHERE 1 = 0")

    assert cursor.fetchall() == []
    assert [column[0] for column in cursor.description] == ["a", "b"]


@pytest.mark.parametrize("kind", [Cursor, DictCursor, PandasCursor, ArrowCursor])
def test_every_cursor_tells_a_failure(connection: Any, kind: type) -> None:
    with pytest.raises(OperationalError, match="TABLE_NOT_FOUND"):
        connection.cursor(kind).execute("SELECT * FROM data_hist.missing_table")


def test_a_cursor_reads_tables(connection: Any) -> None:
    rows = connection.cursor(Cursor).execute("SELECT count(*) AS n FROM events_v0").fetchall()
    metadata = connection.cursor(Cursor).list_table_metadata("awsdatacatalog", "data_hist")

    assert rows == [(150,)]
    assert [table.name for table in metadata] == ["events_v0", "metrics_v0"]


def test_a_cursor_cancels(connection: Any) -> None:
    cursor = connection.cursor(Cursor)
    cancelling = Timer(0.3, cursor.cancel)
    cancelling.start()

    with pytest.raises(OperationalError, match="cancelled"):
        cursor.execute(ENDLESS)

    cancelling.join()


def read(wrangler: boto3.Session, sql: str, **options: Any) -> Any:
    arguments: dict[str, Any] = {
        "database": "data_hist",
        "ctas_approach": False,
        "s3_output": OUTPUT,
        "boto3_session": wrangler,
        **options,
    }
    return awswrangler.athena.read_sql_query(sql, **arguments)


def test_awswrangler_reads_types(wrangler: boto3.Session) -> None:
    row = read(wrangler, TYPES).iloc[0]

    assert (row["tiny"], row["big"], row["floating"], row["exact"]) == (7, 8, 1.5, Decimal("12.30"))
    assert (row["day"], row["moment"]) == (
        date(2026, 3, 1),
        datetime(2026, 3, 1, 9, 5, 7, 123000),
    )


def test_awswrangler_reads_awkward_text(wrangler: boto3.Session) -> None:
    assert read(wrangler, AWKWARD).iloc[0].tolist() == ['say "hi", you', "two\nlines", "é😀"]


def test_awswrangler_reads_an_empty_result(wrangler: boto3.Session) -> None:
    frame = read(wrangler, "SELECT 1 AS a, 'x' AS b WHERE 1 = 0")

    assert (list(frame.columns), len(frame)) == (["a", "b"], 0)


def test_awswrangler_reads_in_chunks(wrangler: boto3.Session) -> None:
    chunks = list(read(wrangler, MANY, chunksize=1000))

    assert [len(chunk) for chunk in chunks] == [1000, 1000, 500]
    assert [int(x) for chunk in chunks for x in chunk["x"]] == list(range(1, 2501))


def test_awswrangler_deletes_what_it_read(wrangler: boto3.Session) -> None:
    location = f"{OUTPUT}kept-{os.getpid()}/"

    read(wrangler, "SELECT 1 AS a", s3_output=location, keep_files=False)

    assert awswrangler.s3.list_objects(location, boto3_session=wrangler) == []


def test_awswrangler_tells_a_failure(wrangler: boto3.Session) -> None:
    with pytest.raises(awswrangler.exceptions.QueryFailed, match="TABLE_NOT_FOUND"):
        read(wrangler, "SELECT * FROM missing_table")
