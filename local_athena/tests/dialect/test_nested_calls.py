"""Calls within calls do not multiply: a macro that names its argument often gets a name for it."""

import pytest
from local_athena.backends.duckdb import dialect

from tests.archive_tree import CATALOG

_VALUE = "json_extract_scalar(data, '$.v')"


@pytest.mark.parametrize(
    ("expression", "calls"),
    [
        (f"from_unixtime(CAST({_VALUE} AS double))", ["athena_from_unixtime"]),
        (f"from_iso8601_timestamp({_VALUE})", ["athena_iso8601_instant"]),
        (
            f"CAST(from_iso8601_timestamp({_VALUE}) AT TIME ZONE 'UTC' AS timestamp)",
            ["athena_iso8601", "athena_iso8601_zone"],
        ),
        (f"CAST({_VALUE} AS bigint)", ["athena_integer_text"]),
        (f"TRY_CAST({_VALUE} AS real)", ["athena_cast_double"]),
        (f"CAST({_VALUE} AS timestamp)", ["athena_cast_timestamp"]),
        (f"CAST(CAST({_VALUE} AS real) AS varchar)", ["athena_real_cast"]),
        (f"CAST(CAST({_VALUE} AS double) AS json)", ["athena_double_json"]),
        (f"format('%s', CAST({_VALUE} AS double))", ["athena_double_text"]),
    ],
)
def test_a_nested_call_is_written_once(expression: str, calls: list[str]) -> None:
    sql = dialect.translate(f"SELECT {expression} FROM events_v0", CATALOG, "data_hist").sql

    assert sql.count("athena_json_extract_scalar(") == 1
    for call in calls:
        assert f"{call}(z_argument" in sql


@pytest.mark.parametrize(
    "expression", ["from_unixtime(customerid)", "from_iso8601_timestamp(tags)"]
)
def test_columns_are_arguments_as_they_stand(expression: str) -> None:
    sql = dialect.translate(f"SELECT {expression} FROM events_v0", CATALOG, "data_hist").sql

    assert "z_argument" not in sql
