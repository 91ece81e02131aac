"""Accepting connections, several in one turn of the event loop.

libuv accepts one a turn. Where much is to be done turns are long, and whoever connects would wait
one for each of those who came before, seconds in all, only to be told that there is too much to do.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable

_log = logging.getLogger(__name__)

# Few enough that workers who share a socket share its connections.
_IN_ONE_TURN = 16
_OUT_OF_RESOURCES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_REST_SECONDS = 1.0


class Listener:
    """Serves who connects to a socket, until it is closed; to uvicorn it is an asyncio server.

    Args:
        sock: A bound socket; it is not closed here.
        protocol: Makes what serves one connection.
        backlog: How many may wait to be accepted.
        tls: For connections that begin with a handshake.
    """

    def __init__(
        self,
        sock: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        backlog: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._socket = sock
        self._protocol = protocol
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._beginning: set[asyncio.Task[object]] = set()
        self._rest: asyncio.TimerHandle | None = None
        sock.setblocking(False)
        sock.listen(backlog)
        self._listen()

    def close(self) -> None:
        """Accept nobody any more; who has been accepted is served."""
        if self._rest is not None:
            self._rest.cancel()
        self._loop.remove_reader(self._socket)

    async def wait_closed(self) -> None:
        """Nothing goes on here once it is closed."""

    def _listen(self) -> None:
        self._rest = None
        self._loop.add_reader(self._socket, self._accept)

    def _accept(self) -> None:
        try:
            for _ in range(_IN_ONE_TURN):
                connection, _ = self._socket.accept()
                self._begin(connection)
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            if error.errno not in _OUT_OF_RESOURCES:
                raise
            _log.error("no more connections can be taken: %s", error.strerror)
            self._loop.remove_reader(self._socket)
            self._rest = self._loop.call_later(_REST_SECONDS, self._listen)

    def _begin(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        beginning = self._loop.create_task(
            self._loop.connect_accepted_socket(self._protocol, connection, ssl=self._tls)
        )
        self._beginning.add(beginning)
        beginning.add_done_callback(self._begun)

    def _begun(self, beginning: asyncio.Task[object]) -> None:
        self._beginning.discard(beginning)
        if not beginning.cancelled() and (error := beginning.exception()):
            _log.info("a connection did not begin", exc_info=error)
