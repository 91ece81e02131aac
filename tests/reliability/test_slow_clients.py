"""Many clients that do not get on, and one that does: its answers come all the same."""

import asyncio
import contextlib
import time
from statistics import quantiles
from urllib.parse import urlsplit

import httpx

from tests.e2e.commands import children_of, serving
from tests.reliability.processes import Holding, holding
from tests.support.api_calls import submitted
from tests.support.queries import MANY_ROWS

SLOW_CLIENTS = 300
HEALTHY_REQUESTS = 200
# It only turns a hang into a failure.
BOUND_SECONDS = 120
HALF_A_HEAD = b"GET /v0/data_hist/tables HTTP/1.1\r\nHost: test\r\nX-Any: "
HALF_A_BODY = (
    b"POST /v0/data_hist/query HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n{"
)
UNREAD_STREAMS = 40


async def slow_client(url: str, sent: bytes) -> tuple[bytes, float]:
    """Send the beginning of a request, a byte now and then, and give what ends it, and when."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    began = time.monotonic()
    writer.write(sent)
    status_line = asyncio.create_task(reader.readline())
    while not (await asyncio.wait({status_line}, timeout=1))[0]:
        writer.write(b"x")
    # What was sent after the end may reset the connection.
    with contextlib.suppress(ConnectionResetError):
        await reader.read()
    seconds = time.monotonic() - began
    writer.close()
    return status_line.result(), seconds


async def healthy_client(url: str, path: str) -> list[float]:
    times = []
    async with httpx.AsyncClient(base_url=url, timeout=BOUND_SECONDS) as client:
        for _ in range(HEALTHY_REQUESTS):
            began = time.monotonic()
            assert (await client.get(path)).status_code == 200
            times.append(time.monotonic() - began)
    return times


def spread(times: list[float]) -> str:
    cuts = quantiles(times, n=100)
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"


def test_slow_requests_are_ended_and_the_others_served(endpoint: str) -> None:
    with serving(endpoint, workers=1) as (_, url):
        alone, beside, ended = asyncio.run(besieged(url))

    print(f"\nalone: {spread(alone)}; beside {2 * SLOW_CLIENTS} slow clients: {spread(beside)}")
    print(f"the last slow client was ended after {max(seconds for _, seconds in ended):.1f} s")
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer, _ in ended)


async def besieged(url: str) -> tuple[list[float], list[float], list[tuple[bytes, float]]]:
    path = "/v0/data_hist/tables"
    async with asyncio.timeout(4 * BOUND_SECONDS):
        alone = await healthy_client(url, path)
        slow = [
            asyncio.create_task(slow_client(url, sent))
            for sent in (HALF_A_HEAD, HALF_A_BODY)
            for _ in range(SLOW_CLIENTS)
        ]
        beside = await healthy_client(url, path)
        return alone, beside, list(await asyncio.gather(*slow))


def test_readers_who_do_not_read_take_little_and_no_place(endpoint: str) -> None:
    """More streams are open than requests may be worked on, and none of them is read."""
    with (
        serving(endpoint, workers=1, concurrent_requests=UNREAD_STREAMS // 2) as (process, url),
        httpx.Client(base_url=f"{url}/v0/data_hist", timeout=BOUND_SECONDS) as client,
    ):
        query_id = submitted(client, MANY_ROWS)["query_id"]
        path = f"/results/{query_id}?format=ndjson"
        request = (
            f"GET /v0/data_hist{path} HTTP/1.1\r\nHost: test\r\nAccept-Encoding: identity\r\n\r\n"
        )
        assert len(client.get(path).content) > 0
        before = holding(children_of(process.pid))

        during, answered = asyncio.run(unread(url, request.encode(), client, process.pid))

        print(f"\nbefore {before}\nwith {UNREAD_STREAMS} streams nobody reads {during}")
        assert answered == [200] * 10
        assert during.threads - before.threads < UNREAD_STREAMS


async def unread(
    url: str, request: bytes, client: httpx.Client, master: int
) -> tuple[Holding, list[int]]:
    """Begin to read many streams and go no further; what is held then, and who is answered."""
    parts = urlsplit(url)
    writers = []
    async with asyncio.timeout(2 * BOUND_SECONDS):
        for _ in range(UNREAD_STREAMS):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1024)
            writers.append(writer)
            writer.write(request)
            assert b" 200 OK" in await reader.readline()
        answered = [(await asyncio.to_thread(client.get, "/tables")).status_code for _ in range(10)]
        during = holding(children_of(master))
        for writer in writers:
            writer.transport.abort()
    return during, answered
