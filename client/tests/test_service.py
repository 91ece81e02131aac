"""What the client does with the real service."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from data_hist_client import (
    AsyncClient,
    Client,
    InvalidSql,
    NotFound,
    QueryState,
    QueryTimeout,
    StatementNotAllowed,
    UsageError,
)

from tests.service import ENDLESS

MANY = "SELECT n, CAST(n AS decimal(12, 2)) AS amount FROM UNNEST(sequence(1, 2500)) AS t(n)"


def test_errors_show_where(client: Client) -> None:
    with pytest.raises(StatementNotAllowed) as guarded:
        client.query("SELECT *\nFROM events\nWHERE lenght(tags) = 1")
    with pytest.raises(InvalidSql) as planned:
        client.query("SELECT tagz FROM events")

    assert str(guarded.value).splitlines()[1:] == [
        "3 | WHERE lenght(tags) = 1",
        "  |       ^",
    ]
    assert guarded.value.suggestions == ("length",)
    assert str(planned.value).splitlines()[1:] == ["1 | SELECT tagz FROM events", "  |        ^"]


def test_an_estimate_runs_nothing(client: Client) -> None:
    estimate = client.estimate(
        "SELECT * FROM events WHERE time >= ? AND arrived < ?",
        [datetime(2026, 11, 20, 5), datetime(2026, 11, 20, 6)],
    )

    assert estimate.bounded
    assert (estimate.scanned_bytes or 0) > 0
    with pytest.raises(StatementNotAllowed):
        client.estimate("DROP TABLE events")


def test_queries_and_their_results_are_found_again(client: Client) -> None:
    marker = "SELECT 'found again' AS x"
    asked = client.query(marker)

    (found, *_) = client.queries(text="FOUND AGAIN")

    assert (found.query_id, found.sql, found.status) == (asked.query.query_id, marker, "FINISHED")
    assert client.result(found.query_id).rows() == [("found again",)]
    with pytest.raises(NotFound):
        client.status("00000000-0000-0000-0000-000000000000")


def test_lists_are_read_page_by_page(client: Client) -> None:
    for number in range(3):
        client.query(f"SELECT {number} AS paged")

    assert len(client.queries(2)) == 2
    assert len({each.query_id for each in client.queries(60, text="paged")}) == 3


def test_the_tables_and_who_asks(client: Client) -> None:
    events = next(table for table in client.tables() if table.name == "events")

    assert {"time", "service"} <= {column.name for column in events.columns}
    assert client.session()["operator"] is True


def test_a_saved_question(client: Client) -> None:
    saved = client.save_question("One", "SELECT 1")

    assert saved in client.saved_questions()
    client.delete_question(saved.id)
    assert saved not in client.saved_questions()


def test_the_same_question_is_answered_from_its_result(client: Client) -> None:
    sql = "SELECT count(*) AS reused FROM events"
    client.query(sql)

    assert client.query(sql, max_age_minutes=5).query.reused


def test_a_tenant_sees_its_own_rows(url: str) -> None:
    with Client(url, tenant=11001) as tenant:
        assert tenant.query("SELECT count(*) FROM events").rows() == [(10,)]
        assert tenant.session()["tenant"] == 11001


def interrupt(_: QueryState) -> None:
    raise KeyboardInterrupt


def newest(client: Client, text: str) -> QueryState:
    return client.queries(1, text=text)[0]


def test_an_interrupt_cancels_the_query(client: Client) -> None:
    with pytest.raises(KeyboardInterrupt):
        client.query(f"{ENDLESS} AND 'watched' <> ''", watch=interrupt)

    assert newest(client, "watched").status == "CANCELLED"


def test_an_interrupt_before_the_response_cancels_the_query(url: str, client: Client) -> None:
    class Interrupted(httpx.HTTPTransport):
        """The submit arrives, and its response does not."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/query"):
                body = request.content.replace(b'"wait_seconds":20', b'"wait_seconds":0')
                headers = {**request.headers, "content-length": str(len(body))}
                super().handle_request(
                    httpx.Request("POST", request.url, headers=headers, content=body)
                )
                raise KeyboardInterrupt
            return super().handle_request(request)

    sql = f"{ENDLESS} AND 'unanswered' <> ''"
    with Client(url, transport=Interrupted()) as interrupted, pytest.raises(KeyboardInterrupt):
        interrupted.query(sql)

    assert newest(client, "unanswered").status == "CANCELLED"


def test_a_timeout_cancels_the_query(client: Client) -> None:
    with pytest.raises(QueryTimeout) as raised:
        client.query(ENDLESS, timeout_seconds=1)

    assert client.status(raised.value.query_id or "").status == "CANCELLED"


