"""An expression of a column is scalar, deterministic, over columns that may be read, and typed."""

import pytest

from data_hist.sql_guard import allowlists
from data_hist.sql_guard.expression_types import base_type, can_cast, infer_type
from data_hist.sql_guard.expressions import (
    FUNCTIONS,
    ExpressionError,
    named_columns,
    parse_expression,
)

COLUMNS = {
    "data": "varchar",
    "code": "char(3)",
    "size": "bigint",
    "small": "integer",
    "ratio": "double",
    "price": "decimal(10,2)",
    "ok": "boolean",
    "day": "date",
    "at": "timestamp",
    "tags": "array(varchar)",
    "labels": "map(varchar, varchar)",
    "who": "row(name varchar, account varchar)",
    "raw": "varbinary",
    "order": "varchar",
}
HIDDEN = {"secret"}


def type_of(text: str) -> str:
    return infer_type(parse_expression(text, COLUMNS, HIDDEN), COLUMNS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("upper(json_extract_scalar(data, '$.level'))", "varchar"),
        ("DATA", "varchar"),
        ("\"data\" || 'x'", "varchar"),
        ('"order"', "varchar"),
        ("size + 1", "bigint"),
        ("small + 1", "integer"),
        ("small + 3000000000", "bigint"),
        ("size / 1e3", "double"),
        ("price * 2", "decimal"),
        ("-ratio", "double"),
        ("abs(size)", "bigint"),
        ("round(ratio, 2)", "double"),
        ("size > 5 AND NOT ok", "boolean"),
        ("data LIKE '%a' ESCAPE '!'", "boolean"),
        ("size BETWEEN 1 AND 2.5", "boolean"),
        ("data IN ('a', 'b')", "boolean"),
        ("data IS NULL OR small IS NOT DISTINCT FROM size", "boolean"),
        ("CASE WHEN size >= 500 THEN 'error' WHEN size IS NULL THEN NULL ELSE data END", "varchar"),
        ("CASE code WHEN 'abc' THEN 1 ELSE ratio END", "double"),
        ("if(ok, small, size)", "bigint"),
        ("coalesce(data, code, 'x')", "varchar"),
        ("nullif(data, '')", "varchar"),
        ("greatest(small, size)", "bigint"),
        ("try(size / small)", "bigint"),
        ("CAST(data AS decimal(10, 2))", "decimal"),
        ("TRY_CAST(data AS timestamp)", "timestamp"),
        ("CAST(at AS timestamp(3) with time zone)", "timestamp with time zone"),
        ("CAST(json_parse(data) AS row(a bigint))", "row"),
        ("date '2026-11-20'", "date"),
        ("at + interval '1' day", "any"),
        ("from_unixtime(size / 1000)", "timestamp with time zone"),
        ("from_iso8601_timestamp(data) AT TIME ZONE 'UTC'", "any"),
        ("extract(YEAR FROM at)", "bigint"),
        ("year(day)", "bigint"),
        ("date_diff('day', at, at)", "bigint"),
        ("trim(BOTH ' ' FROM data)", "varchar"),
        ("substring(data FROM 1 FOR 3)", "varchar"),
        ("split_part(data, ':', 2)", "varchar"),
        ("split(data, ',')[1]", "any"),
        ("element_at(labels, 'x')", "any"),
        ("cardinality(tags)", "bigint"),
        ("array_join(tags, ',')", "varchar"),
        ("contains(tags, 'x')", "boolean"),
        ("(who).name", "any"),
        ("json_extract(data, '$.a')", "json"),
        ("concat(data, '-', data)", "varchar"),
        ("regexp_replace(data, '[0-9]+', '#')", "varchar"),
        ("to_hex(md5(raw))", "varchar"),
        ("upper(NULL)", "any"),
        ("pi()", "double"),
    ],
)
def test_what_may_stand_in_an_expression_and_its_type(text: str, expected: str) -> None:
    assert type_of(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("lvl", "'lvl' is no column of the source; a text stands in single quotes"),
        ("dta", "'dta' is no column of the source; did you mean 'data'?"),
        ('"x"', "a text stands in single quotes"),
        ("secret", "'secret' may not be queried"),
        ("upper(SECRET)", "'secret' may not be queried"),
        ("t.secret", "'t' is no column of the source"),
        ("data.secret", "a field of a column is written (data).secret"),
        ("*", "a part that is none of an expression"),
        ("count(*)", "the function 'count' may not be called here"),
        ("max(size)", "the function 'max' may not be called here"),
        ("max(size) OVER ()", "a function of several records"),
        ("max(size) FILTER (WHERE ok)", "a function of several records"),
        ("now()", "the function 'now' may not be called here"),
        ("random()", "the function 'random' may not be called here"),
        ("uuid()", "the function 'uuid' may not be called here"),
        ("version()", "the function 'version' may not be called here"),
        ("current_timestamp", "the time of the query"),
        ("current_date", "the time of the query"),
        ("repeat(data, 1000000)", "the function 'repeat' may not be called here"),
        ("lpad(data, 1000000000, 'x')", "the function 'lpad' may not be called here"),
        ("sequence(1, 1000000)", "the function 'sequence' may not be called here"),
        ("uper(data)", "did you mean 'upper'?"),
        ("ifnull(data, '')", "write coalesce(a, b)"),
        ("(SELECT 1)", "a sub-select"),
        ("(SELECT max(secret) FROM t)", "a sub-select"),
        ("EXISTS (SELECT 1)", "a sub-select"),
        ("size IN (SELECT 1)", "a sub-select"),
        ("size = ANY (SELECT 1)", "a sub-select"),
        ("transform(tags, x -> x)", "the function 'transform' may not be called here"),
        ("?", "a part that is none of an expression"),
        ("data AS x", "a part that is none of an expression"),
        ("data, size", "is not one expression"),
        ("DISTINCT data", "is not one expression"),
        ("data FROM t UNION SELECT data", "is not one expression"),
        ("data FROM secret,", "is not one expression"),
        ("data FROM secret --", "a comment"),
        ("data /* x */", "a comment"),
        ("data) FROM (SELECT data", "closes nothing"),
        ("data; SELECT 1", "is not one expression"),
        ("upper(data", "is not closed"),
        ("", "is not one expression"),
        ("data +", "syntax error at or near"),
        ("upper data", "a part that is none of an expression"),
        ("$path", "syntax error"),
        ('"$path"', "is no column of the source"),
        ("size" + " + 1" * 600, "characters"),
        ("-" * 40 + "size", "a comment"),
        ("NOT " * 40 + "ok", "signs in a row"),
        ("CAST(data AS nosuch)", "syntax error"),
        # What Athena would refuse.
        ("upper(size)", "upper takes (char) or (varchar), not (bigint)"),
        ("abs(data)", "abs takes"),
        ("split_part(data, ':')", "split_part takes (varchar, varchar, bigint), not"),
        ("data + 1", "+, -, *, / and % take numbers, not varchar"),
        ("data || size", "|| takes texts, not bigint"),
        ("-data", "- takes a number, not varchar"),
        ("data > 5", "compares varchar with integer; convert one with TRY_CAST"),
        ("size IN (1, 'a')", "compares bigint with varchar"),
        ("size BETWEEN 'a' AND 5", "compares bigint with varchar"),
        ("NOT size", "AND, OR and NOT take conditions, not bigint"),
        ("ok AND data", "AND, OR and NOT take conditions, not varchar"),
        ("size LIKE 'x'", "LIKE takes texts, not bigint"),
        ("CASE WHEN size THEN 1 END", "WHEN takes a condition, not bigint"),
        ("CASE data WHEN 1 THEN 1 END", "compares varchar with integer"),
        ("CASE WHEN ok THEN 1 ELSE 'x' END", "gives integer with varchar"),
        ("coalesce(data, 1)", "gives varchar with integer"),
        ("if(size, 1, 2)", "if takes (boolean, any) or (boolean, any, any), not"),
        ("CAST(size AS timestamp)", "bigint does not become timestamp"),
        ("CAST(raw AS varchar)", "varbinary does not become varchar"),
        ("trim(size)", "trim takes texts, not bigint"),
        ("substr(data, ratio)", "substr takes"),
        ("year(data)", "year takes"),
    ],
)
def test_what_may_not_stand_in_an_expression(text: str, problem: str) -> None:
    with pytest.raises(ExpressionError) as error:
        type_of(text)

    assert problem in str(error.value)


def test_the_functions_are_those_of_queries() -> None:
    assert FUNCTIONS < allowlists.FUNCTIONS


def test_the_columns_of_an_expression() -> None:
    tree = parse_expression("upper(DATA) || (who).account || 'size'", COLUMNS, HIDDEN)

    assert named_columns(tree) == {"data", "who"}


@pytest.mark.parametrize(
    ("from_type", "to_type", "expected"),
    [
        ("varchar", "varchar(5)", True),
        ("varchar", "timestamp", True),
        ("bigint", "decimal(5,2)", True),
        ("bigint", "date", False),
        ("timestamp with time zone", "timestamp", True),
        ("json", "array(bigint)", True),
        ("varchar", "array(bigint)", False),
        ("any", "date", True),
    ],
)
def test_casts(from_type: str, to_type: str, expected: bool) -> None:
    assert can_cast(from_type, base_type(to_type)) is expected
