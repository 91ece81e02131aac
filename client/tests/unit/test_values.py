"""JSON of a page becomes exact values; what Python cannot hold stays text."""

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from data_hist_client.documents import Column
from data_hist_client.values import row_reader
from hypothesis import given
from hypothesis import strategies as st

SUMMER = timezone(timedelta(hours=-4))


def read(kind: str, value: Any) -> Any:
    return row_reader([Column("x", kind)])([value])[0]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("bigint", 2**63 - 1, 2**63 - 1),
        ("boolean", True, True),
        ("double", 1.5, 1.5),
        ("double", "Infinity", math.inf),
        ("real", "-Infinity", -math.inf),
        ("decimal(38,2)", "1.10", Decimal("1.10")),
        ("decimal", "1" * 38, Decimal("1" * 38)),
        ("varchar", "", ""),
        ("varchar", None, None),
        ("varbinary", "AP9B", b"\x00\xffA"),
        ("varbinary", "", b""),
        ("date", "2026-11-20", date(2026, 11, 20)),
        ("timestamp(3)", "2026-11-20T05:15:00.123", datetime(2026, 11, 20, 5, 15, 0, 123000)),
        ("timestamp", "2026-11-20T05:15:00.123456000", datetime(2026, 11, 20, 5, 15, 0, 123456)),
        (
            "timestamp with time zone",
            "2026-07-20T05:15:00.000-04:00",
            datetime(2026, 7, 20, 5, 15, tzinfo=SUMMER),
        ),
        ("timestamp(3) with time zone", "2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("time", "05:15:00.123", time(5, 15, 0, 123000)),
        ("time with time zone", "05:15:00-04:00", time(5, 15, tzinfo=SUMMER)),
        ("json", {"a": [1]}, {"a": [1]}),
        ("array", "[1, 2]", "[1, 2]"),
        # Python has no such year, second, or value of the type.
        ("date", "+12345-01-01", "+12345-01-01"),
        ("date", "-0043-03-15", "-0043-03-15"),
        ("timestamp", "+12345-01-01T00:00:00.000", "+12345-01-01T00:00:00.000"),
        ("timestamp", "2026-01-01T00:00:00.123456789", "2026-01-01T00:00:00.123456789"),
        ("time", "05:15:00.1234567", "05:15:00.1234567"),
        ("timestamp with time zone", "2026-01-01 00:00:00.000 Mars/Olympus", None),
        ("varbinary", "no base64", "no base64"),
        ("decimal(3,1)", "text", "text"),
    ],
)
def test_a_value_is_exact_or_stays_text(kind: str, value: Any, expected: Any) -> None:
    wanted = value if expected is None else expected

    found = read(kind, value)

    assert found == wanted
    assert type(found) is type(wanted)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_keep_every_digit(value: Decimal) -> None:
    assert read("decimal", f"{value:f}") == value


@given(st.datetimes())
def test_timestamps_keep_every_microsecond(value: datetime) -> None:
    assert read("timestamp", value.isoformat()) == value


def test_nan_is_a_number() -> None:
    assert math.isnan(read("double", "NaN"))


def test_a_row_is_a_tuple_with_names() -> None:
    columns = [Column("a", "bigint"), Column("b c", "decimal"), Column("x", "varchar")]
    row = row_reader(columns)([1, "2.0", None])

    assert row == (1, Decimal("2.0"), None)
    assert (row[0], row["b c"], row[1:]) == (1, Decimal("2.0"), (Decimal("2.0"), None))
    assert row.as_dict() == {"a": 1, "b c": Decimal("2.0"), "x": None}
    with pytest.raises(KeyError):
        row["unknown"]


def test_a_name_of_two_columns_is_no_name() -> None:
    row = row_reader([Column("x", "bigint"), Column("x", "bigint")])([1, 2])

    assert row == (1, 2)
    with pytest.raises(KeyError, match="by position"):
        row["x"]
    with pytest.raises(KeyError, match="by position"):
        row.as_dict()
