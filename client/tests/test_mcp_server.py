"""An assistant asks the real service through the tools."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import mcp
import pytest
from data_hist_client import AsyncClient, Client, QueryState
from data_hist_client.mcp_answers import Bounds, written
from data_hist_client.mcp_server import mcp_server

from tests.service import ENDLESS
from tests.waiting import wait_until

DAY = "arrived >= TIMESTAMP '2026-11-20' AND arrived < TIMESTAMP '2026-11-21'"
COUNT = f"SELECT count(*) AS n FROM events WHERE {DAY}"
NUMBERS = "SELECT n FROM UNNEST(sequence(1, 3)) AS t(n)"
TEXT = "SELECT 'abcdef' AS x"
BOUNDS = Bounds(scanned_bytes=2**30)
Ask = Callable[..., Any]


@pytest.fixture
def ask(url: str) -> Ask:
    """Call a tool, as an assistant does; gives its result, or the text of its error."""

    async def call(tool: str, arguments: dict[str, Any], bounds: Bounds) -> Any:
        async with AsyncClient(url) as client, mcp.Client(mcp_server(client, bounds)) as assistant:
            result = await assistant.call_tool(tool, arguments)
        (content,) = result.content
        if result.is_error:
            return content.text
        assert content.text == written(result.structured_content)
        return result.structured_content

    def called(tool: str, bounds: Bounds | None = None, **arguments: Any) -> Any:
        return asyncio.run(call(tool, arguments, bounds or BOUNDS))

    return called


def test_the_tools_say_what_they_are_for(url: str) -> None:
    async def list_tools() -> Any:
        async with AsyncClient(url) as client, mcp.Client(mcp_server(client, BOUNDS)) as each:
            return (await each.list_tools()).tools

    tools = asyncio.run(list_tools())

    assert [tool.name for tool in tools] == ["tables", "fields", "estimate", "query"]
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools)


def test_from_a_table_to_an_answer(ask: Ask) -> None:
    tables = ask("tables")["tables"]
    events = next(table for table in tables if table["name"] == "events")
    assert events["roles"]["arrival"] == "arrived"
    assert "SELECT" in events["examples"][0]["sql"]

    (found,) = ask("tables", names=["Events"], columns="ARRIV")["tables"]
    assert [column["name"] for column in found["columns"]] == ["arrived"]

    sample = ask("fields", table="events", start="2026-11-20T00:00:00", end="2026-11-21T00:00:00Z")
    level = next(field for field in sample["fields"] if field["path"] == "$.level")
    assert (level["column"], level["type"], level["values"]) == ("data", "varchar", ["INFO"])
    assert sample["records"] == 20

    sql = f"SELECT service, count(*) AS n FROM events WHERE {DAY} AND service = ? GROUP BY 1"
    estimate = ask("estimate", sql=sql, parameters=["iam-admin"])
    assert estimate["bounded"]
    answer = ask("query", sql=sql, parameters=["iam-admin"])
    assert answer["rows"] == [["iam-admin", 10]]
    assert [column["name"] for column in answer["columns"]] == ["service", "n"]
    assert not answer["more_rows"]
    assert 0 < answer["scanned_bytes"] <= estimate["scanned_bytes"]


@pytest.mark.parametrize(
    ("arguments", "bounds", "rows", "more"),
    [
        ({"sql": NUMBERS}, BOUNDS, [[1], [2], [3]], False),
        ({"sql": NUMBERS, "rows": 2}, BOUNDS, [[1], [2]], True),
        ({"sql": TEXT}, replace(BOUNDS, text_characters=3), [["abc... (6 characters)"]], False),
        (
            {"sql": "SELECT ? AS a, ? AS b, ? AS c", "parameters": [1, "1", None]},
            *(BOUNDS, [[1, "1", None]], False),
        ),
    ],
)
def test_rows_are_bounded(
    ask: Ask, arguments: dict[str, Any], bounds: Bounds, rows: Any, more: bool
) -> None:
    answer = ask("query", bounds, **arguments)

    assert (answer["rows"], answer["more_rows"]) == (rows, more)


def test_a_bounded_sample_says_what_it_leaves_out(ask: Ask) -> None:
    whole = ask("fields", table="events", start="2026-11-20T00:00:00", end="2026-11-21T00:00:00")
    without_last = len(written(whole)) - len(written(whole["fields"][-1]))

    cut = ask(
        "fields",
        replace(BOUNDS, characters=without_last + 1),
        table="events",
        start="2026-11-20T00:00:00",
        end="2026-11-21T00:00:00",
    )

    assert cut["fields"] == whole["fields"][:-1]
    assert cut["fields_left_out"] == 1


@pytest.mark.parametrize(
    ("arguments", "bounds", "told"),
    [
        ({"sql": "SELECT lenght(message) FROM events"}, BOUNDS, "1 | SELECT lenght(message)"),
        ({"sql": "SELECT ? AS a"}, BOUNDS, "parameter"),
        ({"sql": COUNT}, Bounds(scanned_bytes=10), "10 are allowed"),
        ({"sql": "SELECT 1", "rows": 2000}, BOUNDS, "rows"),
    ],
)
def test_an_error_tells_what_to_do(
    ask: Ask, arguments: dict[str, Any], bounds: Bounds, told: str
) -> None:
    assert told in ask("query", bounds, **arguments)


@pytest.mark.parametrize(
    "value",
    [
        {"type": "timestamp", "value": "2026-11-20 00:00:00"},
        {"type": "timestamp with time zone", "value": "2026-11-20 00:00:00 UTC"},
    ],
)
def test_a_time_is_given_with_its_type(ask: Ask, value: dict[str, str]) -> None:
    sql = "SELECT count(*) FROM events WHERE arrived >= ? AND arrived < DATE '2026-11-21'"

    assert ask("estimate", sql=sql, parameters=[value])["bounded"]
    assert ask("query", sql=sql, parameters=[value])["rows"] == [[20]]
    assert "expected" not in ask("query", sql="SELECT ?", parameters=[value])


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("query", {"sql": "SELECT 1", "limit": 5}, "argument limit; it has sql, parameters, rows."),
        ("tables", {"table": "events"}, "argument table; it has names, columns."),
        ("tables", {"names": ["event"]}, "There is no table event; without `names`, all are"),
        ("query", {"sql": "SELECT 1", "rows": 2000}, "rows: Input should be less than or equal"),
        ("query", {}, "sql: Field required"),
        ("query", {"sql": "SELECT ?", "parameters": [[1]]}, "parameters[0]: Input should be a"),
        (
            *("query", {"sql": "SELECT ?", "parameters": [{"type": "date", "text": "x"}]}),
            "parameters[0]: Input should be a valid string, or: ",
        ),
        ("fields", {"table": "events", "start": "soon", "end": "2026-11-21"}, "start: Input"),
        (
            *("fields", {"table": "events", "end": "2026-11-21T00:00:00"}),
            "start: Field required",
        ),
        (
            *(
                "fields",
                {"table": "events", "end": "2026-11-21", "start": "0001-01-01T00:00:00+14:00"},
            ),
            "years 1 to 9999",
        ),
    ],
)
def test_an_argument_that_does_not_fit_is_said(
    ask: Ask, tool: str, arguments: dict[str, Any], told: str
) -> None:
    said = ask(tool, **arguments)

    assert told in said
    assert "http" not in said


def test_a_refused_query_is_not_run(ask: Ask, client: Client) -> None:
    before = client.queries(1)

    ask("query", Bounds(scanned_bytes=10), sql=COUNT)

    assert client.queries(1) == before


def test_a_cancelled_call_cancels_its_query(url: str, client: Client) -> None:
    sql = f"{ENDLESS} AND 7 = 7"

    def state() -> QueryState | None:
        return next((each for each in client.queries(20) if each.sql == sql), None)

    def is_cancelled() -> bool:
        found = state()
        return found is not None and found.status == "CANCELLED"

    async def cancel_while_it_runs() -> None:
        async with AsyncClient(url) as asked, mcp.Client(mcp_server(asked, BOUNDS)) as assistant:
            call = asyncio.create_task(assistant.call_tool("query", {"sql": sql}))
            await asyncio.to_thread(wait_until, state, "the query")
            call.cancel()
            await asyncio.wait([call])
            await asyncio.to_thread(wait_until, is_cancelled, "its cancel")

    asyncio.run(cancel_while_it_runs())


@pytest.fixture(autouse=True)
def _no_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Neither SQL nor rows reach a log."""
    yield
    assert "SELECT" not in caplog.text
