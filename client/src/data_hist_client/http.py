"""Carries out flows and downloads over httpx, which the rest of the client does not know."""

import contextlib
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, TypeVar

import anyio
import httpx

from data_hist_client.downloads import Download
from data_hist_client.errors import DataHistError, ServiceUnreachable, UsageError
from data_hist_client.http_requests import TIMEOUT, bare_request, built, sendable
from data_hist_client.messages import Broken, Flow, Pause, Reply, Request
from data_hist_client.retries import error_of
from data_hist_client.storage_transport import StorageTransport

_T = TypeVar("_T")

TENANT_HEADER = "X-Trebuchet-Tenant-Id"
NEWEST_VERSION = "/v1/data_hist"


class Restarted:
    """Among the bytes of a download: what came before does not count."""


@dataclass(frozen=True)
class Address:
    """Where the service is, and who asks.

    Attributes:
        url: The address, with or without the path of a version, such as `/v1/data_hist`.
        auth: User and password, or an authentication of httpx.
        tenant: The number of the tenant, if no gateway names it.
        headers: Further headers of each request.
        tenant_header: The header that names the tenant.
    """

    url: str
    auth: tuple[str, str] | httpx.Auth | None = field(default=None, repr=False)
    tenant: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tenant_header: str = TENANT_HEADER

    def options(self) -> dict[str, Any]:
        """Return arguments for a client of httpx.

        Raises:
            UsageError: The address is none of HTTP, or holds a password.
        """
        headers = {
            "User-Agent": f"data-hist-client/{version('data-hist-client')}",
            "Accept": "*/*",
            **self.headers,
        }
        if self.tenant is not None:
            headers[self.tenant_header] = str(self.tenant)
        return {
            "base_url": self.base_url(),
            "auth": self.auth,
            "headers": headers,
            "timeout": TIMEOUT,
        }

    def base_url(self) -> str:
        """Return the address of the API.

        Raises:
            UsageError: The address is none of HTTP, or holds a password.
        """
        if not re.match(r"(?i:https?)://[^/@]+(/|$)", str(self.url)):
            raise UsageError(
                "The address must be like https://host/v1/data_hist, without user and password."
            )
        url = self.url.rstrip("/")
        return url if url.endswith("/data_hist") else url + NEWEST_VERSION


class SyncDriver:
    """Carries out flows, one after the other.

    Args:
        address: Where the service is.
        transport: What sends requests, in place of the network.
        sleep: How to wait, in seconds.
    """

    def __init__(
        self,
        address: Address,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        with sendable("The address, a header or the credentials"):
            self._http = httpx.Client(**address.options(), transport=transport)
        self._storage = transport or StorageTransport()
        self._sleep = sleep

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self._storage.close()

    def run(self, flow: Flow[_T]) -> _T:
        """Carry out a flow and return its result."""
        outcome: Reply | Broken | None = None
        with contextlib.closing(flow):
            while True:
                try:
                    step = flow.send(outcome)
                except StopIteration as end:
                    result: _T = end.value
                    return result
                outcome = self._perform(step)

    def stream(self, download: Download) -> Iterator[bytes | type[Restarted]]:
        """Read a result to its end; it goes on, or begins again, when the connection breaks."""
        while True:
            error: DataHistError
            try:
                with self._opened(download) as response:
                    if response.is_success:
                        if not download.begin(_head(response)):
                            yield Restarted
                        for chunk in response.iter_raw():
                            download.count(len(chunk))
                            yield chunk
                        return
                    response.read()
                    error = error_of(_reply(response))
            except httpx.RequestError as broken:
                error = ServiceUnreachable(_reason(broken))
            self._sleep(download.pause_after(error))

    @contextlib.contextmanager
    def _opened(self, download: Download) -> Iterator[httpx.Response]:
        asked = download.link_request()
        if asked is not None:
            download.take_link(self._perform(asked))
        request = download.request()
        if download.link is None:
            sent = self._http.send(built(self._http, request), stream=True)
            with contextlib.closing(sent) as response:
                yield response
            return
        bare = bare_request(request)
        with _naming(bare), contextlib.closing(self._storage.handle_request(bare)) as response:
            response.request = bare
            yield response

    def _perform(self, step: Request | Pause) -> Reply | Broken | None:
        if isinstance(step, Pause):
            self._sleep(step.seconds)
            return None
        try:
            return _reply(self._http.send(built(self._http, step)))
        except httpx.RequestError as error:
            return Broken(_reason(error))


class AsyncDriver:
    """Carries out flows; many tasks may share it, on asyncio or trio.

    Args:
        address: Where the service is.
        transport: What sends requests, in place of the network.
    """

    def __init__(self, address: Address, transport: httpx.AsyncBaseTransport | None = None) -> None:
        with sendable("The address, a header or the credentials"):
            self._http = httpx.AsyncClient(**address.options(), transport=transport)
        self._storage = transport

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
        if self._storage is not None:
            await self._storage.aclose()

    async def run(self, flow: Flow[_T]) -> _T:
        """Carry out a flow and return its result."""
        outcome: Reply | Broken | None = None
        with contextlib.closing(flow):
            while True:
                try:
                    step = flow.send(outcome)
                except StopIteration as end:
                    result: _T = end.value
                    return result
                outcome = await self._perform(step)

    async def stream(self, download: Download) -> AsyncIterator[bytes | type[Restarted]]:
        """Read a result to its end; it goes on, or begins again, when the connection breaks."""
        while True:
            error: DataHistError
            try:
                async with self._opened(download) as response:
                    if response.is_success:
                        if not download.begin(_head(response)):
                            yield Restarted
                        async for chunk in response.aiter_raw():
                            download.count(len(chunk))
                            yield chunk
                        return
                    await response.aread()
                    error = error_of(_reply(response))
            except httpx.RequestError as broken:
                error = ServiceUnreachable(_reason(broken))
            await anyio.sleep(download.pause_after(error))

    @contextlib.asynccontextmanager
    async def _opened(self, download: Download) -> AsyncIterator[httpx.Response]:
        asked = download.link_request()
        if asked is not None:
            download.take_link(await self._perform(asked))
        request = download.request()
        if download.link is None:
            sent = await self._http.send(built(self._http, request), stream=True)
            async with contextlib.aclosing(sent) as response:
                yield response
            return
        if self._storage is None:
            self._storage = httpx.AsyncHTTPTransport()
        bare = bare_request(request)
        with _naming(bare):
            response = await self._storage.handle_async_request(bare)
            async with contextlib.aclosing(response):
                response.request = bare
                yield response

    async def _perform(self, step: Request | Pause) -> Reply | Broken | None:
        if isinstance(step, Pause):
            await anyio.sleep(step.seconds)
            return None
        try:
            return _reply(await self._http.send(built(self._http, step)))
        except httpx.RequestError as error:
            return Broken(_reason(error))


@contextlib.contextmanager
def _naming(request: httpx.Request) -> Iterator[None]:
    """Let errors of a transport know their request, as those of a client do."""
    try:
        yield
    except httpx.RequestError as error:
        error.request = request
        raise


def _head(response: httpx.Response) -> Reply:
    return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()})


def _reply(response: httpx.Response) -> Reply:
    sender = _origin(response.request)
    return Reply(response.status_code, _head(response).headers, response.content, sender)


def _reason(error: httpx.RequestError) -> str:
    """Say what broke."""
    return f"{_origin(error.request)}: {error or type(error).__name__}"


def _origin(request: httpx.Request) -> str:
    """Return the address without its path; it is the caller's, and has no password."""
    return f"{request.url.scheme}://{request.url.netloc.decode()}"
