"""What all sub-selects of a table begin with shows the columns for callers and nothing else."""

import pytest

from data_hist.catalog.resolve import load_catalog, resolve
from data_hist.catalog.tables import Table
from data_hist.catalog.versions import CatalogDocument
from data_hist.sql_guard.expressions import ExpressionError
from data_hist.sql_guard.guard import Guard
from data_hist.sql_guard.rewrite import empty_sub_select_head, sub_select_head
from data_hist.sql_guard.sub_select_shapes import RewriteFault, verified_view

TABLE = load_catalog().versions["v0"].tables["events"]
HEAD, EMPTY_HEAD = sub_select_head(TABLE), empty_sub_select_head(TABLE)
WRONG_HEADS = [
    "(SELECT 1",
    "",
    f"({HEAD}",
    f"{HEAD} WHERE true",
    HEAD.removesuffix('"'),
    HEAD.replace("events_v0", "metrics_v0"),
    HEAD.replace('"data_hist".', ""),
    HEAD.replace('"awsdatacatalog"', '"other"'),
    HEAD.replace("SELECT customerid,", "SELECT DISTINCT customerid,"),
    HEAD.replace("SELECT customerid,", "SELECT"),
    HEAD.replace("customerid,", "customerid, resourceid,"),
    HEAD.replace("customerid,", "resourceid AS customerid,"),
    HEAD.replace("customerid,", "customerid, data AS service,"),
    HEAD.replace("service,", "upper(data) AS service,"),
    HEAD.replace("data,", "json_extract_scalar(tags, '$.x') AS data,"),
    HEAD.replace("data,", "max(data) OVER () AS data,").replace("tags", "secret AS tags"),
    HEAD.replace("data,", "version() AS data,"),
    HEAD.replace("data,", "(SELECT 1) AS data,"),
    HEAD.replace("data,", "(SELECT max(data) FROM secret) AS data,"),
    HEAD.replace("data,", "*,"),
    HEAD.replace("data,", "events_v0.data AS data,"),
    HEAD.replace("tags, data", "data, tags"),
    HEAD.replace(" FROM", " FROM secret,"),
]


@pytest.mark.parametrize("head", WRONG_HEADS)
def test_a_head_that_shows_something_else_is_a_fault_of_ours(head: str) -> None:
    with pytest.raises(RewriteFault):
        verified_view(TABLE, head, EMPTY_HEAD)


@pytest.mark.parametrize(
    "head", ["(SELECT 1 FROM secret", f"{EMPTY_HEAD} WHERE true", f"({EMPTY_HEAD}", HEAD + ", x"]
)
def test_another_empty_head_is_a_fault_of_ours(head: str) -> None:
    with pytest.raises(RewriteFault):
        verified_view(TABLE, HEAD, head)


def table_with(column: dict[str, object]) -> Table:
    source = {
        "database": "d",
        "table": "t",
        "tenant": None,
        "columns": {
            "data": {"type": "varchar"},
            "kind": {"type": "varchar"},
            "secret": {"type": "varchar", "queryable": False},
        },
    }
    version = {"database": "d", "tables": {"t": {"source": "s", "columns": {"x": column}}}}
    document = CatalogDocument.model_validate(
        {"sources": {"s": source}, "versions": {"v0": version}}
    )
    return resolve(document).newest.tables["t"]


COMPUTED = table_with(
    {
        "expression": "upper(data) || 'x'",
        "type": "varchar",
        "when": {"kind": ["a", "it's"]},
    }
)
COMPUTED_HEAD = sub_select_head(COMPUTED)


def test_an_expression_is_rendered_as_it_is_written() -> None:
    assert COMPUTED_HEAD == (
        "(SELECT CASE WHEN kind IN ('a', 'it''s') THEN "
        "TRY(CAST((upper(data) || 'x') AS varchar)) END AS x "
        'FROM "awsdatacatalog"."d"."t"'
    )
    assert verified_view(COMPUTED, COMPUTED_HEAD, empty_sub_select_head(COMPUTED))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("upper(data)", "upper(secret)"),
        ("kind IN", "secret IN"),
        ("kind IN", "other IN"),
        ("upper(data)", "upper(t.data)"),
        ("upper(data)", "version()"),
        ("upper(data)", "(SELECT max(data) FROM t)"),
    ],
)
def test_another_expression_is_a_fault_of_ours(old: str, new: str) -> None:
    with pytest.raises(RewriteFault):
        verified_view(COMPUTED, COMPUTED_HEAD.replace(old, new), empty_sub_select_head(COMPUTED))


@pytest.mark.parametrize(
    "expression", ["upper(secret)", "max(data)", "now()", "data FROM t --", "data, secret", "nope"]
)
def test_an_expression_that_nobody_checked_is_not_used(expression: str) -> None:
    version = load_catalog().newest
    table = table_with({"expression": expression, "type": "varchar"})
    guard = Guard(type(version)("v0", "awsdatacatalog", "d", {"t": table}))

    with pytest.raises((ExpressionError, RewriteFault)):
        guard.admit("SELECT x FROM t", customer_id=None)
