"""The sentences of refusals: in the words of SQL, never of a library."""

import pytest
from local_athena.backends.duckdb import dialect
from local_athena.errors import ErrorCategory, StatementFailure

from tests.dialect.running import CATALOG


@pytest.mark.parametrize(
    ("sql", "missing"),
    [
        ("SELECT 'a' SIMILAR TO 'b'", "SIMILAR TO"),
        ("SELECT overlay('abc' PLACING 'z' FROM 2)", "OVERLAY"),
        ("SELECT * FROM (VALUES 1) AS t(a) NATURAL JOIN (VALUES 1) AS u(a)", "NATURAL here"),
        ("SELECT * FROM events_v0 FOR TIMESTAMP AS OF now()", "FOR TIMESTAMP AS OF here"),
    ],
)
def test_what_is_missing_is_named_in_sql(sql: str, missing: str) -> None:
    with pytest.raises(StatementFailure) as raised:
        dialect.translate(sql, CATALOG, "data_hist")

    assert raised.value.text == f"The embedded endpoint does not support {missing}"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("avg(true)", "avg(interval day to second), avg(interval year to month), avg(double)"),
        ("min(map())", "min(T), min(T, bigint)"),
        ("abs(dt)", "abs(double)"),
        ("json_extract(1, '$.a')", "json_extract(json, varchar)"),
        ("quarter(1)", "quarter(timestamp(3))"),
    ],
)
def test_expected_parameters_are_types(call: str, expected: str) -> None:
    with pytest.raises(StatementFailure) as raised:
        dialect.translate(f"SELECT {call} FROM events_v0", CATALOG, "data_hist")

    assert raised.value.text.endswith(f". Expected: {expected}")


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("EXPRESSION_NOT_AGGREGATE", 1006),
        ("AMBIGUOUS_NAME", 1006),
        ("HIVE_CURSOR_ERROR", 1007),
        ("INVALID_PARAMETER_USAGE", 1100),
        ("TYPE_NOT_FOUND", 1300),
        ("SUBQUERY_MULTIPLE_ROWS", 1000),
    ],
)
def test_error_number_is_that_of_its_family(name: str, number: int) -> None:
    failure = StatementFailure(name, "text")

    assert (failure.category, failure.number) == (ErrorCategory.USER, number)


def test_long_expressions_are_limited_together() -> None:
    """A short text must not fill the memory of the server, which translates it."""
    doubled_fourteen_times = "greatest(" * 14 + "1" + ", 1)" * 14
    sql = f"SELECT {', '.join([doubled_fourteen_times] * 300)}"

    with pytest.raises(StatementFailure, match=r"NOT_SUPPORTED: .* so many expressions nested"):
        dialect.translate(sql, CATALOG, "data_hist")
