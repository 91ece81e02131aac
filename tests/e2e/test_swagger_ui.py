"""Swagger UI as a person uses it: a real browser, "Try it out", and the rows on the page."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.e2e.browser import DEADLINE_MILLISECONDS, needs_chromium
from tests.e2e.gateway import needs_nginx, running_prefix_proxy
from tests.e2e.swagger_ui import SwaggerUi
from tests.support.api_calls import submitted
from tests.support.contract import SPEC, operations
from tests.support.waiting import wait_until

pytestmark = needs_chromium


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1200, "height": 2000}) as context:
        context.set_default_timeout(DEADLINE_MILLISECONDS)
        yield context.new_page()


def test_submit_status_and_next_by_try_it_out(page: Page, client: httpx.Client) -> None:
    ui = SwaggerUi(page)
    ui.open(f"{client.base_url}ui/")

    status, submitted = ui.try_out(
        "submit_query", {"query": "SELECT count(*) AS records FROM events"}
    )
    assert status == 200
    query_id = submitted["query_id"]

    status, followed = ui.try_out("get_status", query_id=query_id, wait_seconds="30")
    assert (status, followed["status"]) == (200, "FINISHED")

    status, rows = ui.try_out("next_page", {"query_id": query_id})
    assert status == 200
    assert rows["columns"] == [{"name": "records", "type": "bigint"}]
    assert rows["rows"] == [[20]]


def test_another_version_has_a_page_with_examples_of_its_own(
    page: Page, client: httpx.Client
) -> None:
    ui = SwaggerUi(page)
    ui.open(f"{client.base_url}ui/")

    page.locator("nav[aria-label^='Versions'] a").click()
    page.wait_for_url("**/v1/data_hist/ui/")
    block = ui.begin("submit_query")
    assert ui.execute(block) == 200

    document = ui.answer_of(block)
    assert document["status"] == "FINISHED"
    assert document["query"].startswith("SELECT service, level, count(*) AS events FROM events")


def test_authorize_names_the_tenant(page: Page, tenants: httpx.Client) -> None:
    ui = SwaggerUi(page)
    ui.open(f"{tenants.base_url}ui/")

    assert ui.try_out("list_tables")[0] == 401
    ui.open(f"{tenants.base_url}ui/")
    ui.authorize("tenant", "11000")
    status, document = ui.try_out("list_tables")

    assert status == 200
    assert [table["name"] for table in document["tables"]] == ["events", "metrics", "logs"]


OF_ONE_SAVED = {"get_saved", "replace_saved", "delete_saved"}


def test_each_operation_runs_as_it_stands(page: Page, client: httpx.Client) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.extend(_error_of(message)))
    ui = SwaggerUi(page)
    ui.open(f"{client.base_url}ui/")

    # The query is submitted first, as on the page. A saved question has an id of its own.
    names = [name for name in operations(SPEC) if name not in OF_ONE_SAVED]
    statuses = {}
    for name in names:
        block = ui.begin(name)
        statuses[name] = ui.execute(block)
        # Each open operation makes the page slower.
        ui.close(block)

    assert statuses == dict.fromkeys(names, 200) | {"create_saved": 201}
    # Nothing was refused by the page's own policy, and nothing comes from another host.
    assert errors == []
    loaded = page.evaluate("performance.getEntries().map(entry => entry.name)")
    hosts = {urlsplit(name).netloc for name in loaded if name.startswith("http")}
    assert hosts == {urlsplit(str(client.base_url)).netloc}


def _error_of(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type == "error" else []


def test_each_example_of_a_body_runs_as_it_stands(page: Page, client: httpx.Client) -> None:
    ui = SwaggerUi(page)
    ui.open(f"{client.base_url}ui/")
    served = client.get("/openapi.json").json()
    bodies = operations(served)["submit_query"]["requestBody"]["content"]["application/json"]
    block = ui.begin("submit_query")

    for key, example in bodies["examples"].items():
        ui.choose_example(block, key)
        assert ui.execute(block) == 200, key
        # What was only checked has no status.
        expected = None if example["value"].get("dry_run") else "FINISHED"
        assert ui.answer_of(block)["status"] == expected, key
        ui.clear(block)


def test_execute_again_reads_the_next_page(page: Page, client: httpx.Client) -> None:
    ui = SwaggerUi(page)
    ui.open(f"{client.base_url}ui/")
    sql = "SELECT n FROM UNNEST(sequence(1, 5)) AS t(n) ORDER BY n"
    _, submitted = ui.try_out("submit_query", {"query": sql, "wait_seconds": 20})

    pages = [ui.try_out("next_page", {"query_id": submitted["query_id"], "results_per_page": 2})[1]]
    block = ui.opened("next_page")
    while pages[-1]["paging_token"]:
        assert ui.body_of(block)["paging_token"] == pages[-1]["paging_token"]
        ui.clear(block)
        assert ui.execute(block) == 200
        pages.append(ui.answer_of(block))

    assert [row for page in pages for row in page["rows"]] == [[1], [2], [3], [4], [5]]
    assert "paging_token" not in ui.body_of(block)


EXAMPLE_QUERY_ID = SPEC["components"]["schemas"]["QueryId"]["example"]


@pytest.mark.parametrize("operation", ["get_status", "get_results", "cancel_query"])
def test_before_a_first_submit_the_newest_finished_query_is_filled_in(
    page: Page, client: httpx.Client, operation: str
) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]
    ui = SwaggerUi(page)
    ui.open(f"{client.base_url}ui/")
    assert ui.requests_for("/queries") == []

    block = ui.begin(operation)
    expect(ui.query_id_field(block)).to_have_value(query_id)
    assert ui.execute(block) == 200
    next_page = ui.begin("next_page")

    # Filled in before it was opened; a field that is open follows the next answer, too.
    assert ui.body_of(next_page)["query_id"] == query_id
    (asked,) = ui.requests_for("/queries")
    assert urlsplit(asked).query == "status=FINISHED&limit=1"
    _, submitted_here = ui.try_out("submit_query", {"query": "SELECT 2"})
    expect(ui.query_id_field(block)).to_have_value(submitted_here["query_id"])


def test_the_newest_query_replaces_the_example_of_a_body(page: Page, client: httpx.Client) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]
    ui = SwaggerUi(page)
    ui.open(f"{client.base_url}ui/")

    block = ui.begin("next_page")
    wait_until(lambda: ui.body_of(block)["query_id"] == query_id, "the newest query")

    assert ui.execute(block) == 200


def test_without_any_query_the_example_stays_and_is_asked_for_once(
    page: Page, tenants: httpx.Client
) -> None:
    ui = SwaggerUi(page)
    ui.open(f"{tenants.base_url}ui/")
    # No tenant is named yet: refused when the operation is opened, and again by "Try it out".
    ui.begin("get_status")
    wait_until(lambda: len(ui.requests_for("/queries")) == 2, "the queries are asked for")

    ui.authorize("tenant", "424242")
    block = ui.begin("cancel_query")
    wait_until(lambda: len(ui.requests_for("/queries")) == 3, "the queries are asked for")
    assert ui.execute(block) == 404
    ui.begin("get_results")

    expect(ui.query_id_field(block)).to_have_value(EXAMPLE_QUERY_ID)
    assert len(ui.requests_for("/queries")) == 3


def test_an_open_operation_fits_a_phone(browser: Browser, client: httpx.Client) -> None:
    screen = {"width": 390, "height": 844}
    with browser.new_context(viewport=screen, device_scale_factor=1, is_mobile=True) as context:
        context.set_default_timeout(DEADLINE_MILLISECONDS)
        page = context.new_page()
        ui = SwaggerUi(page)
        ui.open(f"{client.base_url}ui/")

        ui.begin("submit_query").locator(".responses-table").first.wait_for()

        assert page.evaluate("document.documentElement.scrollWidth") == 390


@needs_nginx
def test_the_page_works_under_a_path_prefix(
    page: Page, client: httpx.Client, tmp_path: Path
) -> None:
    service = f"http://{client.base_url.netloc.decode()}"
    folder = tmp_path / "proxy"
    folder.mkdir()
    newest = client.get(f"{service}/start").json()["versions"][-1]["api"].removeprefix("/")
    with running_prefix_proxy(folder, "/archive", service) as url:
        page.goto(f"{url}/archive/start")
        page.get_by_role("link", name="Swagger UI").first.click()

        status, document = SwaggerUi(page).try_out("list_tables")

    assert page.url.startswith(f"{url}/archive/{newest}/ui/")
    assert status == 200
    assert document["tables"]
