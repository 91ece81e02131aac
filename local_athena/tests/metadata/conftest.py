"""An endpoint over tables of both formats, with partitions that are registered and projected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from local_athena.testing import running_endpoint

from tests.clients import AthenaSession

if TYPE_CHECKING:
    from pathlib import Path

PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    },
}
JSON = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
        "Parameters": {"mapping.total": "Total", "case.insensitive": "FALSE"},
    },
}


def column(name: str, kind: str, comment: str | None = None) -> dict[str, str]:
    return {"Name": name, "Type": kind} | ({"Comment": comment} if comment else {})


def table(name: str, storage: dict[str, Any], columns: list[Any], **rest: Any) -> dict[str, Any]:
    descriptor = {"Location": f"s3://lake/{name}/", "Columns": columns, **storage}
    return {
        "DatabaseName": "shop",
        "TableInput": {"Name": name, "StorageDescriptor": descriptor, **rest},
    }


DOCUMENTS = [
    table("plain", PARQUET, [column("n", "int")], PartitionKeys=[column("p", "string")]),
    table(
        "wide",
        PARQUET,
        [
            column("a_name_of_19_letters", "decimal(10,2)", "a\ttab"),
            column("a_name_longer_than_twenty", "timestamp", "a comment longer than twenty"),
        ],
    ),
    table(
        "orders",
        JSON,
        [column("id", "bigint", "lost"), column("total", "double")],
        Description="it's; all",
        Parameters={"zebra": "1", "EXTERNAL": "TRUE", "Apple": "2"},
        PartitionKeys=[column("day", "string", "the day"), column("hr", "int")],
    ),
    table(
        "projected",
        JSON,
        [column("total", "bigint")],
        Parameters={
            "projection.enabled": "true",
            "projection.day.type": "date",
            "projection.day.format": "yyyy-MM-dd",
            "projection.day.range": "2026-03-01,2026-03-03",
            "projection.kind.type": "enum",
            "projection.kind.values": "a,b",
            "storage.location.template": "s3://lake/orders/day=${day}/hr=${kind}/",
        },
        PartitionKeys=[column("day", "string"), column("kind", "string")],
    ),
]


@pytest.fixture(scope="package")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file in each of four partitions of `orders`, of which one is named oddly."""
    root = tmp_path_factory.mktemp("lake")
    for number, day in enumerate(("2026-03-01", "2026-03-02", "a b")):
        for hour in ("9", "10") if number == 0 else ("9",):
            folder = root / "orders" / f"day={day}" / f"hr={hour}"
            folder.mkdir(parents=True)
            (folder / "1.json").write_text(f'{{"id": {number}, "Total": 1.5}}\n')
    return root


@pytest.fixture(scope="package")
def shop(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AthenaSession]:
    state = tmp_path_factory.mktemp("state")
    with running_endpoint(DOCUMENTS, lake, state, bucket="data-hist-results") as endpoint:
        yield AthenaSession(endpoint.url)
