"""An unknown column gets a hint at the column that the caller may have meant."""

from dataclasses import replace

import pytest

from data_hist.athena.executions import Failure, FailureCause
from data_hist.catalog.tables import Partitions, Table, TableColumn
from data_hist.queries.result_state import with_column_hint


def table(name: str, *columns: str, hidden: str = "secretid") -> Table:
    shown = tuple(TableColumn(column, "varchar", "", column) for column in columns)
    full_name = ("awsdatacatalog", "data_hist", name)
    return Table(name, full_name, "", shown, frozenset({hidden}), Partitions(), None)


TABLES = {"events": table("events", "tags"), "metrics": table("metrics", "tags", "node")}
FAILURE = Failure(FailureCause.SQL, "COLUMN_NOT_FOUND", "", False, line=1, column=8)


@pytest.mark.parametrize(
    ("engine", "told"),
    [
        (
            "Column 'node' cannot be resolved",
            "Column 'node' cannot be resolved: 'node' is a column of metrics; check the FROM "
            "around it, and its aliases.",
        ),
        (
            "Column 'e.Tags' cannot be resolved",
            "Column 'e.Tags' cannot be resolved: 'tags' is a column of events and metrics; check "
            "the FROM around it, and its aliases.",
        ),
        (
            "Column 'nodes' cannot be resolved",
            "Column 'nodes' cannot be resolved; did you mean 'node'?",
        ),
        (
            "Column 'secret_id' cannot be resolved",
            "Column 'secret_id' cannot be resolved; GET /tables describes the columns, and a "
            "string takes single quotes.",
        ),
        (
            "Column 'iam-admin' cannot be resolved",
            "Column 'iam-admin' cannot be resolved; double quotes are for names, a string takes "
            "single quotes.",
        ),
        ("Column 'tags' is ambiguous", "Column 'tags' is ambiguous"),
    ],
)
def test_a_hint_follows_from_the_columns_that_may_be_queried(engine: str, told: str) -> None:
    assert with_column_hint(replace(FAILURE, detail=engine), TABLES).detail == told


def test_a_long_name_is_cut_and_compared_with_nothing() -> None:
    failure = replace(FAILURE, detail=f"Column '{'tags' * 5_000}' cannot be resolved")

    assert len(with_column_hint(failure, TABLES).detail) < 200


def test_another_failure_is_left_alone() -> None:
    failure = replace(FAILURE, code="TYPE_MISMATCH", detail="Column 'nodes' cannot be resolved")

    assert with_column_hint(failure, TABLES) is failure
