"""Swagger UI as a person uses it: a real browser, "Try it out", and the rows on the page."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from tests.e2e.gateway import needs_nginx, running_prefix_proxy
from tests.e2e.swagger_ui import SwaggerUi
from tests.support.api_calls import submitted
from tests.support.contract import SPEC, operations

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
if CHROMIUM is None or DRIVER is None:
    pytest.skip("chromium and chromedriver are not installed", allow_module_level=True)

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,2000",
)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def test_submit_status_and_next_by_try_it_out(
    browser: webdriver.Chrome, client: httpx.Client
) -> None:
    ui = SwaggerUi(browser)
    ui.open(f"{client.base_url}ui/")

    status, submitted = ui.try_out(
        "submit_query", {"query": "SELECT count(*) AS records FROM events"}
    )
    assert status == 200
    query_id = submitted["query_id"]

    status, followed = ui.try_out("get_status", query_id=query_id, wait_seconds="30")
    assert (status, followed["status"]) == (200, "FINISHED")

    status, page = ui.try_out("next_page", {"query_id": query_id})
    assert status == 200
    assert page["columns"] == [{"name": "records", "type": "bigint"}]
    assert page["rows"] == [[20]]


def test_another_version_has_a_page_with_examples_of_its_own(
    browser: webdriver.Chrome, client: httpx.Client
) -> None:
    ui = SwaggerUi(browser)
    ui.open(f"{client.base_url}ui/")

    browser.find_element(By.CSS_SELECTOR, "nav[aria-label^='Versions'] a").click()
    ui.wait_for(lambda: urlsplit(browser.current_url).path == "/v1/data_hist/ui/")
    block = ui.begin("submit_query")
    assert ui.execute(block) == 200

    document = ui.answer_of(block)
    assert document["status"] == "FINISHED"
    assert document["query"].startswith("SELECT service, level, count(*) AS events FROM events")


def test_authorize_names_the_tenant(browser: webdriver.Chrome, tenants: httpx.Client) -> None:
    ui = SwaggerUi(browser)
    ui.open(f"{tenants.base_url}ui/")

    assert ui.try_out("list_tables")[0] == 401
    ui.open(f"{tenants.base_url}ui/")
    ui.authorize("tenant", "11000")
    status, document = ui.try_out("list_tables")

    assert status == 200
    assert [table["name"] for table in document["tables"]] == ["events", "metrics", "logs"]


def test_each_operation_runs_as_it_stands(browser: webdriver.Chrome, client: httpx.Client) -> None:
    ui = SwaggerUi(browser)
    ui.open(f"{client.base_url}ui/")

    # The query is submitted first, as on the page.
    statuses = {name: ui.execute(ui.begin(name)) for name in operations(SPEC)}

    assert statuses == dict.fromkeys(operations(SPEC), 200)
    # Nothing was refused by the page's own policy, and nothing comes from another host.
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    loaded = browser.execute_script("return performance.getEntries().map(entry => entry.name)")
    hosts = {urlsplit(name).netloc for name in loaded if name.startswith("http")}
    assert hosts == {urlsplit(str(client.base_url)).netloc}


def test_each_example_of_a_body_runs_as_it_stands(
    browser: webdriver.Chrome, client: httpx.Client
) -> None:
    ui = SwaggerUi(browser)
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


def test_execute_again_reads_the_next_page(browser: webdriver.Chrome, client: httpx.Client) -> None:
    ui = SwaggerUi(browser)
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
    browser: webdriver.Chrome, client: httpx.Client, operation: str
) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]
    ui = SwaggerUi(browser)
    ui.open(f"{client.base_url}ui/")
    assert ui.requests_for("/queries") == []

    block = ui.begin(operation)
    ui.wait_for(lambda: ui.query_id_of(block) == query_id)
    assert ui.execute(block) == 200
    page = ui.begin("next_page")

    # Filled in before it was opened; a field that is open follows the next answer, too.
    assert ui.body_of(page)["query_id"] == query_id
    (asked,) = ui.requests_for("/queries")
    assert urlsplit(asked).query == "status=FINISHED&limit=1"
    _, submitted_here = ui.try_out("submit_query", {"query": "SELECT 2"})
    assert ui.query_id_of(block) == submitted_here["query_id"]


def test_the_newest_query_replaces_the_example_of_a_body(
    browser: webdriver.Chrome, client: httpx.Client
) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]
    ui = SwaggerUi(browser)
    ui.open(f"{client.base_url}ui/")

    block = ui.begin("next_page")
    ui.wait_for(lambda: ui.body_of(block)["query_id"] == query_id)

    assert ui.execute(block) == 200


def test_without_any_query_the_example_stays_and_is_asked_for_once(
    browser: webdriver.Chrome, tenants: httpx.Client
) -> None:
    ui = SwaggerUi(browser)
    ui.open(f"{tenants.base_url}ui/")
    # No tenant is named yet: refused when the operation is opened, and again by "Try it out".
    ui.begin("get_status")
    ui.wait_for(lambda: len(ui.requests_for("/queries")) == 2)

    ui.authorize("tenant", "424242")
    block = ui.begin("cancel_query")
    ui.wait_for(lambda: len(ui.requests_for("/queries")) == 3)
    assert ui.execute(block) == 404
    ui.begin("get_results")

    assert ui.query_id_of(block) == EXAMPLE_QUERY_ID
    assert len(ui.requests_for("/queries")) == 3


def test_an_open_operation_fits_a_phone(browser: webdriver.Chrome, client: httpx.Client) -> None:
    screen = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    ui = SwaggerUi(browser)
    ui.open(f"{client.base_url}ui/")

    block = ui.begin("submit_query")
    ui.wait_for(lambda: bool(block.find_elements(By.CSS_SELECTOR, ".responses-table")))

    assert browser.execute_script("return document.documentElement.scrollWidth") == 390


@needs_nginx
def test_the_page_works_under_a_path_prefix(
    browser: webdriver.Chrome, client: httpx.Client, tmp_path: Path
) -> None:
    service = f"http://{client.base_url.netloc.decode()}"
    folder = tmp_path / "proxy"
    folder.mkdir()
    newest = client.get(f"{service}/start").json()["versions"][-1]["api"].removeprefix("/")
    with running_prefix_proxy(folder, "/archive", service) as url:
        browser.get(f"{url}/archive/start")
        browser.find_element(By.LINK_TEXT, "Swagger UI").click()

        status, document = SwaggerUi(browser).try_out("list_tables")

    assert browser.current_url.startswith(f"{url}/archive/{newest}/ui/")
    assert status == 200
    assert document["tables"]
