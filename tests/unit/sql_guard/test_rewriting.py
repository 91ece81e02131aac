"""The text that is sent: table references are replaced, and nothing else changes."""

import dataclasses

import pytest

from data_hist.catalog.tables import ApiVersion, Table, TableColumn, load_catalog
from data_hist.errors import QueryTooLarge
from data_hist.sql_guard.guard import Guard
from data_hist.sql_guard.rewrite import Edit

COLUMNS = (
    "customerid, servicename, service, createdtimestamp, arrivaltimestamp, tags, data, dt, hr, min"
)
EVENTS = f'(SELECT {COLUMNS} FROM "awsdatacatalog"."data_hist"."events_v0")'
METRICS = f'(SELECT {COLUMNS} FROM "awsdatacatalog"."data_hist"."metrics_v0")'
REWRITTEN = [
    ("SELECT * FROM events", f'SELECT * FROM {EVENTS} AS "events"'),
    ("SELECT * FROM EVENTS e", f"SELECT * FROM {EVENTS} e"),
    ('SELECT * FROM "Events" AS "E 1"', f'SELECT * FROM {EVENTS} AS "E 1"'),
    (
        "SELECT * FROM events, metrics m -- end",
        f'SELECT * FROM {EVENTS} AS "events", {METRICS} m -- end',
    ),
    (
        "SELECT 1 FROM AwsDataCatalog /**/ . data_hist.\nmetrics TABLESAMPLE SYSTEM (5)",
        f'SELECT 1 FROM {METRICS} AS "metrics" TABLESAMPLE SYSTEM (5)',
    ),
    (
        "SELECT data_hist.events.data, data_hist.events.* FROM data_hist.events",
        f'SELECT "events".data, "events".* FROM {EVENTS} AS "events"',
    ),
    (
        "SELECT data_hist.events.data FROM events e",
        f"SELECT data_hist.events.data FROM {EVENTS} e",
    ),
    (
        "SELECT 1 FROM metrics WHERE EXISTS (SELECT 1 FROM events"
        " WHERE data_hist.metrics.dt = events.dt)",
        f'SELECT 1 FROM {METRICS} AS "metrics" WHERE EXISTS (SELECT 1 FROM {EVENTS} AS "events"'
        ' WHERE "metrics".dt = events.dt)',
    ),
    ("WITH e AS (SELECT 1) SELECT * FROM e;", "WITH e AS (SELECT 1) SELECT * FROM e"),
    ("SELECT decimal '1.5' FROM(events)", f"SELECT decimal '1.5' FROM({EVENTS} AS \"events\")"),
    ("SELECT 1 ;\n-- x", "SELECT 1 \n-- x"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "sent"), REWRITTEN)
def test_only_table_references_are_replaced(guard: Guard, sql: str, sent: str) -> None:
    assert guard.admit(sql, customer_id=None).sql == sent


def test_a_customer_sees_its_own_rows_in_every_reference(guard: Guard) -> None:
    sent = guard.admit(
        "SELECT * FROM events a JOIN metrics b ON a.dt = b.dt UNION SELECT * FROM events, metrics",
        customer_id=11001,
    ).sql

    assert sent.count('_v0" WHERE customerid = 11001)') == 4


def test_edits_map_the_sent_text_back(guard: Guard) -> None:
    sql = "SELECT ? FROM events e WHERE data_hist.metrics.dt = ?;"

    admitted = guard.admit(
        sql.replace("data_hist.metrics", "e"), customer_id=None, parameters=["a", "b"]
    )

    assert admitted.edits == (
        Edit(start=7, removed=1, inserted=3),
        Edit(start=14, removed=6, inserted=len(EVENTS)),
        Edit(start=36, removed=1, inserted=4),
        Edit(start=37, removed=1, inserted=0),
    )


def test_a_text_that_outgrows_the_limit_by_rewriting_is_too_large(guard: Guard) -> None:
    filler = "x" * (262_144 - 30)

    guard.admit(f"SELECT '{filler}'", customer_id=None)
    with pytest.raises(QueryTooLarge):
        guard.admit(f"SELECT '{filler}' FROM events", customer_id=None)


def test_bytes_count_not_characters(guard: Guard) -> None:
    with pytest.raises(QueryTooLarge):
        guard.admit(f"SELECT '{'é' * 140_000}'", customer_id=None)


def _version(*columns: TableColumn, name: str = "audit") -> ApiVersion:
    table = Table(name, 'au"dit', name, "", columns)
    return ApiVersion("v9", "cat", "db", {name: table})


def test_names_of_the_data_dictionary_that_need_quotes_get_them() -> None:
    columns = [TableColumn(name, "varchar", "") for name in ("customerid", "Order Id", "select")]
    hidden = TableColumn("secret", "varchar", "", queryable=False)
    guard = Guard(_version(*columns, hidden))

    sent = guard.admit("SELECT * FROM Audit", customer_id=7).sql

    assert sent == (
        'SELECT * FROM (SELECT customerid, "Order Id", "select" FROM "cat"."db"."au""dit"'
        ' WHERE customerid = 7) AS "audit"'
    )


def test_a_table_without_the_customers_column_is_a_fault_of_the_data_dictionary() -> None:
    with pytest.raises(ValueError, match="no column customerid"):
        Guard(_version(TableColumn("data", "varchar", "")))


def test_one_version_does_not_serve_the_tables_of_another() -> None:
    version = load_catalog().versions["v0"]
    only_metrics = dataclasses.replace(version, tables={"metrics": version.tables["metrics"]})

    with pytest.raises(Exception, match="the tables are metrics"):
        Guard(only_metrics).admit("SELECT * FROM events", customer_id=None)
