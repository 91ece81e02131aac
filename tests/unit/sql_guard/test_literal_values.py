"""The value that is read back from a literal has that literal again."""

import pytest
from hypothesis import given

from data_hist.sql_guard.literal_values import parse_literal
from data_hist.sql_guard.literals import BadParameter, Parameter, render_literal
from tests.unit.sql_guard.test_literals import WRITTEN, values

READ = [
    ("NULL", None),
    ("TRUE", True),
    ("(-7)", -7),
    ("9007199254740991", 2**53 - 1),
    ("9007199254740992", {"type": "bigint", "value": "9007199254740992"}),
    ("BIGINT '-9223372036854775808'", {"type": "bigint", "value": "-9223372036854775808"}),
    ("100.0E0", {"type": "double", "value": "100.0E0"}),
    ("(-infinity())", {"type": "double", "value": "-Infinity"}),
    ("'it''s'", "it's"),
    ("CAST(1.5E0 AS REAL)", {"type": "real", "value": "1.5E0"}),
    ("CAST('a'' AS b' AS VARCHAR(9))", {"type": "varchar(9)", "value": "a' AS b"}),
    ("CAST(DECIMAL '-1.50' AS DECIMAL(5,2))", {"type": "decimal(5,2)", "value": "-1.50"}),
    ("X'00FF41'", {"type": "varbinary", "value": "AP9B"}),
    (
        "TIMESTAMP '2026-11-20 05:15:00 UTC'",
        {"type": "timestamp", "value": "2026-11-20 05:15:00 UTC"},
    ),
]
FOREIGN = [
    "",
    "?",
    "1 OR 1",
    "now()",
    "'a' || 'b'",
    "CAST(1 AS REAL)",
    "DATE 2026",
    "(7",
    "\u0661",
    "X'0'",
]


@pytest.mark.parametrize(("literal", "value"), READ)
def test_a_literal_is_read(literal: str, value: Parameter) -> None:
    assert parse_literal(literal) == value


@pytest.mark.parametrize("literal", FOREIGN)
def test_other_sql_is_no_value(literal: str) -> None:
    with pytest.raises(ValueError, match="not the literal of a parameter"):
        parse_literal(literal)


@pytest.mark.parametrize("literal", [literal for _, literal in WRITTEN])
def test_every_type_comes_back(literal: str) -> None:
    again = render_literal(parse_literal(literal))

    assert again in (literal, f"BIGINT '{literal}'")


@given(values)
def test_any_value_comes_back(value: object) -> None:
    try:
        literal = render_literal(value)  # type: ignore[arg-type]  # anything goes in
    except BadParameter:
        return

    again = render_literal(parse_literal(literal))

    assert again in (literal, f"BIGINT '{literal.strip('()')}'")
