"""Athena's states and failures, in the domain's words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from data_hist.athena.executions import Failure, FailureCause, Query, QueryStatus, parse_query

SUBMITTED = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
SQL, RESOURCES, ENGINE = FailureCause.SQL, FailureCause.RESOURCES, FailureCause.ENGINE


def described(state: str, reason: str | None = None, **error: Any) -> Query:
    status: dict[str, Any] = {"State": state, "SubmissionDateTime": SUBMITTED}
    if reason is not None:
        status["StateChangeReason"] = reason
    if error:
        status["AthenaError"] = error
    return parse_query({"QueryExecutionId": "id", "Query": "SELECT 1", "Status": status})


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("QUEUED", QueryStatus.QUEUED),
        ("RUNNING", QueryStatus.RUNNING),
        ("SUCCEEDED", QueryStatus.FINISHED),
        ("FAILED", QueryStatus.FAILED),
        ("CANCELLED", QueryStatus.CANCELLED),
    ],
)
def test_states(state: str, expected: QueryStatus) -> None:
    assert described(state).status is expected


@pytest.mark.parametrize(
    ("reason", "category", "number", "cause", "code"),
    [
        (
            "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved",
            2,
            1006,
            SQL,
            "COLUMN_NOT_FOUND",
        ),
        (
            "TABLE_NOT_FOUND: line 1:15: Table 'a.b.c' does not exist",
            2,
            1301,
            SQL,
            "TABLE_NOT_FOUND",
        ),
        ("DIVISION_BY_ZERO: Division by zero", 2, 1001, SQL, "DIVISION_BY_ZERO"),
        ("NOT_SUPPORTED: Column type: unknown", 2, 1200, SQL, "NOT_SUPPORTED"),
        ("Query exhausted resources at this scale factor", 2, 6, RESOURCES, "GENERIC_ERROR"),
        (
            "EXCEEDED_LOCAL_MEMORY_LIMIT: Query exceeded 10GB",
            2,
            1000,
            RESOURCES,
            "EXCEEDED_LOCAL_MEMORY_LIMIT",
        ),
        ("Query timeout", 1, 210, RESOURCES, "GENERIC_ERROR"),
        ("HIVE_BAD_DATA: Error parsing field value", 2, 1007, ENGINE, "HIVE_BAD_DATA"),
        ("HIVE_CANNOT_OPEN_SPLIT: Error opening", 1, 1403, ENGINE, "HIVE_CANNOT_OPEN_SPLIT"),
        ("GENERIC_INTERNAL_ERROR: oops", 1, 200, ENGINE, "GENERIC_INTERNAL_ERROR"),
        ("Access denied when writing output", 2, 401, ENGINE, "GENERIC_ERROR"),
        ("PERMISSION_DENIED: no", 2, 1500, ENGINE, "PERMISSION_DENIED"),
    ],
)
def test_who_has_to_act_on_a_failure(
    reason: str, category: int, number: int, cause: FailureCause, code: str
) -> None:
    failure = described("FAILED", reason, ErrorCategory=category, ErrorType=number).failure

    assert failure is not None
    assert (failure.cause, failure.code) == (cause, code)


@pytest.mark.parametrize(
    ("category", "number", "retryable"), [(1, 200, True), (2, 1006, False), (1, 210, False)]
)
def test_only_the_engines_fault_is_retryable(category: int, number: int, retryable: bool) -> None:
    query = described(
        "FAILED", "GENERIC_ERROR: x", ErrorCategory=category, ErrorType=number, Retryable=True
    )

    assert query.failure is not None
    assert query.failure.retryable is retryable


def test_place_and_text_are_told_apart() -> None:
    failure = described(
        "FAILED", "COLUMN_NOT_FOUND: line 3:14: Column 'x' cannot be resolved", ErrorCategory=2
    ).failure

    assert failure == Failure(
        SQL, "COLUMN_NOT_FOUND", "Column 'x' cannot be resolved", line=3, column=14
    )


def test_failure_without_any_reason_is_the_engines() -> None:
    failure = described("FAILED").failure

    assert failure == Failure(ENGINE, "GENERIC_ERROR", "The engine gave no reason.")


def test_cancelled_by_the_scan_limit_is_no_cancellation_of_the_caller() -> None:
    query = described("CANCELLED", "Bytes scanned limit was exceeded")

    assert query.failure is not None
    assert query.failure.cause is FailureCause.SCAN_LIMIT
    assert described("CANCELLED", "Query cancelled by user").failure is None


@pytest.mark.parametrize(
    "secret",
    ["s3://bucket/key", "s3a://bucket/key", "arn:aws:athena:eu-west-1:1:x", "123456789012"],
)
def test_failure_names_no_place_and_no_account(secret: str) -> None:
    failure = described("FAILED", f"HIVE_CURSOR_ERROR: at {secret} it broke").failure

    assert failure is not None
    assert secret not in failure.detail
    assert "it broke" in failure.detail


@pytest.mark.parametrize("value", ["abc", "it's", 'a "b" c', "' and \"", "two\nlines"])
def test_a_broken_record_is_told_without_its_value(value: str) -> None:
    reason = (
        f"HIVE_BAD_DATA: Error parsing field value '{value}' for field 5: "
        f'For input string: "{value}" in s3://archive/events/dt=2026-01-01/a.gz'
    )

    failure = described("FAILED", reason).failure

    assert failure is not None
    assert failure.detail == "Error parsing field value (hidden) in (hidden)"
