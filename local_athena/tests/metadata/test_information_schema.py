"""`information_schema` and what is current, with the rows that Trino gave over Hive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.clients import AthenaSession

CATALOG = "awsdatacatalog"


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        (
            "SELECT * FROM information_schema.schemata ORDER BY schema_name",
            [[CATALOG, "default"], [CATALOG, "information_schema"], [CATALOG, "shop"]],
        ),
        (
            "SELECT * FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY 3",
            [
                [CATALOG, "shop", name, "BASE TABLE"]
                for name in ("orders", "plain", "projected", "wide")
            ],
        ),
        (
            "SELECT table_name FROM AwsDataCatalog.Information_Schema.TABLES "
            "WHERE table_schema = 'information_schema' ORDER BY 1",
            [["columns"], ["schemata"], ["tables"], ["views"]],
        ),
        (
            "SELECT * FROM information_schema.columns "
            "WHERE table_schema = 'shop' AND table_name = 'wide' ORDER BY ordinal_position",
            [
                [
                    CATALOG,
                    "shop",
                    "wide",
                    "a_name_of_19_letters",
                    "1",
                    None,
                    "YES",
                    "decimal(10,2)",
                ],
                [
                    *(CATALOG, "shop", "wide", "a_name_longer_than_twenty", "2", None, "YES"),
                    "timestamp(3)",
                ],
            ],
        ),
        (
            "SELECT column_name, data_type, comment, extra_info FROM information_schema.columns "
            "WHERE table_name = 'orders' ORDER BY ordinal_position",
            [
                ["id", "bigint", "lost", None],
                ["total", "double", None, None],
                ["day", "varchar", "the day", "partition key"],
                ["hr", "integer", None, "partition key"],
            ],
        ),
        (
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = 'information_schema' AND table_name = 'columns' "
            "AND ordinal_position > 6 ORDER BY ordinal_position",
            [["is_nullable"], ["data_type"]],
        ),
        ("SELECT count(*) FROM information_schema.views", [["0"]]),
        (
            "SELECT t.table_name, count(*) FROM information_schema.tables AS t "
            "JOIN information_schema.columns AS c ON t.table_name = c.table_name "
            "WHERE t.table_schema = 'shop' GROUP BY 1 ORDER BY 1 LIMIT 2",
            [["orders", "4"], ["plain", "2"]],
        ),
        ("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'SHOP'", [["0"]]),
        ("SELECT current_catalog, CURRENT_SCHEMA", [[CATALOG, "default"]]),
    ],
)
def test_a_query_has_the_rows_of_trino(
    shop: AthenaSession, sql: str, rows: list[list[str | None]]
) -> None:
    assert shop.rows(sql) == rows


def test_the_schema_is_that_of_the_context(shop: AthenaSession) -> None:
    context: dict[str, Any] = {"QueryExecutionContext": {"Database": "shop"}}
    execution = shop.run("SELECT current_schema AS s", **context)

    assert shop.result_file(execution) == b'"s"\n"shop"\n'


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            "SELECT * FROM information_schema.nope",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.information_schema.nope' "
            "does not exist",
        ),
        (
            "SELECT * FROM nope.information_schema.tables",
            "CATALOG_NOT_FOUND: line 1:15: Catalog 'nope' does not exist",
        ),
        (
            "SELECT comment FROM (SELECT * FROM information_schema.columns)",
            "COLUMN_NOT_FOUND: line 1:8: Column 'comment' cannot be resolved",
        ),
        (
            'SELECT "current_schema"',
            "COLUMN_NOT_FOUND: line 1:8: Column 'current_schema' cannot be resolved",
        ),
    ],
)
def test_what_is_not_there_fails(shop: AthenaSession, sql: str, reason: str) -> None:
    assert shop.run(sql)["Status"]["StateChangeReason"] == reason
