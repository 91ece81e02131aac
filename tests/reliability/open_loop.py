"""Load that does not slow down when the service does: requests at a rate, whatever comes back."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlsplit

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

DEADLINE_SECONDS = 60


@dataclass
class Answers:
    """What came back: how many of each status, after how long, over how many seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: dict[int, list[float]] = field(default_factory=dict)
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
        return "; ".join(parts)


def _spread(times: Sequence[float]) -> str:
    cuts = quantiles(times, n=100) if len(times) > 1 else [times[0]] * 99
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"


class LoadGenerator:
    """Sends one GET again and again over kept connections, as cheaply as Python can."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self._request = f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode()
        self._free: deque[_Connection] = deque()

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
        asked: list[asyncio.Task[None]] = []
        began = time.perf_counter()
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (elapsed := time.perf_counter() - began) < seconds:
                due = int(elapsed * rate) - len(asked)
                asked += [asyncio.create_task(self._ask(answers)) for _ in range(due)]
                await asyncio.sleep(0.002)
            await asyncio.gather(*asked)
        answers.seconds = time.perf_counter() - began
        return answers

    async def close(self) -> None:
        for _, writer in self._free:
            writer.close()
            await writer.wait_closed()

    async def _ask(self, answers: Answers) -> None:
        began = time.perf_counter()
        reader, writer = (
            self._free.pop() if self._free else await asyncio.open_connection(*self._address)
        )
        writer.write(self._request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        self._free.append((reader, writer))
        answers.add(status, time.perf_counter() - began, retry_after=b"retry-after: " in head)
