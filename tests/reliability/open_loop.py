"""Load that does not slow down when the service does: requests at a rate, whatever comes back."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

DEADLINE_SECONDS = 60
_PACE_SECONDS = 0.001
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Answers:
    """What came back: how many of each status, after how long, over how many seconds.

    `lags` tells how late the generator itself was with each request: where that is much, the
    figures are its own and not those of the service.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: dict[int, list[float]] = field(default_factory=dict)
    lags: list[float] = field(default_factory=list)
    without_retry_after: int = 0
    seconds: float = 0.0

    def add(self, status: int, latency: float, *, retry_after: bool) -> None:
        self.statuses[status] += 1
        self.latencies.setdefault(status, []).append(latency)
        self.without_retry_after += status == 503 and not retry_after

    @property
    def goodput(self) -> float:
        """Requests served in a second."""
        return self.statuses[200] / self.seconds

    def figures(self) -> str:
        parts = [f"goodput {self.goodput:.0f}/s"]
        for status, times in sorted(self.latencies.items()):
            parts.append(f"{status}: {len(times)}, {_spread(times)}")
        if self.lags:
            parts.append(f"generator late: {_spread(self.lags)}")
        return "; ".join(parts)


def _spread(times: Sequence[float]) -> str:
    cuts = quantiles(times, n=100) if len(times) > 1 else [times[0]] * 99
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"


class _Connection(asyncio.Protocol):
    """Sends the request whenever it is told to."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._answered: asyncio.Future[tuple[bytes, float]] | None = None
        self._head = b""
        self._missing = 0
        self._sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def ask(self) -> asyncio.Future[tuple[bytes, float]]:
        """The head of the answer and the seconds it took, once it is whole."""
        self._answered = asyncio.get_running_loop().create_future()
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)
        return self._answered

    def data_received(self, data: bytes) -> None:
        if not self._missing:
            self._head += data
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            length = _LENGTH.search(head)
            self._head, self._missing = head, int(length[1] if length else 0) - len(body)
        else:
            self._missing -= len(data)
        if self._missing <= 0:
            head, self._head, self._missing = self._head, b"", 0
            assert self._answered is not None
            self._answered.set_result((head, time.perf_counter() - self._sent_at))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ConnectionError("closed before its answer"))

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    def close(self) -> None:
        self._transport.close()


class LoadGenerator:
    """Sends one request again and again over kept connections, as cheaply as Python can."""

    def __init__(self, url: str, document: object = None) -> None:
        body = b"" if document is None else json.dumps(document).encode()
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: test\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._request = f"{head}\r\n".encode() + body
        self._free: list[_Connection] = []

    async def closed_loop(self, callers: int, seconds: float) -> Answers:
        """Callers who each wait for their answer: the peak of what the service can do."""
        answers = Answers()
        began = time.perf_counter()

        async def caller() -> None:
            while time.perf_counter() - began < seconds:
                await self._ask(answers)

        async with asyncio.timeout(DEADLINE_SECONDS):
            await asyncio.gather(*(caller() for _ in range(callers)))
        answers.seconds = time.perf_counter() - began
        return answers

    async def open_loop(self, rate: float, seconds: float) -> Answers:
        """Requests at a rate, none of which waits for another."""
        answers = Answers()
        asked: list[asyncio.Future[None]] = []
        began = time.perf_counter()
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (elapsed := time.perf_counter() - began) < seconds:
                for number in range(len(asked), int(elapsed * rate)):
                    asked.append(asyncio.ensure_future(self._ask(answers)))
                    answers.lags.append(elapsed - number / rate)
                await asyncio.sleep(_PACE_SECONDS)
            await asyncio.gather(*asked)
        answers.seconds = time.perf_counter() - began
        return answers

    async def close(self) -> None:
        for connection in self._free:
            connection.close()
        await asyncio.sleep(0)

    async def _ask(self, answers: Answers) -> None:
        connection = await self._connection()
        head, latency = await connection.ask()
        self._free.append(connection)
        head = head.lower()
        answers.add(int(head[9:12]), latency, retry_after=b"retry-after: " in head)

    async def _connection(self) -> _Connection:
        while self._free:
            if (connection := self._free.pop()).is_open:
                return connection
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: _Connection(self._request), *self._address
        )
        return connection
