"""The client of Trino's REST: pages, repeated calls, cancelling, and what it sends."""

import threading
from contextlib import closing
from typing import Any

import pytest
from local_athena.backends.trino.client import TrinoClient, TrinoLimits, TrinoServer
from local_athena.engine.backend import Abandoned
from local_athena.errors import ErrorCategory, StatementFailure

from tests.trino.stub import Answer, TrinoStub, page, trino_stub

AT_ONCE = TrinoLimits(retry_seconds=0, pause_seconds=0)
PATIENT = TrinoLimits(retry_seconds=120, pause_seconds=0)


def client(stub: TrinoStub, limits: TrinoLimits = PATIENT, **server: Any) -> TrinoClient:
    return TrinoClient(TrinoServer(stub.url, **server), limits)


def data(stub: TrinoStub, limits: TrinoLimits = PATIENT) -> list[Any]:
    return [page["data"] for page in client(stub, limits).pages("q", "s") if "data" in page]


def test_pages_follow_until_there_is_no_next() -> None:
    script = (page(), page(data=[[1]]), page(data=[[2], [3]], more=False))

    with trino_stub(*script) as stub:
        assert data(stub) == [[[1]], [[2], [3]]]
        assert stub.methods() == ["POST", "GET", "GET"]


def test_a_statement_is_sent_as_it_is_with_its_session() -> None:
    with trino_stub(page(), page(more=False)) as stub:
        trino = client(stub, user="ann", catalog="hive", authorization="Bearer token")
        list(trino.pages("SELECT 'ü\n' -- x", "sales"))

    post, get = stub.received
    assert (post.target, post.body) == ("/v1/statement", "SELECT 'ü\n' -- x")
    assert {
        "X-Trino-User": "ann",
        "X-Trino-Catalog": "hive",
        "X-Trino-Schema": "sales",
        "X-Trino-Time-Zone": "UTC",
        "Authorization": "Bearer token",
    }.items() <= post.headers.items()
    assert get.headers["Authorization"] == "Bearer token"


def test_credentials_are_not_shown() -> None:
    assert "secret" not in repr(TrinoServer("https://trino.invalid", authorization="secret"))


@pytest.mark.parametrize(
    "trouble",
    [Answer(lost=True), *(Answer(status=status) for status in (429, 502, 503, 504))],
    ids=["lost", "429", "502", "503", "504"],
)
def test_a_call_is_repeated_while_trino_is_busy(trouble: Answer) -> None:
    with trino_stub(trouble, page(), trouble, trouble, page(data=[[1]], more=False)) as stub:
        assert data(stub) == [[[1]]]

    gets = [each.target for each in stub.received if each.method == "GET"]
    assert len(gets) == 3
    assert len(set(gets)) == 1


@pytest.mark.parametrize(
    ("answer", "text", "retryable"),
    [
        (Answer(lost=True), "Trino cannot be reached (", True),
        (Answer(status=503), "Trino cannot be reached (HTTP status 503)", True),
        (Answer(status=404), "Trino has forgotten the statement, as after a restart", True),
        (Answer(status=410), "Trino has forgotten the statement, as after a restart", True),
        (Answer(status=401), "Trino refuses the credentials of this endpoint", False),
        (Answer(status=403), "Trino refuses the credentials of this endpoint", False),
        (Answer(status=500, text="oops"), "Trino answered with HTTP status 500: oops", False),
        (Answer(text="<html>"), "The server at the URL of Trino does not answer as", False),
    ],
)
def test_what_trino_cannot_answer_fails(answer: Answer, text: str, retryable: bool) -> None:
    with trino_stub(page(), answer) as stub, pytest.raises(StatementFailure) as failure:
        data(stub, AT_ONCE)

    assert str(failure.value).startswith(f"GENERIC_INTERNAL_ERROR: {text}")
    assert failure.value.category is ErrorCategory.SYSTEM
    assert failure.value.retryable is retryable


def test_a_trino_that_is_down_fails() -> None:
    with trino_stub() as stub:
        url = stub.url

    with pytest.raises(StatementFailure, match="Trino cannot be reached") as failure:
        list(TrinoClient(TrinoServer(url), AT_ONCE).pages("q", "s"))

    assert failure.value.retryable


def test_a_trino_that_does_not_answer_fails() -> None:
    limits = TrinoLimits(read_seconds=0.01, retry_seconds=0)

    with trino_stub(Answer(held=True)) as stub, pytest.raises(StatementFailure, match="timed out"):
        data(stub, limits)


def test_closing_early_cancels_at_the_page_that_is_next() -> None:
    with trino_stub(page(), page(data=[[1]])) as stub:
        with closing(client(stub).pages("q", "s")) as pages:
            next(pages)
            next(pages)

        assert stub.received[-1].method == "DELETE"
        assert stub.received[-1].target == "/v1/statement/queued/q/slug/2"


def test_a_finished_statement_is_not_cancelled() -> None:
    with trino_stub(page(more=False)) as stub:
        with closing(client(stub).pages("q", "s")) as pages:
            next(pages)

        assert stub.methods() == ["POST"]


def test_a_poll_in_flight_is_broken_off_and_cancelled() -> None:
    given_up = threading.Event()

    with trino_stub(page(), Answer(held=True)) as stub:
        trino = client(stub)
        outcome: list[BaseException] = []

        def read() -> None:
            try:
                list(trino.pages("q", "s", given_up.is_set))
            except Abandoned as abandoned:
                outcome.append(abandoned)

        reader = threading.Thread(target=read)
        reader.start()
        assert stub.holds.wait(120)
        given_up.set()
        trino.abort()
        reader.join(120)

        assert stub.methods() == ["POST", "GET", "DELETE"]
        assert [type(each) for each in outcome] == [Abandoned]


def test_an_abort_that_nobody_meant_repeats_the_poll() -> None:
    with trino_stub(page(), Answer(held=True), page(data=[[1]], more=False)) as stub:
        trino = client(stub)
        found: list[Any] = []
        reader = threading.Thread(target=lambda: found.extend(trino.pages("q", "s")))
        reader.start()
        assert stub.holds.wait(120)
        trino.abort()
        reader.join(120)

    assert found[-1]["data"] == [[1]]
