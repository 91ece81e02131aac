"""A customer's result does not depend on what the customer may not see: run on two databases.

Both hold the same visible rows; hidden columns and the rows of other customers differ. Every
admitted query that DuckDB can run must give the same rows on both.
"""

import re
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from data_hist.sql_guard.guard import AdmittedQuery, Guard
from tests.support.shared_files import shared_cases
from tests.support.table_rows import COLUMNS, complete

from .case_files import outcome, own_cases, sql_of

TENANT = 11000
CASES = own_cases("accepted.jsonl") + [
    case
    for name in ("cases/sql_allowed.jsonl", "cases/sql_scope.jsonl")
    for case in shared_cases(name)
    if "parts" not in case
]
# Their results differ from run to run, whatever the tables hold.
_VOLATILE = re.compile(
    r"\b(now|current_\w+|local\w+|random|rand|uuid|shuffle|tablesample)\b", re.IGNORECASE
)


def _rows(table: str, secret: str) -> Iterator[dict[str, Any]]:
    customers = {"one": [TENANT, 11001], "two": [1, TENANT, 11001, 11001, 11002]}[secret]
    for customer in customers:
        for number in range(6):
            mine = customer == TENANT
            text = f"svc-{'abc'[number % 3]}" if mine else f"{secret}-{customer}-{number % 2}"
            row = {
                "customerid": customer,
                "servicename": text,
                "service": text,
                "createdtimestamp": 1_795_132_800_000 + number * 1_000 + (0 if mine else customer),
                "arrivaltimestamp": 1_795_132_801_000 + number * 1_000,
                "tags": f"env:{table},n:{number}",
                "data": f'{{"status": {number}, "items": [1, {number}], "who": "{text}"}}',
                "dt": "2026-11-20",
                "hr": "05",
                "min": "15",
            }
            yield complete(row, number, hidden=secret)


def _database(secret: str, *, visible_only: bool = False) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("ATTACH ':memory:' AS awsdatacatalog")
    connection.execute("CREATE SCHEMA awsdatacatalog.data_hist")
    for table in ("events", "metrics"):
        rows = list(_rows(table, secret))
        columns = [column for column in COLUMNS if column.queryable or not visible_only]
        if visible_only:
            rows = [row for row in rows if row["customerid"] == TENANT]
        target = f"awsdatacatalog.data_hist.{table if visible_only else table + '_v0'}"
        types = ", ".join(f"{column.name} {column.type}" for column in columns)
        connection.execute(f"CREATE TABLE {target} ({types})")
        marks = ", ".join("?" * len(columns))
        connection.executemany(
            f"INSERT INTO {target} VALUES ({marks})",
            [[row[column.name] for column in columns] for row in rows],
        )
    if visible_only:
        connection.execute("USE awsdatacatalog.data_hist")
    return connection


def _result(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str] | None:
    """The rows as a bag, or None where DuckDB does not know this SQL."""
    try:
        return sorted(map(repr, connection.execute(sql).fetchall()))
    except duckdb.Error:
        return None


@pytest.fixture(scope="module")
def databases() -> Iterator[tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]]:
    with _database("one") as first, _database("two") as second:
        yield first, second


@pytest.fixture(scope="module")
def restricted() -> Iterator[duckdb.DuckDBPyConnection]:
    with _database("one", visible_only=True) as connection:
        yield connection


def _admitted(guard: Guard, case: dict[str, Any], customer_id: int | None) -> str | None:
    decision = outcome(guard, sql_of(case), customer_id)
    return decision.sql if isinstance(decision, AdmittedQuery) else None


def by_id(case: dict[str, Any]) -> str:
    return str(case["id"])


@pytest.mark.parametrize("case", CASES, ids=by_id)
def test_hidden_data_changes_no_result(
    guard: Guard,
    databases: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection],
    case: dict[str, Any],
) -> None:
    sent = _admitted(guard, case, TENANT)
    if sent is None or _VOLATILE.search(sent):
        return

    first, second = (_result(database, sent) for database in databases)

    assert first == second


@pytest.mark.parametrize("case", CASES, ids=by_id)
def test_the_result_is_that_of_tables_with_only_the_visible_data(
    guard: Guard,
    databases: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection],
    restricted: duckdb.DuckDBPyConnection,
    case: dict[str, Any],
) -> None:
    sent = _admitted(guard, case, TENANT)
    if sent is None or _VOLATILE.search(sent):
        return
    rewritten, plain = _result(databases[0], sent), _result(restricted, sql_of(case))

    assert rewritten == plain or rewritten is None or plain is None


def test_most_of_the_cases_really_run(
    guard: Guard, databases: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]
) -> None:
    sent = [text for case in CASES if (text := _admitted(guard, case, TENANT))]

    ran = [text for text in sent if _result(databases[0], text) is not None]

    assert len(ran) > 0.7 * len(sent)


def test_the_two_databases_differ_for_one_who_sees_all(
    guard: Guard, databases: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]
) -> None:
    sent = [
        text
        for case in CASES
        if (text := _admitted(guard, case, None)) and "_v0" in text and not _VOLATILE.search(text)
    ]

    told_apart = [text for text in sent if len({str(_result(d, text)) for d in databases}) == 2]

    assert len(told_apart) > 0.4 * len(sent)


def test_no_hidden_column_comes_out_of_a_star(
    guard: Guard, databases: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]
) -> None:
    sent = guard.admit("SELECT * FROM events", customer_id=None).sql

    names = [column[0] for column in databases[0].execute(sent).description]

    hidden = ("resourceid", "operationid")
    assert names == [column.name for column in COLUMNS if column.name not in hidden]
