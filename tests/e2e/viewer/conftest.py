"""The service over the sample archive, and windows on its viewer which note what goes wrong."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.browser import DEADLINE_MILLISECONDS, running_browser
from tests.e2e.viewer.archive import LAST_DAY, NOW, count_of, write_archive
from tests.e2e.viewer.screens import DESK, HEIGHT
from tests.e2e.viewer.viewer_page import ViewerPage
from tests.e2e.viewer.watch import Watch
from tests.reliability.fault_proxy import FaultProxy, fault_proxy, service_operation
from tests.support.endpoint import running_endpoint
from tests.support.running_service import running_service, settings_for

OpenViewer = Callable[..., ViewerPage]
# Nothing here becomes old enough to be archived.
A_CENTURY_OF_DAYS = 36_500


@pytest.fixture(scope="session")
def sample_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_archive(folder)
    return folder


@pytest.fixture(scope="session")
def sample_endpoint(
    sample_archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with running_endpoint(sample_archive, tmp_path_factory.mktemp("state")) as url:
        yield url


@pytest.fixture(scope="session")
def service(sample_endpoint: str) -> Iterator[httpx.Client]:
    """The service without tenants: everybody is the operator."""
    settings = settings_for(sample_endpoint, archived_after_days=A_CENTURY_OF_DAYS)
    with running_service(settings) as client:
        yield client


@pytest.fixture(scope="session")
def tenants_service(sample_endpoint: str) -> Iterator[httpx.Client]:
    """The service with tenants, which a gateway would name."""
    settings = settings_for(
        sample_endpoint, archived_after_days=A_CENTURY_OF_DAYS, tenant_required=True
    )
    with running_service(settings) as client:
        yield client


@pytest.fixture(scope="session")
def kept_proxy(service: httpx.Client) -> Iterator[FaultProxy]:
    address = f"http://{service.base_url.netloc.decode()}"
    with fault_proxy(address, service_operation) as proxy:
        yield proxy


@pytest.fixture
def proxy(kept_proxy: FaultProxy) -> Iterator[FaultProxy]:
    """A proxy between the browser and the service without tenants, which spoils nothing yet."""
    with kept_proxy.spoiling(lambda _: None):
        yield kept_proxy


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for this folder, whose tests run no event loop in their thread."""
    with running_browser() as browser:
        yield browser


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def windows(browser: Browser, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """Open windows of new profiles; fail if something went wrong in one of them."""
    with ExitStack() as opened:

        def window(**options: object) -> BrowserContext:
            context = opened.enter_context(
                browser.new_context(
                    viewport={"width": DESK.width, "height": HEIGHT},
                    color_scheme=DESK.colours,
                    reduced_motion="reduce",
                    locale="en-GB",
                    timezone_id="Europe/Berlin",
                    permissions=["clipboard-read", "clipboard-write"],
                    **options,
                )
            )
            context.set_default_timeout(DEADLINE_MILLISECONDS)
            context.clock.set_fixed_time(NOW)
            watch.follow(context)
            return context

        yield window
    assert watch.unannounced() == []


@pytest.fixture
def open_viewer(windows: Callable[..., BrowserContext], service: httpx.Client) -> OpenViewer:
    """Open the viewer of a service, by default of that without tenants, in a new profile."""

    def opened(
        fragment: str = "",
        *,
        of: httpx.Client | str = service,
        tenant: int | None = None,
    ) -> ViewerPage:
        headers = {} if tenant is None else {"X-Trebuchet-Tenant-Id": str(tenant)}
        page = windows(extra_http_headers=headers).new_page()
        address = of if isinstance(of, str) else f"http://{of.base_url.netloc.decode()}"
        page.goto(f"{address}/v1/data_hist/viewer/{fragment}" if fragment else f"{address}/")
        return ViewerPage(page)

    return opened


@pytest.fixture
def loaded(open_viewer: OpenViewer, service: httpx.Client, proxy: FaultProxy) -> ViewerPage:
    """The viewer behind the proxy, with the rows and the histogram of the newest day."""
    viewer = open_viewer(of=proxy.url)
    viewer.has_ended(count_of(service, LAST_DAY))
    expect(viewer.chart).to_be_visible()
    return viewer
