"""Who connects is accepted soon, however many there are and whatever is lacking."""

import asyncio
import errno
import itertools
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import uvloop

from data_hist.server.listener import Listener

WAIT_SECONDS = 120
CLIENTS = 200


class Accepted(asyncio.Protocol):
    """A connection that says so, and ends."""

    def __init__(self, lost: Callable[[], None] = lambda: None) -> None:
        self._lost = lost

    def connection_made(self, transport: Any) -> None:
        transport.write(b"well")
        transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(CLIENTS)
        yield sock


@pytest.fixture
def clients(listening: socket.socket) -> Iterator[list[socket.socket]]:
    """They connect, and nobody has accepted them yet."""
    made = [socket.create_connection(listening.getsockname()) for _ in range(CLIENTS)]
    yield made
    for client in made:
        client.close()


def test_those_who_connect_at_once_are_accepted_in_a_few_turns(
    listening: socket.socket, clients: list[socket.socket]
) -> None:
    async def turns_until_all_are_served() -> int:
        lost = itertools.count(1)
        is_over = asyncio.Event()

        def one_less() -> None:
            if next(lost) == CLIENTS:
                is_over.set()

        listener = Listener(listening, partial(Accepted, one_less), CLIENTS)
        turns = 0
        async with asyncio.timeout(WAIT_SECONDS):
            while not is_over.is_set():
                await asyncio.sleep(0)
                turns += 1
        listener.close()
        return turns

    assert uvloop.run(turns_until_all_are_served()) < CLIENTS / 5
    for client in clients:
        client.settimeout(WAIT_SECONDS)
        assert client.recv(4) == b"well"


class PoorSocket(socket.socket):
    """Has no descriptors left, at first."""

    lacks = 2

    def accept(self) -> tuple[socket.socket, object]:
        if self.lacks:
            self.lacks -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


def test_lack_of_descriptors_passes(caplog: pytest.LogCaptureFixture) -> None:
    async def serve(sock: socket.socket) -> bytes:
        listener = Listener(sock, Accepted, 10, pause_seconds=0.01)
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        async with asyncio.timeout(WAIT_SECONDS):
            said = await reader.readexactly(4)
        writer.close()
        listener.close()
        return said

    with PoorSocket() as sock:
        sock.bind(("127.0.0.1", 0))
        assert uvloop.run(serve(sock)) == b"well"
    assert [record.message for record in caplog.records] == [
        "no more connections can be taken: Too many open files"
    ] * 2


def test_closed_listener_accepts_nobody(listening: socket.socket) -> None:
    async def serve() -> None:
        listener = Listener(listening, Accepted, 10)
        listener.close()
        await listener.wait_closed()
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reader.readexactly(4)
        writer.close()

    uvloop.run(serve())
