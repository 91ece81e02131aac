"""The text that is sent: table references are replaced, and nothing else changes."""

import dataclasses

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.catalog.tables import ApiVersion, Partitions, Table, TableColumn, TenantColumn
from data_hist.errors import QueryTooLarge, StatementNotAllowed
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


def _version(*names: str, tenant: TenantColumn | None, hidden: str = "secret") -> ApiVersion:
    table = Table(
        name="audit",
        full_name=("cat", "db", 'au"dit'),
        description="",
        columns=tuple(TableColumn(name, "varchar", "", name) for name in names),
        hidden=frozenset({hidden}),
        partitions=Partitions(),
        tenant=tenant,
    )
    return ApiVersion("v9", "cat", "db", {"audit": table})


def test_names_of_the_data_dictionary_that_need_quotes_get_them() -> None:
    guard = Guard(_version("owner", "Order Id", "select", tenant=TenantColumn("owner")))

    sent = guard.admit("SELECT * FROM Audit", customer_id=7).sql

    assert sent == (
        'SELECT * FROM (SELECT owner, "Order Id", "select" FROM "cat"."db"."au""dit"'
        ' WHERE owner = 7) AS "audit"'
    )


def test_a_tenant_may_be_a_text_that_callers_do_not_see() -> None:
    guard = Guard(_version("data", tenant=TenantColumn("group", is_text=True)))

    sent = guard.admit("SELECT data FROM audit", customer_id=7).sql

    assert """FROM "cat"."db"."au""dit" WHERE "group" = '7')""" in sent


def test_records_without_a_tenant_are_for_the_operator_alone() -> None:
    guard = Guard(_version("data", tenant=None))

    assert guard.admit("SELECT data FROM audit", customer_id=None)
    with pytest.raises(StatementNotAllowed, match="Only the operator may query 'audit'") as refused:
        guard.admit("SELECT data FROM audit", customer_id=7)
    assert (refused.value.line, refused.value.column) == (1, 18)


@pytest.mark.parametrize(
    "name", ["interval", "glob", "all", "lateral", "returning", "xor", "fetch", "date", "order"]
)
def test_a_name_that_the_parser_knows_as_a_word_is_quoted(name: str) -> None:
    guard = Guard(_version(name, tenant=TenantColumn(name)))

    sent = guard.admit("SELECT * FROM audit", customer_id=7).sql

    assert f'"{name}"' in sent or f" {name} " in sent
    assert guard.admit("SELECT * FROM audit", customer_id=None)


def test_a_name_is_hidden_where_no_table_shows_it() -> None:
    tables = [
        *_version("data", tenant=None).tables.values(),
        *_version("secret", tenant=None, hidden="data").tables.values(),
    ]
    named = {
        name: dataclasses.replace(table, name=name)
        for name, table in zip("ab", tables, strict=True)
    }

    assert Guard(ApiVersion("v9", "cat", "db", named)).admit(
        "SELECT secret FROM b", customer_id=None
    )
    with pytest.raises(StatementNotAllowed, match="secret"):
        Guard(_version("data", tenant=None)).admit("SELECT secret FROM audit", customer_id=None)


def test_one_version_does_not_serve_the_tables_of_another() -> None:
    version = load_catalog().versions["v0"]
    only_metrics = dataclasses.replace(version, tables={"metrics": version.tables["metrics"]})

    with pytest.raises(Exception, match="the tables are metrics"):
        Guard(only_metrics).admit("SELECT * FROM events", customer_id=None)
