"""ResultReuseConfiguration: an earlier result of the same query instead of another run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.clients import OUTPUT, address, assert_invalid_request, refused

if TYPE_CHECKING:
    from tests.clients import AthenaSession


def reuse(minutes: int = 60) -> dict[str, Any]:
    by_age = {"Enabled": True, "MaxAgeInMinutes": minutes}
    return {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": by_age}}


def is_reused(execution: Any) -> bool:
    return bool(execution["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"])


def test_a_young_result_is_used_again(session: AthenaSession) -> None:
    sql = "SELECT count(*) AS of_a_young_result FROM data_hist.events_v0"
    first = session.run(sql)
    again = session.run(sql, **reuse())

    assert first["Statistics"]["DataScannedInBytes"] > 0
    assert (is_reused(first), is_reused(again)) == (False, True)
    assert again["Statistics"]["DataScannedInBytes"] == 0
    assert again["QueryExecutionId"] != first["QueryExecutionId"]
    assert address(again) == address(first)
    assert again["ResultReuseConfiguration"] == reuse()["ResultReuseConfiguration"]
    pages = [
        session.athena.get_query_results(QueryExecutionId=each["QueryExecutionId"])["ResultSet"]
        for each in (first, again)
    ]
    assert pages[0] == pages[1]


def test_a_result_that_was_used_again_is_used_a_third_time(session: AthenaSession) -> None:
    executions = [session.run("SELECT 'a third time'", **reuse()) for _ in range(3)]

    assert [is_reused(each) for each in executions] == [False, True, True]
    assert len({address(each) for each in executions}) == 1


@pytest.mark.parametrize(
    "difference",
    [
        {"sql": "SELECT 'differs ', ?"},
        {"QueryExecutionContext": {"Database": "data_hist"}},
        {"ResultConfiguration": {"OutputLocation": f"{OUTPUT}elsewhere/"}},
        {"ExecutionParameters": ["2"]},
        {"ResultReuseConfiguration": {}},
        reuse(0),
    ],
)
def test_another_request_is_run(session: AthenaSession, difference: dict[str, Any]) -> None:
    request: dict[str, Any] = {
        "sql": "SELECT 'differs', ?",
        "ExecutionParameters": ["1"],
        **reuse(),
    }
    session.run(**request)

    assert not is_reused(session.run(**request | difference))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT now()",
        "SELECT rand()",
        "SELECT uuid()",
        "SELECT CURRENT_DATE",
        "SELECT x FROM (VALUES 1, 2) AS t (x) LIMIT 1",
    ],
)
def test_what_is_not_deterministic_is_run(session: AthenaSession, sql: str) -> None:
    session.run(sql, **reuse())

    assert not is_reused(session.run(sql, **reuse()))


def test_comments_and_spaces_make_no_other_query(session: AthenaSession) -> None:
    first = session.run("SELECT 'a -- b' AS spaced FROM (VALUES 1) AS t (x) -- one", **reuse())
    again = session.run("SELECT\n 'a -- b'/**/AS spaced FROM(VALUES 1)AS t(x)", **reuse())

    assert is_reused(again)
    assert again["Query"].startswith("SELECT\n")
    assert address(again) == address(first)


def test_a_result_of_another_workplace_is_not_used(session: AthenaSession) -> None:
    """The location of a result is that of its owner, so owners share no results."""
    sql = "SELECT 'of one owner'"
    for owner in ("one", "other"):
        output = {"ResultConfiguration": {"OutputLocation": f"{OUTPUT}{owner}/"}}
        assert not is_reused(session.run(sql, **reuse(), **output))
        assert is_reused(session.run(sql, **reuse(), **output))


def test_a_result_that_was_deleted_is_made_again(session: AthenaSession) -> None:
    bucket, key = address(session.run("SELECT 'deleted'", **reuse()))
    session.s3.delete_object(Bucket=bucket, Key=key)

    again = session.run("SELECT 'deleted'", **reuse())

    assert not is_reused(again)
    assert session.result_file(again) == b'"_col0"\n"deleted"\n'


def test_a_failure_is_not_used_again(session: AthenaSession) -> None:
    for _ in range(2):
        execution = session.run("SELECT 1 / 0", **reuse())
        assert execution["Status"]["State"] == "FAILED"


def test_an_age_of_more_than_a_week_is_refused(session: AthenaSession) -> None:
    response = refused(session.start, sql="SELECT 1", **reuse(10081))

    message = (
        "1 validation error detected: Value at 'maxAgeInMinutes' failed to satisfy constraint: "
        "Member must have value less than or equal to 10080"
    )
    assert_invalid_request(response, "INVALID_INPUT", message)
