"""Values of Python become parameters without loss."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import pandas as pd
import pytest
from data_hist_client import ServiceFault, UsageError
from data_hist_client.parameters import encoded_parameters

from tests.scripted import client_of, problem


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
        (b"\x00\xffA", typed("varbinary", "AP9B")),
        (bytearray(b"\x00"), typed("varbinary", "AA==")),
        (memoryview(b""), typed("varbinary", "")),
        (typed("json", "[1]"), typed("json", "[1]")),
        (np.float64(2), typed("double", "2.0")),
        (np.float32(0.5), typed("double", "0.5")),
        (np.float64("nan"), typed("double", "NaN")),
        (np.int64(7), 7),
        (np.uint64(2**63), typed("bigint", str(2**63))),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
        (Fraction(1, 4), typed("double", "0.25")),
        (pd.Timestamp("2026-01-02 03:04"), typed("timestamp", "2026-01-02 03:04:00.000000")),
        (pd.NaT, None),
    ],
)
def test_a_value_is_written_without_loss(value: Any, encoded: Any) -> None:
    assert encoded_parameters([value]) == [encoded]


@pytest.mark.parametrize(
    "value",
    [
        [1],
        Decimal("NaN"),
        Decimal("1e39"),
        time(1, tzinfo=UTC),
        datetime(1800, 1, 1, tzinfo=timezone(timedelta(seconds=17))),
        object(),
        np.array([1]),
        np.datetime64("2026-01-01"),
        pd.Timestamp("2026-01-02 03:04:00.123456789"),
        pd.NA,
        Fraction(1, 3),
        {},
        {"type": "double"},
        {"type": "double", "value": 1.5},
        {"type": "date", "value": "2026-01-01", "zone": "UTC"},
    ],
)
def test_what_has_no_literal_is_refused(value: Any) -> None:
    with pytest.raises(UsageError):
        encoded_parameters([value])


@pytest.mark.parametrize("values", ["abc", b"abc", {"a": 1}, {1, 2}, frozenset([1]), 5])
def test_what_has_no_order_is_no_list_of_parameters(values: Any) -> None:
    with pytest.raises(UsageError, match="list"):
        encoded_parameters(values)


def test_a_generator_is_read_once() -> None:
    submitted: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        submitted.append(json.loads(request.content)["parameters"])
        return httpx.Response(503, json=problem("overloaded", 503, retryable=True))

    with pytest.raises(ServiceFault):
        client_of(answer).query("SELECT ?, ?", (n for n in [1, 2]))

    # The submits, and the cancel by key.
    assert len(submitted) > 1
    assert all(parameters == [1, 2] for parameters in submitted)
