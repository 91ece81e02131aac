"""Whatever answers in place of the service, there is a document or an error of the client."""

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from data_hist_client import (
    Client,
    DataHistError,
    InvalidResponse,
    InvalidSql,
    QueryFailed,
    RequestRejected,
    Unauthenticated,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted import QUERY_ID, client_of, problem, query

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAGE: dict[str, Any] = {
    "columns": [{"name": "a", "type": "bigint"}],
    "rows": [[1]],
    "row_offset": 0,
    "paging_token": None,
}
STATISTICS = query()["statistics"]
TABLE = {"name": "t", "columns": [{"name": "a", "type": "bigint"}]}
SAVED = {
    **{"id": "x", "title": "t", "state": "{}", "etag": "e"},
    **{"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"},
}
FIELDS = {
    "fields": [{"column": "a", "path": "$.b", "type": "bigint", "share": 1, "values": ["1"]}],
    **{"fields_left_out": 0, "sampled_records": 1, "scanned_bytes": 1},
    **{"sampled_from": "2026-01-01T00:00:00Z", "sampled_to": "2026-01-02T00:00:00Z"},
}
ESTIMATE = {"estimate": {"scanned_bytes": 1, "cost_usd": 0, "bounded": True}}
# Each document that is read, and how it is asked for.
USES: dict[str, tuple[Callable[[Client], Any], Any]] = {
    "query": (lambda c: c.query("SELECT 1").rows(), query(page=PAGE)),
    "status": (lambda c: c.status(QUERY_ID), query()),
    "queries": (lambda c: c.queries(), {"queries": [query()], "paging_token": None}),
    "tables": (lambda c: c.tables(), {"tables": [TABLE]}),
    "fields": (lambda c: c.fields("t", NOW, NOW), FIELDS),
    "estimate": (lambda c: c.estimate("SELECT 1"), ESTIMATE),
    "saved": (lambda c: c.saved_questions(), {"saved": [SAVED], "paging_token": None}),
}


def answered(name: str, content: bytes | Any, status: int = 200, **headers: str) -> Any:
    """Use a client whose service answers so."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    client = client_of(lambda _: httpx.Response(status, content=body, headers=headers))
    return USES[name][0](client)


@pytest.mark.parametrize("name", USES)
def test_a_document_of_the_service_is_read(name: str) -> None:
    assert answered(name, USES[name][1])


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Sign in</html>",
        b"\xff",
        b"[" * 100_000,
        b"1" * 5000,
        b"null",
        b"[]",
        b"{}",
        *[
            json.dumps({member: value}).encode()
            for member in ("tables", "queries", "saved", "fields", "estimate", "statistics")
            for value in (None, 5, [{}], [None], {"a": 1})
            if (member, value) != ("estimate", {"a": 1})
        ],
    ],
    ids=lambda content: content[:40].decode(errors="replace"),
)
def test_what_another_service_answers_is_said(name: str, content: bytes) -> None:
    with pytest.raises(InvalidResponse):
        answered(name, content)


@pytest.mark.parametrize(
    "members",
    [
        {"query_id": 5},
        {"status": "DONE"},
        {"status": None},
        {"statistics": {**STATISTICS, "scanned_bytes": None}},
        {"statistics": {**STATISTICS, "total_ms": "1"}},
        {"statistics": {**STATISTICS, "total_ms": True}},
        {"submitted_at": "soon"},
        {"warnings": [5]},
        {"status": "FAILED", "error": "boom"},
        {"page": []},
        {"page": {**PAGE, "rows": None}},
        {"page": {**PAGE, "rows": [[1, 2]]}},
        {"page": {**PAGE, "rows": [5]}},
        {"page": {**PAGE, "columns": [{"name": "a"}]}},
        {"page": {**PAGE, "paging_token": 5}},
    ],
)
def test_a_query_document_that_is_none_is_said(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidResponse):
        answered("query", query(**{"page": PAGE, **members}))


@pytest.mark.parametrize(
    ("use", "content"),
    [
        (lambda c: c.queries(), {"queries": [], "paging_token": "x"}),
        (lambda c: c.saved_questions(), {"saved": [], "paging_token": "x"}),
        (lambda c: c.query("SELECT 1").rows(), {**query(), **PAGE, "paging_token": "x"}),
    ],
)
def test_a_page_that_leads_to_itself_is_said(use: Callable[[Client], Any], content: Any) -> None:
    with pytest.raises(InvalidResponse, match="leads to itself"):
        use(client_of(lambda _: httpx.Response(200, json=content)))


def test_a_failure_without_a_reason_is_one() -> None:
    with pytest.raises(QueryFailed, match="The query failed"):
        answered("query", query("FAILED"))


@pytest.mark.parametrize(
    "members",
    [
        {"errors": 5},
        {"line": "1", "column": "8"},
        {"line": 1, "column": [8]},
        {"suggestions": 5},
        {"suggestions": [5, "a"]},
        {"detail": {"a": 1}, "title": 5, "code": [], "query_id": 5},
    ],
)
def test_a_problem_has_the_members_that_fit(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidSql) as raised:
        answered("query", problem("invalid-sql", 422, **members), 422)

    assert str(raised.value)


@pytest.mark.parametrize(
    ("status", "headers", "error", "told"),
    [
        (401, {}, Unauthenticated, "http://data-hist.example answered 401"),
        (404, {}, RequestRejected, "http://data-hist.example answered 404"),
        (
            *(302, {"Location": "https://login.example/sign-in?state=secret"}, InvalidResponse),
            "http://data-hist.example answered 302 and redirects to https://login.example/sign-in,",
        ),
        (304, {}, InvalidResponse, "redirects to nowhere"),
        (200, {}, InvalidResponse, "http://data-hist.example answered with no JSON object"),
    ],
)
def test_who_answered_is_told(
    status: int, headers: dict[str, str], error: type[DataHistError], told: str
) -> None:
    for name in USES:
        with pytest.raises(error) as raised:
            answered(name, b"<html>", status, **headers)

        assert told in str(raised.value)
        assert "secret" not in str(raised.value)


def test_a_redirected_download_is_told() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/v1/data_hist/results/"):
            return httpx.Response(302, headers={"Location": "https://login.example/"})
        return httpx.Response(200, json=query(page=PAGE))

    with pytest.raises(InvalidResponse, match="redirects to"):
        list(client_of(answer).query("SELECT 1").stream("csv"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@st.composite
def _nearly(draw: st.DrawFn, document: Any) -> Any:
    """A document of the service, parts of which are any JSON."""
    if draw(st.integers(0, 9)) == 0:
        return draw(_JSON)
    if isinstance(document, dict):
        return {name: draw(_nearly(value)) for name, value in document.items()}
    if isinstance(document, list):
        return [draw(_nearly(value)) for value in document]
    return document


@pytest.mark.parametrize("name", USES)
@given(data=st.data())
def test_any_json_is_a_document_or_an_error_of_the_client(name: str, data: st.DataObject) -> None:
    content = data.draw(_JSON | _nearly(USES[name][1]))

    with contextlib.suppress(InvalidResponse, QueryFailed):
        answered(name, content)


@given(_JSON | _nearly(problem("invalid-sql", 422, line=1, column=2, errors=[], suggestions=[])))
def test_any_json_is_a_problem(content: Any) -> None:
    with pytest.raises(DataHistError) as raised:
        answered("query", content, 422)

    assert str(raised.value)
