"""What cannot be sent is a UsageError, and an id leads nowhere else."""

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from data_hist_client import AsyncClient, Client, DataHistError, UsageError

from tests.scripted import QUERY_ID, URL, client_of, query

NO_UNICODE = "\ud800"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EARLIEST = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))


@pytest.mark.parametrize(
    "use",
    [
        lambda c: c.query(b"SELECT 1"),
        lambda c: c.query(NO_UNICODE),
        lambda c: c.query("SELECT ?", [NO_UNICODE]),
        lambda c: c.query("SELECT ?", 5),
        lambda c: c.query("SELECT ?", [{"type": "double", "value": math.nan}]),
        lambda c: c.query("SELECT 1", retention_minutes=object()),
        lambda c: c.query("SELECT 1", timeout_seconds="5"),
        lambda c: c.query("SELECT 1", timeout_seconds=math.nan),
        lambda c: c.submit("SELECT ?", object()),
        lambda c: c.estimate(None),
        lambda c: c.queries("5"),
        lambda c: c.queries(text=NO_UNICODE),
        lambda c: c.saved_questions("5"),
        lambda c: c.save_question(object(), "state"),
        lambda c: c.fields("events", date(2026, 1, 1), NOW),
        lambda c: c.fields("events", EARLIEST, NOW),
        lambda c: c.fields(NO_UNICODE, NOW, NOW),
        lambda c: c.status(5),
        lambda c: c.status(""),
        lambda c: c.status(".."),
        lambda c: c.cancel("."),
        lambda c: c.delete_question(None),
    ],
)
def test_an_argument_that_cannot_be_sent_is_said(use: Callable[[Client], Any]) -> None:
    def nothing(_: httpx.Request) -> httpx.Response:
        return httpx.Response(400)

    with pytest.raises(UsageError):
        use(client_of(nothing))


@pytest.mark.parametrize(
    ("query_id", "path"),
    [
        ("../queries", "..%2Fqueries"),
        ("a b\n", "a%20b%0A"),
        ("a?b#c", "a%3Fb%23c"),
        ("\u00e9", "%C3%A9"),
    ],
)
def test_an_id_is_one_segment_of_a_path(query_id: str, path: str) -> None:
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.partition(b"?")[0])
        return httpx.Response(404)

    client = client_of(answer)
    for use in (client.status, client.cancel, client.delete_question):
        with pytest.raises(DataHistError):
            use(query_id)

    below = [each.removeprefix(b"/v1/data_hist/").decode() for each in asked]
    assert below == [f"status/{path}", f"query/{path}", f"saved/{path}"]


@pytest.mark.parametrize(
    ("url", "options"),
    [
        (None, {}),
        ("nowhere", {}),
        ("http://user:password@host", {}),
        ("http://[::1", {}),
        ("http://xn--a", {}),
        ("http://host", {"headers": {"X-Name": "\u20ac"}}),
        ("http://host", {"auth": ("user",)}),
    ],
)
def test_an_address_that_cannot_be_used_is_said(url: Any, options: dict[str, Any]) -> None:
    def nothing(_: httpx.Request) -> httpx.Response:
        return httpx.Response(400)

    with pytest.raises(UsageError):
        Client(url, transport=httpx.MockTransport(nothing), **options).tables()


@pytest.mark.parametrize(
    "use",
    [
        lambda client, result: client.query("SELECT 1"),
        lambda client, result: client.status(QUERY_ID),
        lambda client, result: result.rows(),
        lambda client, result: list(result.to_batches()),
        lambda client, result: list(result.stream("csv")),
    ],
)
def test_a_closed_client_says_so(use: Callable[[Client, Any], Any]) -> None:
    client = client_of(lambda _: httpx.Response(200, json=query()))
    result = client.query("SELECT 1")
    client.close()

    with pytest.raises(UsageError, match="closed"):
        use(client, result)


def test_a_closed_asynchronous_client_says_so() -> None:
    async def use_when_closed() -> list[BaseException | Any]:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json=query()))
        async with AsyncClient(URL, transport=transport) as client:
            result = await client.query("SELECT 1")
        uses = (client.query("SELECT 1"), client.status(QUERY_ID), result.rows(), result.to_arrow())
        return await asyncio.gather(*uses, return_exceptions=True)

    found = asyncio.run(use_when_closed())

    assert [str(error) for error in found] == ["The client is closed."] * 4
    assert {type(error) for error in found} == {UsageError}


def test_a_timeout_may_be_without_end() -> None:
    client = client_of(lambda _: httpx.Response(200, json=query()))

    assert client.query("SELECT 1", timeout_seconds=math.inf).query.status == "FINISHED"
