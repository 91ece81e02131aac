"""An unknown column comes with those that the caller may have meant."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from data_hist.athena.executions import Failure, FailureCause, Query, QueryStatus
from data_hist.catalog.tables import Partitions, Table, TableColumn, TenantColumn
from data_hist.queries.result_state import usable_tables, with_suggestions
from data_hist.queries.sql_trailer import append_trailer


def table(name: str, *columns: str, hidden: str = "secretid") -> Table:
    shown = tuple(TableColumn(column, "varchar", "", column) for column in columns)
    full_name = ("awsdatacatalog", "data_hist", name)
    return Table(name, full_name, "", shown, frozenset({hidden}), Partitions(), None)


TABLES = {"events": table("events", "tags"), "metrics": table("metrics", "tags", "node")}
FAILURE = Failure(FailureCause.SQL, "COLUMN_NOT_FOUND", "", False, line=1, column=8)
MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
QUERY = Query("id", QueryStatus.FAILED, "SELECT 1", "s3://b/k", MOMENT, failure=FAILURE)


def hinted(detail: str, tables: dict[str, Table] = TABLES, sql: str = "SELECT 1") -> Failure:
    query = replace(QUERY, sql=sql, failure=replace(FAILURE, detail=detail))
    failure = with_suggestions(query, tables).failure
    assert failure is not None
    return failure


@pytest.mark.parametrize(
    ("engine", "told", "suggestions"),
    [
        (
            "Column 'node' cannot be resolved",
            "Column 'node' cannot be resolved: 'node' is a column of metrics; check the FROM "
            "around it, and its aliases.",
            (),
        ),
        (
            "Column 'e.Tags' cannot be resolved",
            "Column 'e.Tags' cannot be resolved: 'tags' is a column of events and metrics; check "
            "the FROM around it, and its aliases.",
            (),
        ),
        (
            "Column 'nodes' cannot be resolved",
            "Column 'nodes' cannot be resolved; did you mean 'node'?",
            ("node",),
        ),
        (
            "Column 'm.nodes' cannot be resolved",
            "Column 'm.nodes' cannot be resolved; did you mean 'm.node'?",
            ("m.node",),
        ),
        (
            "Column 'secret_id' cannot be resolved",
            "Column 'secret_id' cannot be resolved; GET /tables describes the columns, and a "
            "string takes single quotes.",
            (),
        ),
        (
            "Column 'iam-admin' cannot be resolved",
            "Column 'iam-admin' cannot be resolved; double quotes are for names, a string takes "
            "single quotes.",
            (),
        ),
        ("Column 'tags' is ambiguous", "Column 'tags' is ambiguous", ()),
    ],
)
def test_a_hint_follows_from_the_columns_that_may_be_queried(
    engine: str, told: str, suggestions: tuple[str, ...]
) -> None:
    failure = hinted(engine)

    assert (failure.detail, failure.suggestions) == (told, suggestions)


def test_the_query_as_the_caller_wrote_it_says_what_is_visible() -> None:
    sql = append_trailer("SELECT nodes FROM events", "SELECT nodes FROM events", [])

    assert hinted("Column 'nodes' cannot be resolved").suggestions == ("node",)
    assert hinted("Column 'nodes' cannot be resolved", sql=sql).suggestions == ()


def test_a_long_name_is_cut_and_compared_with_nothing() -> None:
    assert len(hinted(f"Column '{'tags' * 5_000}' cannot be resolved").detail) < 200


def test_another_failure_is_left_alone() -> None:
    failure = replace(FAILURE, code="TYPE_MISMATCH", detail="Column 'nodes' cannot be resolved")
    query = replace(QUERY, failure=failure)

    assert with_suggestions(query, TABLES) is query
    assert with_suggestions(replace(query, failure=None), TABLES).failure is None


def test_a_tenant_is_told_of_no_column_that_it_may_not_query() -> None:
    tables = {**TABLES, "events": replace(TABLES["events"], tenant=TenantColumn("customerid"))}
    of_tenant = dict(usable_tables(tables, 11000))

    assert hinted("Column 'nodes' cannot be resolved", of_tenant).suggestions == ()
    assert "metrics" not in hinted("Column 'tags' cannot be resolved", of_tenant).detail
    assert usable_tables(tables, 1) == tables
