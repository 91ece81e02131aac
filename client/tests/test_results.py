"""Results of the real service, in each form."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import httpx
import ibis
import pandas as pd
import polars as pl
import pyarrow.parquet
import pytest
from data_hist_client import Client, UsageError

MANY = "SELECT n, CAST(n AS decimal(12, 2)) AS amount FROM UNNEST(sequence(1, 2500)) AS t(n)"
TYPED = (
    "SELECT 1 AS a, CAST(NULL AS bigint) AS b, '' AS c, DECIMAL '1.10' AS d, X'00ff' AS e, "
    "TIMESTAMP '2026-01-02 03:04:05.678' AS f"
)


def test_rows_of_several_pages(client: Client) -> None:
    result = client.query(MANY)

    rows = result.rows()

    assert len(rows) == 2500
    assert rows[-1].as_dict() == {"n": 2500, "amount": Decimal("2500.00")}
    assert list(result) == rows
    assert [column.type for column in result.columns] == ["bigint", "decimal"]


def test_every_library_sees_the_same_values(client: Client) -> None:
    result = client.query(TYPED)

    rows = [row.as_dict() for row in result]

    assert result.to_arrow().to_pylist() == rows
    assert result.to_polars().to_dicts() == rows
    relation = result.to_duckdb(connection := duckdb.connect())
    assert relation.fetchall() == [tuple(rows[0].values())]
    connection.close()
    frame = result.to_pandas()
    assert frame["d"][0] == Decimal("1.10")
    assert frame["b"].isna()[0]
    assert not frame["c"].isna()[0]
    assert isinstance(frame, pd.DataFrame)
    assert isinstance(result.to_polars(), pl.DataFrame)


def test_polars_takes_no_two_columns_of_a_name(client: Client) -> None:
    result = client.query("SELECT 1 AS x, 2 AS y, 3 AS x")

    with pytest.raises(UsageError, match="x names several: name them apart with AS"):
        result.to_polars()


def test_duckdb_has_moments_with_time_zone(client: Client) -> None:
    result = client.query("SELECT TIMESTAMP '2026-01-02 03:04:05 UTC' AS moment")

    ((moment,),) = result.to_duckdb(duckdb.connect()).fetchall()

    assert moment == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_ibis_goes_on_with_a_result(client: Client) -> None:
    table = ibis.memtable(client.query(MANY).to_arrow())

    expression = table.filter(table.n > 2400).aggregate(total=table.amount.sum())

    assert expression.to_pyarrow().to_pylist() == [{"total": Decimal("245050.00")}]


def test_batches_have_every_row(client: Client) -> None:
    assert sum(batch.num_rows for batch in client.query(MANY).to_batches()) == 2500


@pytest.mark.parametrize("result_format", ["csv", "ndjson", "json", "arrow", "parquet"])
def test_a_file_is_what_the_service_streams(
    client: Client, url: str, tmp_path: Path, result_format: str
) -> None:
    result = client.query(TYPED)

    path = result.download(tmp_path / f"x.{result_format}")

    streamed = httpx.get(
        f"{url}/v1/data_hist/results/{result.query.query_id}", params={"format": result_format}
    )
    assert path.read_bytes() == streamed.content == b"".join(result.stream(result_format))


def test_a_parquet_file_can_be_read(client: Client, tmp_path: Path) -> None:
    path = client.query(MANY).download(tmp_path / "x.parquet")

    assert pyarrow.parquet.read_table(path).num_rows == 2500
