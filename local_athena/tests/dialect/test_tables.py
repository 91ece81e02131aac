"""Names in FROM: databases, tables, common table expressions, and the scans they become."""

import pytest
from local_athena.backends.duckdb import dialect
from local_athena.errors import StatementFailure
from local_athena.tables import Catalog, Column, Table, TableFormat

from tests.dialect.running import CATALOG, Endpoint


@pytest.mark.parametrize(
    "name",
    [
        "events_v0",
        "EVENTS_V0",
        '"Events_V0"',
        "data_hist.events_v0",
        '"awsdatacatalog"."data_hist"."events_v0"',
        "AwsDataCatalog . Data_Hist . events_v0",
    ],
)
def test_table_is_found_under_every_spelling_of_its_name(endpoint: Endpoint, name: str) -> None:
    result = endpoint.run(f"SELECT customerid FROM {name} ORDER BY 1")

    assert result.rows == [["1"], ["11000"]]


@pytest.mark.parametrize(
    ("sql", "database", "message"),
    [
        (
            "SELECT * FROM t",
            "data_hist",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.data_hist.t' does not exist",
        ),
        (
            "SELECT *\n  FROM events_v0",
            "data_hist_empty",
            "TABLE_NOT_FOUND: line 2:8: "
            "Table 'awsdatacatalog.data_hist_empty.events_v0' does not exist",
        ),
        (
            "SELECT * FROM x.t",
            "data_hist",
            "SCHEMA_NOT_FOUND: line 1:15: Schema 'x' does not exist",
        ),
        (
            "SELECT * FROM c.x.t",
            "data_hist",
            "CATALOG_NOT_FOUND: line 1:15: Catalog 'c' does not exist",
        ),
        (
            "SELECT nocol FROM events_v0",
            "data_hist",
            "COLUMN_NOT_FOUND: line 1:8: Column 'nocol' cannot be resolved",
        ),
    ],
)
def test_unknown_name_fails_with_its_place_in_the_text(
    sql: str, database: str, message: str
) -> None:
    with pytest.raises(StatementFailure) as raised:
        dialect.translate(sql, CATALOG, database)

    assert str(raised.value) == message


def test_each_reference_is_a_scan_of_its_own() -> None:
    sql = (
        "SELECT 1 FROM events_v0 a JOIN metrics_v0 b ON a.dt = b.dt"
        " WHERE EXISTS (SELECT 1 FROM events_v0)"
    )

    scans = dialect.translate(sql, CATALOG, "data_hist").scans

    assert [scan.table.location for scan in scans] == ["events", "metrics", "events"]
    assert len({scan.relation for scan in scans}) == 3


def test_common_table_expression_hides_a_table_only_inside_its_query(endpoint: Endpoint) -> None:
    sql = (
        "SELECT (SELECT count(*) FROM (WITH events_v0 AS (SELECT 1 AS x)"
        " SELECT * FROM events_v0) t), count(*) FROM events_v0"
    )

    assert endpoint.run(sql).rows == [["1", "2"]]


def test_common_table_expression_does_not_see_itself_without_recursive(endpoint: Endpoint) -> None:
    sql = "WITH events_v0 AS (SELECT customerid FROM events_v0) SELECT count(*) FROM events_v0"

    assert endpoint.run(sql).rows == [["2"]]


def test_qualified_name_never_means_a_common_table_expression(endpoint: Endpoint) -> None:
    sql = "WITH events_v0 AS (SELECT 1 AS x) SELECT count(dt) FROM data_hist.events_v0"

    assert endpoint.run(sql).rows == [["2"]]


def test_rewritten_statement_of_the_service_runs(endpoint: Endpoint) -> None:
    sql = (
        "SELECT events.servicename, json_extract_scalar(data, '$.status')"
        ' FROM (SELECT servicename, data FROM "awsdatacatalog"."data_hist"."events_v0"'
        ' WHERE customerid = 11000) AS "events"'
    )

    assert endpoint.run(sql).rows == [["svc-a", "ok"]]


def test_a_format_that_only_trino_reads_is_named() -> None:
    table = Table(
        "shop", "logs", "logs", (Column("a", "varchar", "string"),), format=TableFormat.ORC
    )

    with pytest.raises(StatementFailure) as raised:
        dialect.translate("SELECT a FROM logs", Catalog([table]), "shop")

    assert str(raised.value) == (
        "NOT_SUPPORTED: line 1:15: Table 'shop.logs' has the format ORC, which is only read with "
        "a Trino backend; this one reads OPENX_JSON, JSON, PARQUET"
    )
