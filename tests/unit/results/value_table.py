"""What becomes of each Athena type's texts in each format, written down as data."""

from dataclasses import dataclass
from typing import Any

from data_hist.athena.executions import Column

DAY = 86_400_000_000
"""In microseconds."""
AS_TEXT = object()
"""In place of an Arrow value: the column is a string, and the value Athena's text."""
REFUSED = object()
"""In place of an Arrow value: neither Arrow nor Parquet can hold it."""


@dataclass(frozen=True)
class Value:
    """A text of a type, its JSON, and its Arrow value as the type in Arrow stores it.

    Dates are days and timestamps microseconds since 1970, in UTC where there is a zone.
    """

    type: str
    text: str
    json: str
    arrow: Any = AS_TEXT
    precision: int = 0
    scale: int = 0

    @property
    def column(self) -> Column:
        """A column of the type."""
        return Column("x", self.type, self.precision, self.scale)


def _zoned(text: str, json: str, arrow: Any) -> Value:
    return Value("timestamp with time zone", text, f'"{json}"', arrow)


def _string(kind: str, text: str, json: str | None = None) -> Value:
    return Value(kind, text, f'"{text}"' if json is None else json)


VALUES = [
    Value("boolean", "true", "true", True),
    Value("boolean", "false", "false", False),
    Value("boolean", "yes", '"yes"', REFUSED),
    Value("tinyint", "-128", "-128", -128),
    Value("tinyint", "127", "127", 127),
    Value("smallint", "-32768", "-32768", -32768),
    Value("smallint", "32767", "32767", 32767),
    Value("integer", "-2147483648", "-2147483648", -(2**31)),
    Value("integer", "2147483647", "2147483647", 2**31 - 1),
    Value("int", "0", "0", 0),
    Value("bigint", "-9223372036854775808", "-9223372036854775808", -(2**63)),
    Value("bigint", "9223372036854775807", "9223372036854775807", 2**63 - 1),
    Value("bigint", "1.5", '"1.5"', REFUSED),
    Value("bigint", "", '""', REFUSED),
    Value("real", "1.1", "1.1", 1.100000023841858),
    Value("real", "3.4028235E38", "3.4028235e38", 3.4028234663852886e38),
    Value("float", "1.4E-45", "1.4e-45", 1.401298464324817e-45),
    Value("float", "NaN", '"NaN"', float("nan")),
    Value("double", "0.1", "0.1", 0.1),
    Value("double", "1.7976931348623157E308", "1.7976931348623157e308", 1.7976931348623157e308),
    Value("double", "4.9E-324", "5e-324", 5e-324),
    Value("double", "-0.0", "-0.0", -0.0),
    Value("double", "1.0E20", "1e20", 1e20),
    Value("double", "NaN", '"NaN"', float("nan")),
    Value("double", "Infinity", '"Infinity"', float("inf")),
    Value("double", "-Infinity", '"-Infinity"', float("-inf")),
    Value("decimal", "-1.10", '"-1.10"', "-1.10", 7, 2),
    Value("decimal", "9" * 38, f'"{"9" * 38}"', "9" * 38, 38, 0),
    Value("decimal", "0." + "9" * 38, f'"0.{"9" * 38}"', "0." + "9" * 38, 38, 38),
    Value(
        "decimal",
        "-" + "9" * 28 + ".0000000001",
        f'"-{"9" * 28}.0000000001"',
        "-" + "9" * 28 + ".0000000001",
        38,
        10,
    ),
    _string("varchar", ""),
    _string("varchar", "null"),
    _string("varchar", "é日🙂"),
    _string("varchar", 'say "hi",\r\nthen\\go', '"say \\"hi\\",\\r\\nthen\\\\go"'),
    _string("varchar", "\0\u2028", '"\\u0000\u2028"'),
    _string("varchar", " "),
    _string("char", "ab   "),
    _string("uuid", "12151fd2-7586-11e9-8f9e-2a86e4085a59"),
    _string("ipaddress", "2001:db8::1"),
    _string("time", "23:59:59.999"),
    _string("time", "23:59:59.999999999999"),
    _string("time with time zone", "01:02:03.000+05:30"),
    _string("interval day to second", "-2 00:00:00.001"),
    _string("interval year to month", "-0-1"),
    _string("array", "[1, null, a, b]"),
    _string("map", "{k=1}"),
    _string("row", "{id=1, name=x}"),
    Value("varbinary", "", '""', b""),
    Value("varbinary", "00 ff 41", '"AP9B"', b"\x00\xffA"),
    Value("varbinary", "xyz", '"xyz"', REFUSED),
    Value("date", "1969-12-31", '"1969-12-31"', -1),
    Value("date", "0001-01-01", '"0001-01-01"', -719_162),
    Value("date", "0000-02-29", '"0000-02-29"', -719_469),
    Value("date", "-0001-12-31", '"-0001-12-31"', -719_529),
    Value("date", "-0044-03-15", '"-0044-03-15"', -735_525),
    Value("date", "9999-12-31", '"9999-12-31"', 2_932_896),
    Value("date", "+10000-01-01", '"+10000-01-01"', 2_932_897),
    Value("date", "10000-01-01", '"+10000-01-01"', 2_932_897),
    # The last ones that DuckDB does not take for infinite.
    Value("date", "+5881580-07-10", '"+5881580-07-10"', 2**31 - 2),
    Value("date", "-5877641-06-25", '"-5877641-06-25"', -(2**31) + 2),
    Value("date", "2026-02-30", '"2026-02-30"', REFUSED),
    Value("timestamp", "1970-01-01 00:00:00", '"1970-01-01T00:00:00"', 0),
    Value("timestamp", "1969-12-31 23:59:59.999", '"1969-12-31T23:59:59.999"', -1000),
    Value("timestamp", "1970-01-02 00:00:00.000001", '"1970-01-02T00:00:00.000001"', DAY + 1),
    Value(
        "timestamp",
        "-0044-03-15 12:00:00.000",
        '"-0044-03-15T12:00:00.000"',
        -735_525 * DAY + DAY // 2,
    ),
    Value(
        "timestamp",
        "+10000-01-01 00:00:00.5",
        '"+10000-01-01T00:00:00.5"',
        2_932_897 * DAY + 500_000,
    ),
    Value("timestamp", "10000-01-01 00:00:00.000", '"+10000-01-01T00:00:00.000"', 2_932_897 * DAY),
    Value(
        "timestamp", "+294247-01-10 04:00:54.775806", '"+294247-01-10T04:00:54.775806"', 2**63 - 2
    ),
    Value("timestamp", "2026-01-01 00:00:00.123456789", '"2026-01-01T00:00:00.123456789"'),
    Value("timestamp", "2026-01-01 00:00:00.000000000000", '"2026-01-01T00:00:00.000000000000"'),
    Value("timestamp", "2026-01-01 25:00:00.000", '"2026-01-01T25:00:00.000"', REFUSED),
    _zoned("1970-01-01 00:00:00.001 UTC", "1970-01-01T00:00:00.001+00:00", 1000),
    _zoned("1970-01-01 00:00:00.000 Z", "1970-01-01T00:00:00.000+00:00", 0),
    _zoned("1970-01-01 05:30:00.000 +05:30", "1970-01-01T05:30:00.000+05:30", 0),
    _zoned("1970-01-01 00:00:00.000 -14:00", "1970-01-01T00:00:00.000-14:00", 50_400_000_000),
    _zoned("1970-01-01 01:00:00.000 Europe/Zurich", "1970-01-01T01:00:00.000+01:00", 0),
    # It comes twice; the first time is still daylight saving time.
    _zoned(
        "2026-11-01 01:30:00.000 America/New_York",
        "2026-11-01T01:30:00.000-04:00",
        1_793_511_000_000_000,
    ),
    _zoned(
        "2026-11-01 01:30:00.000 -05:00", "2026-11-01T01:30:00.000-05:00", 1_793_514_600_000_000
    ),
    # Before standard time the offset was -04:56:02.
    _zoned(
        "1800-01-01 00:00:00.000 America/New_York",
        "1800-01-01T04:56:02.000+00:00",
        -62_091 * DAY + 17_762_000_000,
    ),
    _zoned(
        "-0044-12-31 23:00:00.5 America/New_York",
        "-0043-01-01T03:56:02.5+00:00",
        -735_233 * DAY + 14_162_500_000,
    ),
    _zoned(
        "+12345-07-01 00:00:00.000 America/New_York",
        "+12345-07-01T00:00:00.000-04:00",
        3_789_572 * DAY + 14_400_000_000,
    ),
    _zoned("+12345-01-01 00:00:00.000 UTC", "+12345-01-01T00:00:00.000+00:00", 3_789_391 * DAY),
    _zoned("2026-01-01 00:00:00.123456789 UTC", "2026-01-01T00:00:00.123456789+00:00", AS_TEXT),
    _zoned("2026-01-01 00:00:00.000 Mars/Olympus", "2026-01-01 00:00:00.000 Mars/Olympus", REFUSED),
    _string("json", "null", "null"),
    _string("json", '{"a":1,"a":2}', '{"a":1,"a":2}'),
    _string("json", '{"b":1.10,"a":-0}', '{"b":1.10,"a":-0}'),
    _string("json", "9" * 400, "9" * 400),
    _string("json", "1e999", "1e999"),
    _string("json", '"\\ud83d\\ude42"', '"\\ud83d\\ude42"'),
    _string("json", "[1,\r\n2]", "[1,  2]"),
    _string("json", "[" * 500 + "]" * 500, "[" * 500 + "]" * 500),
    _string("json", "[" * 5000 + "]" * 5000),
    _string("json", '{"a":"' + "[" * 5000 + '"}', '{"a":"' + "[" * 5000 + '"}'),
    _string("json", "a"),
    _string("json", ""),
    _string("json", "NaN"),
    _string("json", "{a:1}"),
    _string("json", '"\\ud800"', '"\\"\\\\ud800\\""'),
    _string("json", '"a\nb"', '"\\"a\\nb\\""'),
]
