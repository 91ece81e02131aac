"""Terms of OR that compare one operand with literals compute the operand once."""

import duckdb
import pytest
from local_athena.backends.duckdb import dialect

from tests.archive_tree import CATALOG


def where(condition: str) -> str:
    sql = f"SELECT 1 FROM events_v0 WHERE {condition}"
    return dialect.translate(sql, CATALOG, "data_hist").sql.partition(" WHERE ")[2]


@pytest.mark.parametrize(
    "operand", ["customerid", "length(tags)", "json_extract_scalar(data, '$.level')"]
)
def test_an_operand_is_computed_once(operand: str) -> None:
    values = [f"'{n}'" if "json" in operand else str(n) for n in range(50)]
    once = where(f"{operand} = {values[0]}")

    chain = where(" OR ".join(f"{operand} = {value}" for value in values))

    column = "r0."
    assert chain.count(column) == once.count(column)
    assert " OR " not in chain


def test_volatile_operands_are_computed_for_each_term() -> None:
    assert where("rand() = 1e0 OR rand() = 2e0").count("random()") == 2


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("x = 'a' OR x = 'b'", [("a",), ("b",)]),
        ("x = 'a' OR y = 2 OR x = 'b'", [("a",), ("b",), ("c = 'd'",)]),
        ("x = 'c = ''d''' OR x = 'a'", [("a",), ("c = 'd'",)]),
        ("NOT (x = 'a' OR x = 'b')", [("c = 'd'",)]),
        ("(x = 'a' OR x = 'b') IS NULL", [(None,)]),
        ("y = 1 OR y = 2.0e0", [("c = 'd'",)]),
    ],
)
def test_rows_are_those_of_the_terms(condition: str, expected: list[tuple[str]]) -> None:
    values = "(VALUES ('a', 0), ('b', 9), ('c = ''d''', 2), (NULL, NULL)) AS t(x, y)"
    sql = f"SELECT x FROM {values} WHERE {condition} ORDER BY x"
    translation = dialect.translate(sql, CATALOG, "data_hist")

    with duckdb.connect() as connection:
        dialect.install(connection)
        assert connection.execute(translation.sql).fetchall() == expected
