"""The service in this process, on a free port, over HTTP like any caller would have it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import httpx
import uvicorn
from pydantic import SecretStr

from data_hist.app import DEFAULT_LIMITS, Limits, create_app, utc_now
from data_hist.athena.client import AthenaClient
from data_hist.catalog.tables import Catalog
from data_hist.observability.request_context import RequestLog
from data_hist.server.limits import DEFAULT_LIMITS as DEFAULT_SERVER_LIMITS
from data_hist.server.limits import ServerLimits
from data_hist.server.protocol import BoundedProtocol
from data_hist.server.worker import Server
from data_hist.settings import Settings
from tests.support.log_lines import REQUEST_LINES

if TYPE_CHECKING:
    from data_hist.observability.tracing import Tracing

# These only turn a hang into a failure.
STOP_SECONDS = 120.0
ANSWER_SECONDS = 120.0
BUCKET = "data-hist-results"


def settings_for(endpoint_url: str, **changes: object) -> Settings:
    """Settings for an embedded endpoint, without tenants unless a change says so."""
    values: dict[str, object] = {
        "region": "local-1",
        "result_bucket": BUCKET,
        "endpoint_url": endpoint_url,
        "access_key_id": SecretStr("local"),
        "secret_access_key": SecretStr("local"),
        "tenant_required": False,
        "status_calls_per_second": 400,
        "sweep_interval_minutes": 0,
        "workers": 1,
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


@contextmanager
def running_service(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    engine: AthenaClient | None = None,
    catalog: Catalog | None = None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    tracing: "Tracing | None" = None,
    server_limits: ServerLimits = DEFAULT_SERVER_LIMITS,
) -> Iterator[httpx.Client]:
    """Run the service and give a client whose base is the API's."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    # Whoever connects before the service has started waits for it in the queue.
    listener.listen()
    config = uvicorn.Config(
        create_app(
            settings,
            engine=engine,
            catalog=catalog,
            clock=clock,
            limits=limits,
            tracing=tracing,
            request_log=RequestLog(REQUEST_LINES),
        ),
        http=BoundedProtocol,
        ws="none",
        log_config=None,
    )
    server = Server(config, server_limits)
    thread = threading.Thread(target=server.run, args=([listener],), name="service")
    thread.start()
    port = listener.getsockname()[1]
    # A connection for each request: a kept one would outlive its server and warn.
    limits = httpx.Limits(max_keepalive_connections=0)
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}/v0/data_hist", timeout=ANSWER_SECONDS, limits=limits
        ) as client:
            yield client
    finally:
        server.stop_soon()
        thread.join(STOP_SECONDS)
        listener.close()


@contextmanager
def connected(client: httpx.Client) -> Iterator[socket.socket]:
    """A connection to the service of a client, for bytes that no client would send."""
    address = (client.base_url.host, client.base_url.port or 0)
    with socket.create_connection(address, timeout=ANSWER_SECONDS) as connection:
        yield connection
