"""Run a worker, and stop it gracefully within a time limit."""

import asyncio
import math
import signal
import socket
import sys
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from gunicorn.arbiter import Arbiter
from uvicorn_worker import UvicornWorker

from data_hist.http.shutdown import SHUTDOWN_KEY, Shutdown
from data_hist.server.limits import DEFAULT_LIMITS, ServerLimits
from data_hist.server.listener import Listener
from data_hist.server.protocol import BoundedProtocol


class Server(uvicorn.Server):
    """A server that stops gracefully.

    On SIGTERM its readiness check fails and connections close with their next response. When the
    notice period is over, it stops listening, ends long polls, and lets requests and streams
    finish until the time limit. Any other signal stops it without notice, within a second.
    """

    def __init__(self, config: uvicorn.Config, limits: ServerLimits = DEFAULT_LIMITS) -> None:
        super().__init__(config)
        self._limits = limits
        self._stop_seconds = limits.stop_seconds
        self._is_terminated = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then listen on the sockets."""
        await super().startup(sockets=[])
        protocol = partial(
            BoundedProtocol,
            self.config,
            self.server_state,
            self.lifespan.state,
            limits=self._limits.connection,
        )
        self.servers = [  # uvicorn only closes them
            Listener(  # type: ignore[misc]
                sock,
                protocol,
                self.config.backlog,
                self.config.ssl,
                pause_seconds=self._limits.accept_pause_seconds,
            )
            for sock in sockets or []
        ]
        self._loop = asyncio.get_running_loop()
        if self._is_terminated:
            self._give_notice()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Handle a signal; gunicorn may send the same one several times."""
        if sig != signal.SIGTERM:
            self.stop_soon()
            return
        self._is_terminated = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._give_notice)

    def stop_soon(self) -> None:
        """Stop without notice, and only finish requests that are nearly done."""
        self._stop_seconds = self._limits.stop_soon_seconds
        self.should_exit = True

    def _give_notice(self) -> None:
        if self._shutdown.is_announced or self._loop is None:
            return
        self._shutdown.announce()
        notice_seconds = self._shutdown.notice_seconds
        self._stop_seconds -= notice_seconds
        # uvicorn raises the signal again when all is done, which ends the process with its threads.
        self._loop.call_later(notice_seconds, super().handle_exit, signal.SIGTERM, None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and finish."""
        self._shutdown.stop_listening()
        self.config.timeout_graceful_shutdown = math.ceil(self._stop_seconds)
        await super().shutdown(sockets)

    @property
    def _shutdown(self) -> Shutdown:
        shutdown: Shutdown = self.lifespan.state[SHUTDOWN_KEY]
        return shutdown


class Worker(UvicornWorker):
    """A worker process of gunicorn."""

    CONFIG_KWARGS: dict[str, Any] = {  # noqa: RUF012 - as in the base class
        "loop": "auto",
        "http": BoundedProtocol,
        "ws": "none",
    }

    def init_signals(self) -> None:
        """Handle signals as uvicorn does, and do not die of one to reload the catalog."""
        super().init_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        server = Server(self.config)
        loop = asyncio.get_running_loop()
        # gunicorn sends it when it is interrupted.
        loop.add_signal_handler(signal.SIGQUIT, server.stop_soon)
        loop.add_signal_handler(signal.SIGHUP, self.wsgi.reload)
        # The catalog may have been replaced since the application was built.
        self.wsgi.reload()
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)