def test_a_started_query_is_cancelled(client: Client) -> None:
    query = client.submit(ENDLESS)

    assert query.cancel().status == "CANCELLED"
    assert query.refresh().status == "CANCELLED"


def test_the_asynchronous_client_does_the_same(url: str, tmp_path: Path) -> None:
    async def ask() -> None:
        async with AsyncClient(url) as client:
            result = await client.query(MANY)
            rows = await result.rows()
            assert len(rows) == 2500
            assert (await result.to_arrow()).num_rows == 2500
            assert (await result.to_polars()).height == len(await result.to_pandas()) == 2500
            assert len(await result.to_duckdb()) == 2500
            assert sum([batch.num_rows async for batch in result.to_batches()]) == 2500
            path = await result.download(tmp_path / "x.csv")
            assert path.read_bytes() == b"".join([chunk async for chunk in result.stream("csv")])
            query = await client.submit("SELECT 1 AS x")
            assert await (await query.wait()).rows() == [(1,)]
            assert (await client.estimate("SELECT 1")).bounded
            assert [table.name for table in await client.tables()]
            assert (await client.queries(1))[0].query_id == query.query_id
            with pytest.raises(StatementNotAllowed):
                await client.query("SHOW TABLES")

    asyncio.run(ask())


def test_many_questions_at_once(url: str) -> None:
    async def ask() -> list[Any]:
        async with AsyncClient(url) as client:
            results = await asyncio.gather(*(client.query("SELECT ?", [n]) for n in range(8)))
            return [(await result.rows())[0][0] for result in results]

    assert asyncio.run(ask()) == list(range(8))


def test_a_cancelled_task_cancels_its_query(url: str, client: Client) -> None:
    sql = f"{ENDLESS} AND 'a task' <> ''"

    async def ask() -> None:
        running = asyncio.Event()
        async with AsyncClient(url) as asked:
            task = asyncio.create_task(asked.query(sql, watch=lambda _: running.set()))
            await running.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(ask())

    assert newest(client, "a task").status == "CANCELLED"


def test_parameters_come_back_as_they_were(client: Client) -> None:
    values = [
        *(None, True, 7, -(2**60), 1.5, "it's", "", Decimal("1.10"), Decimal("-0.001")),
        *(date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, 6), datetime(2026, 1, 2, tzinfo=UTC)),
        *(time(3, 4, 5, 6000), datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=-5)))),
    ]

    (row,) = client.query(f"SELECT {', '.join('?' for _ in values)}", values)

    assert list(row) == values
    assert [type(value) for value in row] == [type(value) for value in values]


@pytest.mark.parametrize("make", [Client, AsyncClient])
@pytest.mark.parametrize(
    "address",
    ["", "localhost:8080", "ftp://x", "http://", "http://user:secret@host/", "http://h:x"],
)
def test_an_address_that_is_none(make: type[Client] | type[AsyncClient], address: str) -> None:
    with pytest.raises(UsageError, match="address") as raised:
        make(address)

    assert "secret" not in str(raised.value)


def test_a_table_tells_its_roles_and_its_fields(client: Client) -> None:
    events = next(table for table in client.tables() if table.name == "events")
    sample = client.fields("events", datetime(2026, 11, 20), datetime(2026, 11, 21, tzinfo=UTC))

    assert events.roles["arrival"] == "arrived"
    assert events.roles["payloads"] == ["data"]
    assert client.query(events.examples[0].sql).rows()
    assert {field.path: field.values for field in sample.fields}["$.level"] == ["INFO"]
    assert (sample.records, sample.fields_left_out) == (20, 0)


def test_an_estimate_shows_where_the_sql_is_wrong(client: Client) -> None:
    with pytest.raises(StatementNotAllowed, match=r"1 \| SELECT lenght"):
        client.estimate("SELECT lenght('a')")


class Told(httpx.BaseTransport):
    """The network, which remembers where requests went."""

    def __init__(self) -> None:
        self._network = httpx.HTTPTransport()
        self.ports: list[int | None] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.ports.append(request.url.port)
        return self._network.handle_request(request)

    def close(self) -> None:
        self._network.close()


def test_a_large_csv_comes_from_s3_itself(url: str, tmp_path: Path) -> None:
    network = Told()
    with Client(url, transport=network) as client:
        result = client.query(MANY)
        path = result.download(tmp_path / "x.csv")

    streamed = httpx.get(f"{url}/v1/data_hist/results/{result.query.query_id}")
    assert path.read_bytes() == streamed.content
    assert network.ports[-1] != httpx.URL(url).port

    async def download() -> Path:
        async with AsyncClient(url) as client:
            again = await client.result(result.query.query_id)
            return await again.download(tmp_path / "y.csv")

    assert asyncio.run(download()).read_bytes() == streamed.content
