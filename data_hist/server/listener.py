"""Accept several connections in each iteration of the event loop.

libuv accepts one. Iterations are long under load, so that a client would wait seconds behind others
only to be rejected.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable

from data_hist.server.limits import DEFAULT_LIMITS

_log = logging.getLogger(__name__)

# Few enough that the workers which share a socket also share its connections.
_ACCEPTED_AT_ONCE = 16
_OUT_OF_RESOURCES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Listener:
    """Accepts connections on a socket until it is closed; uvicorn takes it for an asyncio server.

    Args:
        sock: A bound socket, which the caller closes.
        protocol: Creates the protocol of a connection.
        backlog: How many connections the system queues.
        tls: The TLS context; None for plain text.
        pause_seconds: How long not to accept when file descriptors have run out.
    """

    def __init__(
        self,
        sock: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        backlog: int,
        tls: ssl.SSLContext | None = None,
        *,
        pause_seconds: float = DEFAULT_LIMITS.accept_pause_seconds,
    ) -> None:
        self._socket = sock
        self._protocol = protocol
        self._tls = tls
        self._pause_seconds = pause_seconds
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[object]] = set()
        self._pause: asyncio.TimerHandle | None = None
        sock.setblocking(False)
        sock.listen(backlog)
        self._listen()

    def close(self) -> None:
        """Stop accepting; connections that were accepted are served."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._socket)

    async def wait_closed(self) -> None:
        """Return at once: closing needs no time."""

    def _listen(self) -> None:
        self._pause = None
        self._loop.add_reader(self._socket, self._accept)

    def _accept(self) -> None:
        try:
            for _ in range(_ACCEPTED_AT_ONCE):
                connection, _ = self._socket.accept()
                self._open(connection)
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            if error.errno not in _OUT_OF_RESOURCES:
                raise
            _log.error("no more connections can be taken: %s", error.strerror)
            self._loop.remove_reader(self._socket)
            self._pause = self._loop.call_later(self._pause_seconds, self._listen)

    def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opening = self._loop.create_task(
            self._loop.connect_accepted_socket(self._protocol, connection, ssl=self._tls)
        )
        self._opening.add(opening)
        opening.add_done_callback(self._end_opening)

    def _end_opening(self, opening: asyncio.Task[object]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled() and (error := opening.exception()):
            _log.info("a connection did not begin", exc_info=error)
