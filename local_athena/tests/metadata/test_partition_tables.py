"""The `$partitions` of a table: columns, rows and refusals as a real Trino 476 answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local_athena.testing import running_endpoint

from tests.clients import AthenaSession
from tests.metadata.conftest import PARQUET, column, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOP: dict[str, Any] = {"QueryExecutionContext": {"Database": "shop"}}
PROJECTED = [[f"2026-03-0{day}", kind] for day in (1, 2, 3) for kind in "ab"]


DATES = {
    "projection.enabled": "true",
    "projection.day.type": "date",
    "projection.day.format": "yyyy-MM-dd",
    "projection.day.range": "2026-03-01,2026-03-02",
    "projection.hr.type": "integer",
    "projection.hr.range": "8,9",
    "projection.hr.digits": "2",
}
INJECTED = {"projection.enabled": "true", "projection.key.type": "injected"}
TABLES = [
    table(
        "typed",
        PARQUET,
        [column("n", "int")],
        Parameters=DATES,
        PartitionKeys=[column("day", "date"), column("hr", "int")],
    ),
    table(
        "injected",
        PARQUET,
        [column("n", "int")],
        Parameters=INJECTED,
        PartitionKeys=[column("key", "string")],
    ),
]


@pytest.fixture(scope="module")
def projections(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AthenaSession]:
    state = tmp_path_factory.mktemp("projections")
    with running_endpoint(TABLES, lake, state, bucket="data-hist-results") as endpoint:
        yield AthenaSession(endpoint.url)


def query(session: AthenaSession, sql: str) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    """The names and types of the columns, and the rows."""
    execution = session.run(sql, **SHOP)
    assert execution["Status"].get("StateChangeReason") is None
    assert execution["Statistics"]["DataScannedInBytes"] == 0
    result = session.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    infos = result["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    rows = [
        [value.get("VarCharValue") for value in row["Data"]] for row in result["ResultSet"]["Rows"]
    ]
    return [(info["Name"], info["Type"]) for info in infos], rows[1:]


def test_the_partitions_of_a_projection_are_all_that_it_describes(shop: AthenaSession) -> None:
    columns, rows = query(shop, 'SELECT * FROM "projected$partitions" ORDER BY 1, 2')

    assert columns == [("day", "varchar"), ("kind", "varchar")]
    assert rows == PROJECTED


def test_other_partitions_are_the_folders(shop: AthenaSession) -> None:
    columns, rows = query(shop, 'SELECT * FROM shop."orders$partitions" ORDER BY day, hr')

    assert columns == [("day", "varchar"), ("hr", "integer")]
    assert rows == [
        ["2026-03-01", "9"],
        ["2026-03-01", "10"],
        ["2026-03-02", "9"],
        ["a b", "9"],
    ]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ('SELECT day FROM "Orders$PARTITIONS" WHERE hr > 9', [["2026-03-01"]]),
        ('SELECT count(*) FROM "plain$partitions"', [["0"]]),
        (
            'SELECT p.kind FROM awsdatacatalog.shop."projected$partitions" AS p '
            "WHERE p.day = '2026-03-02' ORDER BY 1",
            [["a"], ["b"]],
        ),
        (
            'SELECT max(p.day), count(*) FROM "projected$partitions" p '
            'LEFT JOIN "orders$partitions" o ON o.day = p.day AND o.hr = 10 '
            "WHERE o.hr IS NULL",
            [["2026-03-03", "4"]],
        ),
        (
            'SELECT "projected$partitions".day FROM "projected$partitions" '
            "WHERE kind = 'a' AND day > '2026-03-02'",
            [["2026-03-03"]],
        ),
    ],
)
def test_partitions_are_a_table_like_any_other(
    shop: AthenaSession, sql: str, rows: list[list[str]]
) -> None:
    assert query(shop, sql)[1] == rows


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            'SELECT * FROM "wide$partitions"',
            "TABLE_NOT_FOUND: line 1:15: "
            "Table 'awsdatacatalog.shop.\"wide$partitions\"' does not exist",
        ),
        (
            'SELECT * FROM "missing$partitions"',
            "TABLE_NOT_FOUND: line 1:15: "
            "Table 'awsdatacatalog.shop.\"missing$partitions\"' does not exist",
        ),
        (
            'SELECT "$path" FROM "orders$partitions"',
            "COLUMN_NOT_FOUND: line 1:8: Column '$path' cannot be resolved",
        ),
        (
            'SELECT total FROM "orders$partitions"',
            "COLUMN_NOT_FOUND: line 1:8: Column 'total' cannot be resolved",
        ),
    ],
)
def test_what_has_no_partitions_is_told(shop: AthenaSession, sql: str, reason: str) -> None:
    assert shop.run(sql, **SHOP)["Status"]["StateChangeReason"] == reason


def test_projected_values_have_the_types_of_their_keys(projections: AthenaSession) -> None:
    columns, rows = query(projections, 'SELECT * FROM "typed$partitions" ORDER BY 1, 2')

    assert columns == [("day", "date"), ("hr", "integer")]
    assert rows == [[day, hour] for day in ("2026-03-01", "2026-03-02") for hour in "89"]


def test_the_values_of_an_injected_key_are_not_known(projections: AthenaSession) -> None:
    status = projections.run('SELECT * FROM "injected$partitions"', **SHOP)["Status"]

    assert status["StateChangeReason"] == (
        "NOT_SUPPORTED: This endpoint cannot list the values of key; they are injected"
    )
