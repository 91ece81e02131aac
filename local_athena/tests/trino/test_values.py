"""The text of values, from what a real Trino sends for them."""

import json
from typing import Any

import pytest
from local_athena.backends.trino.values import make_renderer


def plain(kind: str, *numbers: int) -> dict[str, Any]:
    return {"rawType": kind, "arguments": [{"kind": "LONG", "value": each} for each in numbers]}


def nested(kind: str, *types: dict[str, Any]) -> dict[str, Any]:
    return {"rawType": kind, "arguments": [{"kind": "TYPE", "value": each} for each in types]}


def row(*fields: tuple[str | None, dict[str, Any]]) -> dict[str, Any]:
    named = [
        ({"fieldName": {"name": name}} if name else {}) | {"typeSignature": kind}
        for name, kind in fields
    ]
    return {
        "rawType": "row",
        "arguments": [{"kind": "NAMED_TYPE", "value": field} for field in named],
    }


INTEGER, DOUBLE, BOOLEAN, BINARY = map(plain, ("integer", "double", "boolean", "varbinary"))
TEXT = plain("varchar", 2147483647)
INSTANT = "timestamp with time zone"


@pytest.mark.parametrize(
    ("kind", "sent", "text"),
    [
        (BOOLEAN, "true", "true"),
        (BOOLEAN, "false", "false"),
        (plain("bigint"), "-9223372036854775808", "-9223372036854775808"),
        (DOUBLE, "1.0E10", "1.0E10"),
        (DOUBLE, "0.001", "0.001"),
        (DOUBLE, "1.0E-4", "1.0E-4"),
        (DOUBLE, "4.9E-324", "4.9E-324"),
        (DOUBLE, "-0.0", "-0.0"),
        (DOUBLE, '"NaN"', "NaN"),
        (DOUBLE, '"-Infinity"', "-Infinity"),
        (plain("real"), "3.4028235E38", "3.4028235E38"),
        (plain("decimal", 38, 2), '"1.00"', "1.00"),
        (TEXT, r'"\ud83d\ude00 \"x\""', '😀 "x"'),
        (plain("char", 5), '"ab   "', "ab   "),
        (BINARY, '"AP8K"', "00 ff 0a"),
        (BINARY, '""', ""),
        (plain("date"), '"2020-01-02"', "2020-01-02"),
        (plain("time", 0), '"01:02:03"', "01:02:03.000"),
        (plain("time", 7), '"01:02:03.1234567"', "01:02:03.1234567"),
        (plain("time with time zone", 0), '"01:02:03+02:00"', "01:02:03.000+02:00"),
        (plain("timestamp", 0), '"2020-01-01 00:00:00"', "2020-01-01 00:00:00.000"),
        (plain("timestamp", 1), '"-0001-01-01 00:00:00.1"', "-0001-01-01 00:00:00.100"),
        (plain("timestamp", 3), '"2020-01-01 00:00:00.123"', "2020-01-01 00:00:00.123"),
        (plain("timestamp", 6), '"2020-01-01 00:00:00.000000"', "2020-01-01 00:00:00.000000"),
        (
            plain(INSTANT, 0),
            '"2020-01-01 00:00:00 Europe/Berlin"',
            "2020-01-01 00:00:00.000 Europe/Berlin",
        ),
        (plain(INSTANT, 2), '"2020-01-01 00:00:00.12 +05:30"', "2020-01-01 00:00:00.120 +05:30"),
        (plain("interval day to second"), '"-1 02:03:04.005"', "-1 02:03:04.005"),
        (plain("interval year to month"), '"-1-2"', "-1-2"),
        (plain("json"), r'"{\"a\":1}"', '{"a":1}'),
        (plain("ipaddress"), '"1.2.3.4"', "1.2.3.4"),
        (nested("array", INTEGER), "[1, null, 3]", "[1, null, 3]"),
        (nested("array", nested("array", DOUBLE)), "[[1.0E10], []]", "[[1.0E10], []]"),
        (nested("array", BOOLEAN), "[true]", "[true]"),
        (nested("map", TEXT, INTEGER), '{"b": 1, "a": null}', "{b=1, a=null}"),
        (nested("map", INTEGER, TEXT), '{"10": "x", "9": "y"}', "{10=x, 9=y}"),
        (
            nested("map", DOUBLE, BINARY),
            '{"1.0E10": "AP8=", "2.0": ""}',
            "{1.0E10=00 ff, 2.0=}",
        ),
        (nested("map", BINARY, BOOLEAN), '{"AP8=": true}', "{00 ff=true}"),
        (
            nested("map", plain("time", 0), TEXT),
            '{"01:02:03": ""}',
            "{01:02:03.000=}",
        ),
        (
            nested("map", row(("a", INTEGER), (None, TEXT)), TEXT),
            '{"[1, x]": ""}',
            "{{a=1, field1=x}=}",
        ),
        (nested("map", row((None, TEXT)), TEXT), '{"[a, b]": ""}', "{[a, b]=}"),
        (
            nested("map", nested("array", row(("a", INTEGER), ("b", INTEGER))), TEXT),
            '{"[[1, 2], [3, null]]": "", "[]": ""}',
            "{[{a=1, b=2}, {a=3, b=null}]=, []=}",
        ),
        (row(("a", INTEGER), ("B c", TEXT)), '[1, "x"]', "{a=1, B c=x}"),
        (row((None, TEXT), (None, INTEGER)), '["Bob", 38]', "{field0=Bob, field1=38}"),
        (row((None, row(("x", BOOLEAN)))), "[[null]]", "{field0={x=null}}"),
    ],
)
def test_values_are_written_as_athena_does(kind: dict[str, Any], sent: str, text: str) -> None:
    value = json.loads(sent, parse_float=str)

    assert make_renderer(kind)(value) == text
