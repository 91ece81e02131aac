"""How parameters are rendered as literals, and which values are refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.sql_guard.lexer import Kind, Source, lex
from data_hist.sql_guard.literals import BadParameter, render_literal

WRITTEN = [
    (None, "NULL"),
    (True, "TRUE"),
    (False, "FALSE"),
    (0, "0"),
    (-7, "(-7)"),
    (2**63 - 1, "9223372036854775807"),
    (-(2**63), "BIGINT '-9223372036854775808'"),
    (1.5, "1.5E0"),
    (-0.0, "(-0.0E0)"),
    (1e300, "1E300"),
    (5e-324, "5E-324"),
    (100.0, "100.0E0"),
    ("", "''"),
    ("it's", "'it''s'"),
    ("' OR 1=1 --", "''' OR 1=1 --'"),
    ("?\n/*\\", "'?\n/*\\'"),
    ("é🙂", "'é🙂'"),
    ({"type": "varchar", "value": "a'b"}, "'a''b'"),
    ({"type": "boolean", "value": True}, "TRUE"),
    ({"type": "boolean", "value": "false"}, "FALSE"),
    ({"type": "tinyint", "value": -128}, "TINYINT '-128'"),
    ({"type": "integer", "value": "42"}, "INTEGER '42'"),
    ({"type": "BIGINT", "value": "9223372036854775807"}, "BIGINT '9223372036854775807'"),
    ({"type": "double", "value": "2"}, "2.0E0"),
    ({"type": "real", "value": 1.5}, "CAST(1.5E0 AS REAL)"),
    ({"type": "decimal", "value": "-1.50"}, "DECIMAL '-1.50'"),
    ({"type": "date", "value": "2026-11-20"}, "DATE '2026-11-20'"),
    ({"type": "time", "value": "05:15:00.123"}, "TIME '05:15:00.123'"),
    ({"type": "timestamp", "value": "2026-11-20 05:15:00"}, "TIMESTAMP '2026-11-20 05:15:00'"),
    ({"type": "timestamp", "value": "2026-11-20T05:15:00Z"}, "TIMESTAMP '2026-11-20 05:15:00 UTC'"),
    (
        {"type": "timestamp", "value": "2026-11-20T05:15:00.5+01:00"},
        "TIMESTAMP '2026-11-20 05:15:00.5 +01:00'",
    ),
    (
        {"type": "timestamp with time zone", "value": "2026-11-20 05:15:00 Europe/Zurich"},
        "TIMESTAMP '2026-11-20 05:15:00 Europe/Zurich'",
    ),
    ({"type": "json", "value": '{"a": "it\'s"}'}, "JSON '{\"a\": \"it''s\"}'"),
    ({"type": "varbinary", "value": "AP9B"}, "X'00FF41'"),
    ({"type": "Varbinary", "value": ""}, "X''"),
    ({"type": "date", "value": None}, "NULL"),
    ({"type": "double", "value": "1E+3"}, "1000.0E0"),
    ({"type": "double", "value": "NaN"}, "nan()"),
    ({"type": "double", "value": "-Infinity"}, "(-infinity())"),
    ({"type": "real", "value": "Infinity"}, "CAST(infinity() AS REAL)"),
    ({"type": "decimal", "value": "0" * 40 + "1"}, f"DECIMAL '{'0' * 40}1'"),
    ({"type": "decimal(5,2)", "value": "-123.450"}, "CAST(DECIMAL '-123.450' AS DECIMAL(5,2))"),
    ({"type": "decimal(5)", "value": "12345"}, "CAST(DECIMAL '12345' AS DECIMAL(5,0))"),
    ({"type": "Decimal(38, 38)", "value": "0.5"}, "CAST(DECIMAL '0.5' AS DECIMAL(38,38))"),
    ({"type": "varchar(3)", "value": "a'b"}, "CAST('a''b' AS VARCHAR(3))"),
    ({"type": "char(2)", "value": ""}, "CAST('' AS CHAR(2))"),
    (
        {"type": "timestamp with time zone", "value": "2026-11-20T05:15:00-14:00"},
        "TIMESTAMP '2026-11-20 05:15:00 -14:00'",
    ),
]
REFUSED = [
    "a\0b",
    "\ud800",
    2**63,
    -(2**63) - 1,
    math.nan,
    math.inf,
    [1],
    {},
    {"type": "date"},
    {"type": "date", "value": "2026-11-20", "more": 1},
    {"type": "geometry", "value": "x"},
    {"type": 1, "value": "x"},
    {"type": "varchar", "value": ["x"]},
    {"type": "date", "value": "2026-02-30"},
    {"type": "date", "value": "20261120"},
    {"type": "date", "value": "2026-11-20' OR '1'='1"},
    {"type": "date", "value": "\uff12\uff10\uff12\uff16-11-20"},
    {"type": "time", "value": "25:00:00"},
    {"type": "time", "value": "05:15:00\n"},
    {"type": "timestamp", "value": "2026-11-20"},
    {"type": "timestamp", "value": "2026-13-01 00:00:00"},
    {"type": "timestamp", "value": "2026-11-20 05:15:00 x'y"},
    {"type": "timestamp", "value": "2026-11-20 05:15:61"},
    {"type": "decimal", "value": "1e5"},
    {"type": "decimal", "value": "1" * 39},
    {"type": "decimal", "value": "1'2"},
    {"type": "tinyint", "value": 128},
    {"type": "bigint", "value": "1.0"},
    {"type": "bigint", "value": True},
    {"type": "double", "value": "x"},
    {"type": "real", "value": "nan"},
    {"type": "real", "value": "3.5e38"},
    {"type": "double", "value": "1e400"},
    {"type": "double", "value": "1_0"},
    {"type": "double", "value": " 1"},
    {"type": "double", "value": "1\n"},
    {"type": "double", "value": "\u0661"},
    {"type": "double", "value": "1e\u0661"},
    {"type": "double", "value": "inf"},
    {"type": "double", "value": ""},
    {"type": "integer", "value": "\u0661"},
    {"type": "decimal", "value": "."},
    {"type": "decimal", "value": ".5"},
    {"type": "decimal", "value": "0." + "0" * 39},
    {"type": "decimal(5,2)", "value": "1234.5"},
    {"type": "decimal(5,2)", "value": "1.234"},
    {"type": "decimal(39,2)", "value": "1"},
    {"type": "decimal(2,3)", "value": "1"},
    {"type": "decimal(0)", "value": "0"},
    {"type": "decimal(5,2))", "value": "1"},
    {"type": "varchar(2)", "value": "abc"},
    {"type": "varchar(0)", "value": ""},
    {"type": "varchar(3,1)", "value": ""},
    {"type": "varchar(3) ", "value": ""},
    {"type": "varchar(\u0663)", "value": ""},
    {"type": "char(65537)", "value": ""},
    {"type": "varbinary", "value": "00"},
    {"type": "varbinary", "value": "AP9\n"},
    {"type": "varbinary", "value": "AP-_"},
    {"type": "varbinary", "value": "\u0661AAA"},
    {"type": "varbinary", "value": 1},
    {"type": "timestamp with time zone", "value": "2026-11-20 05:15:00"},
    {"type": "timestamp with time zone", "value": "2026-11-20 05:15:00 "},
    {"type": "timestamp", "value": "2026-11-20 05:15:00 +15:00"},
    {"type": "timestamp", "value": "2026-11-20 05:15:00\n"},
    {"type": "boolean", "value": "yes"},
    {"type": "json", "value": "{"},
    {"type": "json", "value": "[" * 100_000},
]

typed_text = st.builds(
    lambda name, value: {"type": name, "value": value},
    st.sampled_from(["varchar", "date", "time", "timestamp", "decimal", "bigint", "json"])
    | st.sampled_from(["timestamp with time zone", "decimal(5,2)", "varchar(9)", "real"])
    | st.text(alphabet="decimalvarch (),'-0123456789"),
    st.text() | st.text(alphabet="0123456789-: '.TZ+/e"),
)
values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | typed_text


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_a_value_becomes_one_literal(value: object, text: str) -> None:
    assert render_literal(value) == text  # type: ignore[arg-type]  # what JSON can hold, and more


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: repr(value)[:60])
def test_a_value_without_a_literal_is_refused(value: object) -> None:
    with pytest.raises(BadParameter):
        render_literal(value)  # type: ignore[arg-type]  # what JSON can hold, and more


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"type": "tinyint", "value": "200"}, "must be a whole number from -128 to 127"),
        ({"type": "smallint", "value": "x"}, "must be a whole number from -32768 to 32767"),
        ({"type": "decimal", "value": "."}, "must be a number such as -12.50, without an exponent"),
        ({"type": "decimal(4,1)", "value": "1.25"}, "must fit decimal(4,1) without rounding"),
        ({"type": "varchar(2)", "value": "abc"}, "must fit varchar(2)"),
    ],
)
def test_a_refusal_says_what_the_value_must_be(value: dict[str, str], reason: str) -> None:
    with pytest.raises(BadParameter) as refused:
        render_literal(value)

    assert str(refused.value) == reason


@given(values)
def test_whatever_the_value_its_literal_cannot_leave_its_place(value: object) -> None:
    try:
        text = render_literal(value)  # type: ignore[arg-type]  # anything goes in
    except BadParameter:
        return

    tokens = lex(Source(text), max_tokens=20).tokens

    strings = [token for token in tokens if token.kind is Kind.STRING]
    assert len(strings) <= 1
    assert {token.text for token in tokens if token.kind is Kind.OPERATOR} <= set("(-,)")
    assert not any(token.kind in (Kind.PARAMETER, Kind.QUOTED) for token in tokens)


@given(st.text())
def test_a_string_literal_is_read_back_as_the_string(value: str) -> None:
    try:
        text = render_literal(value)
    except BadParameter:
        return

    (token,) = lex(Source(text), max_tokens=1).tokens

    assert token.kind is Kind.STRING
    assert token.text[1:-1].replace("''", "'") == value
