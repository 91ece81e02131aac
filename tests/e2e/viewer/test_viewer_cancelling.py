"""Nobody pays for what nobody waits for: a new question or a closed tab cancels what still runs."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.browser import needs_chromium
from tests.e2e.gateway import PASSWORD, needs_nginx, running_gateway
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.viewer_page import ViewerPage
from tests.reliability.fault_proxy import Exchange, fault_proxy, on, service_operation
from tests.support.endpoint import running_endpoint
from tests.support.log_lines import DEADLINE_SECONDS, log_lines
from tests.support.running_service import running_service, settings_for
from tests.support.waiting import wait_until

pytestmark = needs_chromium

ENDLESS = "SELECT sum(a.n % 7) FROM {} CROSS JOIN {} CROSS JOIN {}".format(
    *(f"UNNEST(sequence(1, 10000)) AS {name}(n)" for name in "abc")
)
FOLLOWED = re.compile("/status/([^?]+)")
ACTIVE = {"QUEUED", "RUNNING"}


directly_and_behind_the_gateway = pytest.mark.parametrize(
    "behind_gateway", [False, pytest.param(True, marks=needs_nginx)], ids=["direct", "gateway"]
)


@pytest.fixture
def busy_service(sample_archive: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    """A service whose Athena runs one query at a time, and that one does not end by itself."""
    with (
        running_endpoint(sample_archive, tmp_path, workers=1, threads=1) as url,
        running_service(settings_for(url)) as client,
    ):
        blocker = client.post("/query", json={"query": ENDLESS}).json()["query_id"]
        wait_until(lambda: statuses(client).get(blocker) == "RUNNING", "the blocker runs")
        yield client
        client.delete(f"/query/{blocker}")


def statuses(service: httpx.Client) -> dict[str, str]:
    queries = service.get("/queries", params={"limit": 50}).json()["queries"]
    return {query["query_id"]: query["status"] for query in queries}


def active(service: httpx.Client) -> int:
    return sum(status in ACTIVE for status in statuses(service).values())


def test_each_new_range_cancels_the_queries_of_the_last(
    open_viewer: OpenViewer, busy_service: httpx.Client
) -> None:
    viewer = open_viewer(of=busy_service)
    expect(viewer.button("Stop")).to_be_visible()
    most = wait_until(lambda: active(busy_service) > 1 and active(busy_service), "it is asked")

    for _ in range(4):
        viewer.button("Earlier").click()
    wait_until(lambda: len(statuses(busy_service)) > most, "the last range is asked for")
    wait_until(lambda: 1 < active(busy_service) <= most, "the others are cancelled")
    viewer.button("Stop").first.click()
    wait_until(lambda: active(busy_service) == 1, "the last one is cancelled")

    ended = [status for status in statuses(busy_service).values() if status not in ACTIVE]
    assert set(ended) == {"CANCELLED"}


def test_a_closed_tab_cancels_its_queries(
    open_viewer: OpenViewer, busy_service: httpx.Client
) -> None:
    viewer = open_viewer(of=busy_service)
    expect(viewer.button("Stop")).to_be_visible()
    wait_until(lambda: active(busy_service) > 1, "it is asked")
    earlier = set(statuses(busy_service))
    followed: set[str] = set()
    viewer.page.on("request", lambda request: followed.update(FOLLOWED.findall(request.url)))
    # Asks for other rows, and knows the id of their query once it follows it. The histogram's price
    # waits behind the query that does not end.
    viewer.button("Earlier").click()
    wait_until(lambda: viewer.page.title() and followed - earlier, "the rows' query is followed")

    viewer.page.close(run_before_unload=True)

    wait_until(lambda: active(busy_service) == 1, "its queries are cancelled")
    assert "CANCELLED" in statuses(busy_service).values()


@directly_and_behind_the_gateway
def test_a_tab_closed_before_the_reply_of_its_submit_cancels_the_query(
    windows: Callable[..., BrowserContext],
    sample_archive: Path,
    tmp_path: Path,
    *,
    behind_gateway: bool,
) -> None:
    started, let_go = threading.Event(), threading.Event()

    async def held(exchange: Exchange) -> None:
        answer = await exchange.answer()
        started.set()
        await asyncio.to_thread(let_go.wait, DEADLINE_SECONDS)
        await exchange.send(answer.head + answer.body)

    with (
        running_endpoint(sample_archive, tmp_path) as url,
        fault_proxy(url) as athena,
        running_service(settings_for(athena.url)) as client,
        shown(str(client.base_url), tmp_path, behind_gateway=behind_gateway) as address,
    ):
        viewer = with_endless_statement(windows, address)
        page = viewer.page
        athena.spoil(on(held, "StartQueryExecution"))
        viewer.sql.get_by_role("button", name="Run").click()
        wait_until(lambda: page.title() and started.is_set(), "Athena has started it")

        with log_lines() as lines:
            page.close(run_before_unload=True)
            wait_until(lambda: "client_left" in lines.text, "the service knows")
            let_go.set()

        wait_until(lambda: set(statuses(client).values()) == {"CANCELLED"}, "it is cancelled")


@directly_and_behind_the_gateway
def test_a_tab_closed_while_the_reply_of_its_submit_is_on_its_way_cancels_the_query(
    windows: Callable[..., BrowserContext],
    sample_archive: Path,
    tmp_path: Path,
    *,
    behind_gateway: bool,
) -> None:
    replied = threading.Event()

    async def lost(exchange: Exchange) -> None:
        await exchange.answer()
        replied.set()
        await exchange.until_gone()

    with (
        running_endpoint(sample_archive, tmp_path) as url,
        running_service(settings_for(url)) as client,
        fault_proxy(str(client.base_url), service_operation) as service,
        shown(service.url, tmp_path, behind_gateway=behind_gateway) as address,
    ):
        viewer = with_endless_statement(windows, address)
        # The service has written it whole, and sees nobody leave.
        service.spoil(on(lost, "POST query", marker="Idempotency-Key", times=1))
        viewer.sql.get_by_role("button", name="Run").click()
        wait_until(lambda: viewer.page.title() and replied.is_set(), "the service has replied")
        assert active(client) == 1

        viewer.page.close(run_before_unload=True)

        wait_until(lambda: set(statuses(client).values()) == {"CANCELLED"}, "it is cancelled")
        assert len(statuses(client)) == 1


def with_endless_statement(windows: Callable[..., BrowserContext], address: str) -> ViewerPage:
    """A viewer whose statement has its price and waits to be run."""
    page = windows(http_credentials={"username": "operator", "password": PASSWORD}).new_page()
    page.goto(f"{address}/v1/data_hist/viewer/#sql={quote(ENDLESS)}")
    viewer = ViewerPage(page)
    expect(viewer.sql.get_by_role("status", name="Price")).to_contain_text("bounded")
    return viewer


@contextmanager
def shown(service_url: str, folder: Path, *, behind_gateway: bool) -> Iterator[str]:
    """The address at which a browser finds the service."""
    service = httpx.URL(service_url)
    if not behind_gateway:
        yield f"http://{service.netloc.decode()}"
        return
    (folder / "gateway").mkdir()
    port = service.port
    assert port is not None
    with running_gateway(folder / "gateway", port) as url:
        yield url
