"""awswrangler against the endpoint: types, text, chunks, failures."""

from __future__ import annotations

import os
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import awswrangler
import boto3
import pytest

from tests.clients import AWKWARD, MANY, OUTPUT, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_athena.testing import Endpoint

# awswrangler passes pandas an argument that pandas 3 ignores.
pytestmark = pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")


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
