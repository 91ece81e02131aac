"""A request stays with the application that it began with, which closes after its last one."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from data_hist.http.reloadable_app import Edition, ReloadableApp
from tests.support.log_lines import log_lines


class Editions:
    """Applications that answer with their number, and what happened to each."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.held: dict[int, asyncio.Event] = {}
        self.closed = threading.Semaphore(0)

    def make(self, number: int) -> Edition:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                self.events.append(f"start {number}")
                return
            if number in self.held:
                await self.held[number].wait()
            await send({"type": "answer", "number": number})

        return Edition(
            app, lambda: self.events.append(f"announce {number}"), lambda: self._close(number)
        )

    def _close(self, number: int) -> None:
        self.events.append(f"close {number}")
        self.closed.release()


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    yield {"shared": True}


async def answer(app: ReloadableApp) -> int:
    answers: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        answers.append(message)

    await app({"type": "http"}, receive, send)
    number: int = answers[0]["number"]
    return number


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_true():
            await asyncio.sleep(0)


def run(
    editions: Editions,
    following: Iterator[Callable[[], Edition | None]],
    test: Callable[[ReloadableApp], Awaitable[None]],
) -> None:
    def next_edition() -> Edition | None:
        return next(following)()

    async def with_loop() -> None:
        await test(ReloadableApp(editions.make(0), next_edition, lifespan))

    asyncio.run(with_loop())


def test_requests_stay_with_their_edition() -> None:
    editions = Editions()

    async def test(app: ReloadableApp) -> None:
        editions.held[0] = asyncio.Event()
        requests = [asyncio.ensure_future(answer(app)) for _ in range(2)]
        await asyncio.sleep(0)
        app.reload()
        await until(lambda: "announce 1" in editions.events)

        assert await answer(app) == 1
        assert "close 0" not in editions.events
        editions.held[0].set()
        assert await asyncio.gather(*requests) == [0, 0]
        await asyncio.to_thread(editions.closed.acquire)

    run(editions, iter([lambda: editions.make(1)]), test)

    assert editions.events == ["announce 0", "start 1", "announce 1", "close 0"]


def test_reload_while_one_is_built_is_followed_by_another() -> None:
    editions = Editions()
    may_end = threading.Event()
    begun = threading.Event()

    def first() -> Edition:
        begun.set()
        assert may_end.wait(60)
        return editions.make(1)

    async def test(app: ReloadableApp) -> None:
        app.reload()
        await asyncio.to_thread(begun.wait)
        app.reload()
        app.reload()
        may_end.set()
        await until(lambda: "announce 2" in editions.events)

        assert await answer(app) == 2

    run(editions, iter([first, lambda: editions.make(2)]), test)


def test_edition_that_cannot_be_built_changes_nothing() -> None:
    editions = Editions()

    def fail() -> Edition:
        raise ValueError

    async def test(app: ReloadableApp) -> None:
        with log_lines() as lines:
            app.reload()
            await until(lambda: "this worker keeps the catalog" in lines.text)
        assert await answer(app) == 0
        app.reload()
        await until(lambda: "unchanged" in editions.events)
        assert await answer(app) == 0
        app.reload()
        await until(lambda: "announce 1" in editions.events)
        assert await answer(app) == 1

    def unchanged() -> None:
        editions.events.append("unchanged")

    run(editions, iter([fail, unchanged, lambda: editions.make(1)]), test)


def test_lifespan_starts_the_first_edition_and_closes_all() -> None:
    editions = Editions()
    sent: list[Message] = []

    async def test(app: ReloadableApp) -> None:
        messages: asyncio.Queue[Message] = asyncio.Queue()

        async def send(message: Message) -> None:
            sent.append(message)

        state: dict[str, Any] = {}
        scope = {"type": "lifespan", "state": state}
        running = asyncio.ensure_future(app(scope, messages.get, send))
        messages.put_nowait({"type": "lifespan.startup"})
        await until(lambda: bool(sent))
        assert state == {"shared": True}
        messages.put_nowait({"type": "lifespan.shutdown"})
        await running

    run(editions, iter([]), test)

    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert editions.events == ["announce 0", "start 0", "close 0"]
