"""Values of Python become parameters without loss."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from data_hist_client import UsageError
from data_hist_client.parameters import encoded_parameters


def typed(kind: str, value: str) -> dict[str, str]:
    return {"type": kind, "value": value}


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (-(2**60), typed("bigint", str(-(2**60)))),
        (2.0, typed("double", "2.0")),
        (float("inf"), typed("double", "Infinity")),
        (float("-inf"), typed("double", "-Infinity")),
        ("it's", "it's"),
        (Decimal("1.10"), typed("decimal(3,2)", "1.10")),
        (Decimal("0.001"), typed("decimal(3,3)", "0.001")),
        (Decimal("1E+3"), typed("decimal(4,0)", "1000")),
        (Decimal("-12"), typed("decimal(2,0)", "-12")),
        (date(2026, 1, 2), typed("date", "2026-01-02")),
        (datetime(2026, 1, 2, 3, 4), typed("timestamp", "2026-01-02 03:04:00.000000")),
        (
            datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            typed("timestamp with time zone", "2026-01-02 03:04:00.000000 +00:00"),
        ),
        (time(3, 4, 5), typed("time", "03:04:05.000000")),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (typed("json", "[1]"), typed("json", "[1]")),
    ],
)
def test_a_value_is_written_without_loss(value: Any, encoded: Any) -> None:
    assert encoded_parameters([value]) == [encoded]


@pytest.mark.parametrize(
    "value",
    [
        b"bytes",
        [1],
        Decimal("NaN"),
        Decimal("1e39"),
        time(1, tzinfo=UTC),
        datetime(1800, 1, 1, tzinfo=timezone(timedelta(seconds=17))),
        object(),
    ],
)
def test_what_has_no_literal_is_refused(value: Any) -> None:
    with pytest.raises(UsageError):
        encoded_parameters([value])


def test_a_text_is_no_list_of_parameters() -> None:
    with pytest.raises(UsageError, match="list"):
        encoded_parameters("abc")
