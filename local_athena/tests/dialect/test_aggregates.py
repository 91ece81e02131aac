"""An aggregate of an expression that holds a lambda is the aggregate of its values."""

import pytest

from tests.dialect.running import Endpoint

NUMBER = "reduce(ARRAY[a], 0, (s, x) -> s + x, s -> s)"
DOUBLE = "reduce(ARRAY[CAST(a AS double)], 0e0, (s, x) -> s + x, s -> s)"
ARRAY = "transform(ARRAY[a], x -> x)"
# What each expression makes of the column.
VALUES = {NUMBER: "a", DOUBLE: "CAST(a AS double)", ARRAY: "ARRAY[a]"}

CALLS = [
    *(f"{name}({NUMBER})" for name in ("sum", "avg", "stddev", "approx_distinct", "checksum")),
    *(f"{name}({ARRAY})" for name in ("min", "max", "arbitrary", "array_agg", "histogram")),
    *(f"{name}({DOUBLE})" for name in ("sum", "max", "min", "geometric_mean", "checksum")),
    *(f"{name}({DOUBLE}, {NUMBER})" for name in ("corr", "covar_samp", "regr_slope", "max_by")),
    f"min({NUMBER}, 1)",
    f"max_by({ARRAY}, {DOUBLE}, 1)",
    f"approx_percentile({NUMBER}, 0.5)",
    f"approx_percentile({DOUBLE}, {NUMBER}, ARRAY[0.5])",
    f"histogram({NUMBER})",
    f"map_agg({NUMBER}, {ARRAY})",
    f"map_agg({ARRAY}, {NUMBER})",
    f"multimap_agg({NUMBER}, {ARRAY})",
    f"map_union(map({ARRAY}, {ARRAY}))",
    f"map_union(map(ARRAY[{ARRAY}], ARRAY[{NUMBER}]))",
    f"count_if({NUMBER} = 1)",
]
STATEMENTS = {
    "grouped": "SELECT {} FROM (VALUES 1, 2, 2) t(a) GROUP BY a > 1 ORDER BY a > 1",
    "whole": "SELECT {} FROM (VALUES 1, 2, 2) t(a)",
    "window": "SELECT {} OVER () FROM (VALUES 1, 2, 2) t(a)",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
@pytest.mark.parametrize("call", CALLS)
def test_arguments_with_lambdas(endpoint: Endpoint, call: str, statement: str) -> None:
    plain = call
    for expression, value in VALUES.items():
        plain = plain.replace(expression, value)

    assert endpoint.run(statement.format(call)) == endpoint.run(statement.format(plain))


@pytest.mark.parametrize(
    "call",
    [
        "var_pop(1e200 * customerid)",
        "kurtosis(1e100 * customerid)",
        "corr(customerid, -1e150)",
        "covar_pop(DISTINCT infinity() + customerid, 1)",
        "var_samp(infinity()) OVER ()",
    ],
)
def test_numbers_of_a_table_whose_order_matters_are_refused(endpoint: Endpoint, call: str) -> None:
    assert endpoint.outcome(f"SELECT {call} FROM events_v0") == "ERR:NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("var_pop(customerid)", "3.024450025E7"),
        ("var_pop(infinity() + customerid)", "NaN"),
        ("corr(infinity() + customerid, customerid)", None),
        ("stddev_pop(REAL '1e38')", "0.0"),
        ("covar_samp(nan(), 1e300)", "NaN"),
    ],
)
def test_numbers_of_a_table_in_any_order(endpoint: Endpoint, call: str, value: str | None) -> None:
    assert endpoint.outcome(f"SELECT {call} FROM events_v0") == [[value]]


@pytest.mark.parametrize("rows", [1000, 1001])
def test_many_rows_are_added_as_few_are(endpoint: Endpoint, rows: int) -> None:
    (found,) = endpoint.run(
        "SELECT round(sum(x * 1e-1), 6), round(avg(x * 1e-1), 6), round(corr(x * 1e0, x * 2e0), 6)"
        f" FROM UNNEST(sequence(1, {rows})) AS t(x)"
    ).rows

    assert [float(each) for each in found] == [rows * (rows + 1) / 20, (rows + 1) / 20, 1]


def test_an_estimate_that_depends_on_the_plan_is_given_of_a_table_alone(endpoint: Endpoint) -> None:
    counted = "SELECT approx_distinct(n * x, 0.023) FROM"
    numbers = "CROSS JOIN UNNEST(sequence(1, {})) AS t(n)"
    table = f"{counted} (SELECT customerid AS x FROM events_v0 WHERE customerid = 1) {numbers}"
    values = f"{counted} (SELECT DISTINCT x FROM (VALUES 1, 1) AS v(x)) {numbers}"

    assert [endpoint.outcome(table.format(n)) for n in (251, 254, 270)] == [
        [["251"]],
        [["250"]],
        [["268"]],
    ]
    assert endpoint.outcome(values.format(254)) == "ERR:NOT_SUPPORTED"


def test_a_sum_of_a_table_that_overflows_in_some_orders_is_refused(endpoint: Endpoint) -> None:
    numbers = "UNNEST(ARRAY[BIGINT '9223372036854775807', -9223372036854775807]) AS t(n)"

    outcomes = [
        endpoint.outcome(f"SELECT sum({number}) FROM events_v0 CROSS JOIN {numbers}")
        for number in ("n", "n / 4", "abs(n)")
    ]

    assert outcomes == ["ERR:NOT_SUPPORTED", [["0"]], "ERR:NUMERIC_VALUE_OUT_OF_RANGE"]


def test_sums_of_joined_sequences_keep_no_rows(endpoint: Endpoint) -> None:
    """A list of a hundred million rows would not fit into the memory of an endpoint here."""
    sources = " CROSS JOIN ".join(f"UNNEST(sequence(1, 10000)) AS {name}(n)" for name in "ab")

    result = endpoint.run(f"SELECT sum(a.n), avg(a.n + 0e0) FROM {sources}")

    assert result.rows == [["500050000000", "5000.5"]]
