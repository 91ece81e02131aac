"""How a worker runs and stops: it gives notice, then finishes what it has, within bounds."""

import asyncio
import math
import signal
import socket
import sys
import time
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from gunicorn.arbiter import Arbiter
from uvicorn_worker import UvicornWorker

from data_hist.http.shutdown import SHUTDOWN_KEY, Shutdown
from data_hist.server.listener import Listener
from data_hist.server.protocol import BoundedProtocol

_STOP_SECONDS = 25
"""From SIGTERM to the end, whatever is under way; orchestrators kill after 30."""

_STOP_SOON_SECONDS = 1


class Server(uvicorn.Server):
    """A server that gives notice before it stops.

    SIGTERM makes it fail its readiness and close connections with their next answer. After the
    notice it listens no more, ends the waits, and lets requests and streams finish; what is not
    done by the end is broken off. Any other signal stops it without notice, within a second.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stop_seconds: float = _STOP_SECONDS
        self._is_asked_to_stop = False
        self._notice_ends_at = math.inf

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then listen on the sockets."""
        await super().startup(sockets=[])
        protocol = partial(BoundedProtocol, self.config, self.server_state, self.lifespan.state)
        self.servers = [  # only what closes them is called
            Listener(sock, protocol, self.config.backlog, self.config.ssl)  # type: ignore[misc]
            for sock in sockets or []
        ]

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal; gunicorn may send the same one several times."""
        if sig == signal.SIGTERM:
            self._is_asked_to_stop = True
        else:
            self.stop_soon()

    def stop_soon(self) -> None:
        """Stop without notice, and without waiting for more than what is nearly done."""
        self._stop_seconds = _STOP_SOON_SECONDS
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """See ten times a second whether to give notice, and whether it is over."""
        now = time.monotonic()
        if self._is_asked_to_stop and not self._shutdown.is_announced:
            self._shutdown.announce()
            self._notice_ends_at = now + self._shutdown.notice_seconds
            self._stop_seconds -= self._shutdown.notice_seconds
        if now >= self._notice_ends_at:
            # Once all is done the signal goes on to the process, and ends it with its threads.
            super().handle_exit(signal.SIGTERM, None)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, and finish."""
        self._shutdown.stop_listening()
        self.config.timeout_graceful_shutdown = math.ceil(self._stop_seconds)
        await super().shutdown(sockets)

    @property
    def _shutdown(self) -> Shutdown:
        shutdown: Shutdown = self.lifespan.state[SHUTDOWN_KEY]
        return shutdown


class Worker(UvicornWorker):
    """A process of gunicorn."""

    CONFIG_KWARGS: dict[str, Any] = {  # noqa: RUF012 - as uvicorn's own worker has it
        "loop": "auto",
        "http": BoundedProtocol,
        "ws": "none",
    }

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        server = Server(self.config)
        # gunicorn sends it when it was interrupted.
        asyncio.get_running_loop().add_signal_handler(signal.SIGQUIT, server.stop_soon)
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)
