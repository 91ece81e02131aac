"""The endpoint with the Trino backend, over a scripted Trino: what its clients see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from local_athena import testing
from tests.clients import OUTPUT, AthenaSession, assert_invalid_request, refused
from tests.trino.stub import Answer, TrinoStub, column, error, page, trino_stub
from tests.waiting import DEADLINE_SECONDS, wait_until

if TYPE_CHECKING:
    from pathlib import Path

BUCKET = OUTPUT.split("/")[2]
PARSED = (page(), page(phase="executing"))
COLUMNS = [column("n", "bigint"), column("s", "varchar", 2147483647)]
ORDERS: dict[str, Any] = {
    "DatabaseName": "shop",
    "TableInput": {
        "Name": "orders",
        "PartitionKeys": [{"Name": "day", "Type": "string"}, {"Name": "hour", "Type": "bigint"}],
        "Parameters": {"classification": "json"},
        "StorageDescriptor": {
            "Location": "s3://lake/orders/",
            "Columns": [{"Name": "id", "Type": "bigint"}],
        },
    },
}
HANGS = Answer(held=True)


@contextmanager
def endpoint(
    state: Path, *script: Answer, tables: Sequence[dict[str, Any]] = (), **options: Any
) -> Iterator[tuple[AthenaSession, TrinoStub]]:
    """Run an endpoint over a Trino that follows the script."""
    with trino_stub(*script) as stub:
        options |= {"backend": "trino", "trino_url": stub.url, "workers": 1, "bucket": BUCKET}
        with testing.running_endpoint(tables, None, state, **options) as running:
            yield AthenaSession(running.url), stub


def test_a_query_from_submit_to_rows(tmp_path: Path) -> None:
    stats = {"physicalInputBytes": 42}
    script = (
        page(),
        page(columns=COLUMNS, data=[[1, "a"]], stats=stats),
        page(columns=COLUMNS, data=[[2, None]], stats=stats, more=False),
    )

    with endpoint(tmp_path, *PARSED, *script) as (session, stub):
        execution = session.run("SELECT * FROM t", QueryExecutionContext={"Database": "sales"})
        query_id = execution["QueryExecutionId"]
        rows = session.athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"]
        file = session.result_file(execution)

    assert execution["Status"]["State"] == "SUCCEEDED"
    assert execution["Statistics"]["DataScannedInBytes"] == 42
    assert file == b'"n","s"\n"1","a"\n"2",\n'
    assert [row["Data"] for row in rows][1:] == [
        [{"VarCharValue": "1"}, {"VarCharValue": "a"}],
        [{"VarCharValue": "2"}, {}],
    ]
    (statement,) = (each for each in stub.received if each.body == "SELECT * FROM t")
    assert statement.headers["X-Trino-Catalog"] == "awsdatacatalog"
    assert statement.headers["X-Trino-Schema"] == "sales"


def test_functions_are_shown_as_rows(tmp_path: Path) -> None:
    columns = [column("Function", "varchar", 30), column("Deterministic", "boolean")]
    script = (page(columns=columns, data=[["abs", True]], more=False),)

    with endpoint(tmp_path, *PARSED, *script) as (session, _):
        execution = session.run("SHOW FUNCTIONS")
        query_id = execution["QueryExecutionId"]
        answer = session.athena.get_query_results(QueryExecutionId=query_id)

        assert (execution["StatementType"], execution["SubstatementType"]) == (
            "UTILITY",
            "SHOW_FUNCTIONS",
        )
        assert session.result_file(execution) == b'"Function","Deterministic"\n"abs","true"\n'
        assert execution["ResultConfiguration"]["OutputLocation"].endswith(".csv")
        assert answer["ResultSet"]["Rows"][1]["Data"][0] == {"VarCharValue": "abs"}


def test_tables_are_shown_from_their_documents(tmp_path: Path) -> None:
    with endpoint(tmp_path, tables=[ORDERS]) as (session, stub):
        (metadata,) = session.athena.list_table_metadata(
            CatalogName="AwsDataCatalog", DatabaseName="shop"
        )["TableMetadataList"]
        shown = session.result_file(session.run("SHOW TABLES IN shop")).decode()

    assert (metadata["Name"], shown) == ("orders", "orders")
    assert stub.received == []


def test_partitions_are_asked_of_trino(tmp_path: Path) -> None:
    columns = [column("day", "varchar", 2147483647), column("hour", "bigint")]
    rows = [["2024-06-30", 7], ["2024-07-01", None]]
    script = (page(), page(columns=columns, data=rows, more=False))

    with endpoint(tmp_path, *script, tables=[ORDERS]) as (session, stub):
        shown = session.result_file(session.run("SHOW PARTITIONS shop.orders")).decode()

    assert shown == "day=2024-06-30/hour=7\nday=2024-07-01/hour=__HIVE_DEFAULT_PARTITION__"
    assert stub.received[0].body == 'SELECT * FROM "orders$partitions" ORDER BY 1, 2'
    assert stub.received[0].headers["X-Trino-Schema"] == "shop"


def test_a_malformed_text_is_refused_and_nothing_starts(tmp_path: Path) -> None:
    text = "line 2:1: mismatched input 'SELEC'"
    script = (page(), error("SYNTAX_ERROR", "USER_ERROR", text, (2, 1)))

    with endpoint(tmp_path, *script) as (session, _):
        response = refused(session.start, sql="SELEC 1")

        assert_invalid_request(response, "MALFORMED_QUERY", "line 1:1: mismatched input 'SELEC'")
        assert session.athena.list_query_executions()["QueryExecutionIds"] == []


def test_a_stop_reaches_trino_while_a_poll_is_in_flight(tmp_path: Path) -> None:
    with endpoint(tmp_path, *PARSED, page(), HANGS, *PARSED, *_one_row()) as (session, stub):
        query_id = session.start("SELECT 1")
        wait_for_hanging_poll(stub)

        session.athena.stop_query_execution(QueryExecutionId=query_id)

        assert session.state(query_id) == "CANCELLED"
        wait_for_cancel(stub)
        # The worker is free for the next one.
        assert session.rows("SELECT 2") == [["1", "a"]]


@pytest.mark.parametrize(
    ("script", "option", "reason"),
    [
        ((page(), HANGS), {"query_timeout_seconds": 0.2}, "QUERY_TIMEOUT: Query timeout"),
        (
            (page(), page(columns=COLUMNS, data=[[1, "x" * 100_000]]), HANGS),
            {"max_results_bytes": 50_000},
            "GENERIC_INTERNAL_ERROR: The result exceeds the room for results of this endpoint",
        ),
    ],
    ids=["time", "room"],
)
def test_a_limit_ends_the_statement_on_trino_too(
    tmp_path: Path, script: tuple[Answer, ...], option: dict[str, Any], reason: str
) -> None:
    with endpoint(tmp_path, *PARSED, *script, **option) as (session, stub):
        status = session.run("SELECT 1")["Status"]

        assert (status["State"], status["StateChangeReason"]) == ("FAILED", reason)
        wait_for_cancel(stub)


def test_a_shutdown_cancels_what_runs(tmp_path: Path) -> None:
    with endpoint(tmp_path, *PARSED, page(), HANGS) as (session, stub):
        session.start("SELECT 1")
        wait_for_hanging_poll(stub)

    assert stub.methods()[-1] == "DELETE"


def test_a_restart_of_trino_fails_what_runs_and_it_may_be_sent_again(tmp_path: Path) -> None:
    with endpoint(tmp_path, *PARSED, page(), Answer(status=404)) as (session, _):
        status = session.run("SELECT 1")["Status"]

    assert status["State"] == "FAILED"
    assert status["AthenaError"] == {
        "ErrorCategory": 1,
        "ErrorType": 200,
        "Retryable": True,
        "ErrorMessage": "GENERIC_INTERNAL_ERROR: Trino has forgotten the statement, "
        "as after a restart",
    }


def test_an_error_in_the_middle_of_a_result_fails_and_leaves_nothing(tmp_path: Path) -> None:
    script = (
        page(),
        page(columns=COLUMNS, data=[[1, "a"]]),
        error("DIVISION_BY_ZERO", "USER_ERROR", "Division by zero"),
    )

    with endpoint(tmp_path, *PARSED, *script) as (session, _):
        execution = session.run("SELECT 1 / x FROM t")
        objects = session.s3.list_objects_v2(Bucket=BUCKET)

    assert execution["Status"]["StateChangeReason"] == "DIVISION_BY_ZERO: Division by zero"
    assert "Contents" not in objects


def wait_for_hanging_poll(stub: TrinoStub) -> None:
    assert stub.holds.wait(DEADLINE_SECONDS)


def wait_for_cancel(stub: TrinoStub) -> None:
    wait_until(lambda: stub.methods()[-1] == "DELETE", "Trino is told")


def _one_row() -> tuple[Answer, ...]:
    return (page(), page(columns=COLUMNS, data=[[1, "a"]], more=False))
