"""Replace the application by one over another catalog while it serves requests."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

Lifespan = Callable[[Any], AbstractAsyncContextManager[dict[str, Any]]]


@dataclass(eq=False)
class Edition:
    """The application over one catalog.

    Attributes:
        app: Serves the requests.
        announce: Tells the rest of the worker about its routes.
        close: Releases what only this edition uses; may block.
        requests: How many it is serving.
    """

    app: ASGIApp
    announce: Callable[[], None]
    close: Callable[[], None]
    requests: int = 0


class ReloadableApp:
    """Serves a request by the newest edition, to its end. Used on the event loop only.

    Args:
        first: The edition to begin with.
        next_edition: Builds another one, on a thread; None if the catalog has not changed.
        lifespan: Runs what all editions share.
    """

    def __init__(
        self, first: Edition, next_edition: Callable[[], Edition | None], lifespan: Lifespan
    ) -> None:
        self._newest = first
        self._in_use = {first}
        self._next_edition = next_edition
        self._shared = lifespan
        self._lifespan = Router(lifespan=self._run)
        self._is_outdated = False
        self._reloading: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Future[None]] = set()
        first.announce()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or run the lifespan of the worker."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        edition = self._newest
        edition.requests += 1
        try:
            await edition.app(scope, receive, send)
        finally:
            edition.requests -= 1
            self._close_if_unused(edition)

    def reload(self) -> None:
        """Begin to build the next edition; if one is being built, another follows."""
        self._is_outdated = True
        if self._reloading is None:
            self._reloading = asyncio.get_running_loop().create_task(self._reload())

    async def _reload(self) -> None:
        while self._is_outdated:
            self._is_outdated = False
            try:
                edition = await asyncio.to_thread(self._started_edition)
            except Exception:
                _log.exception("this worker keeps the catalog that it has")
            else:
                if edition is not None:
                    self._replace(edition)
        self._reloading = None

    def _started_edition(self) -> Edition | None:
        edition = self._next_edition()
        if edition is not None:
            asyncio.run(_start(edition.app))
        return edition

    def _replace(self, edition: Edition) -> None:
        before, self._newest = self._newest, edition
        self._in_use.add(edition)
        edition.announce()
        _log.info("this worker serves the new catalog")
        self._close_if_unused(before)

    def _close_if_unused(self, edition: Edition) -> None:
        if edition is self._newest or edition.requests or edition not in self._in_use:
            return
        self._in_use.remove(edition)
        closing = asyncio.get_running_loop().run_in_executor(None, edition.close)
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    @asynccontextmanager
    async def _run(self, app: Any) -> AsyncIterator[dict[str, Any]]:
        await _start(self._newest.app)
        async with self._shared(app) as state:
            yield state
        if self._reloading is not None:
            self._reloading.cancel()
        await asyncio.gather(*self._closing)
        for edition in self._in_use:
            edition.close()


async def _start(app: ASGIApp) -> None:
    """Run its lifespan, so that Connexion builds its routes before the first request."""
    messages = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        if message["type"].endswith(".failed"):
            raise RuntimeError(message["message"])

    await app({"type": "lifespan", "state": {}}, receive, send)
