"""Whether a caller is still there: nothing goes on waiting for one that has gone away."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

_T = TypeVar("_T")


class ClientDisconnected(Exception):
    """The caller has closed its connection, so that nobody takes an answer."""


async def cancel_on_disconnect(receive: Receive, work: Coroutine[Any, Any, _T]) -> _T:
    """Do some work for as long as the caller is there, and no longer.

    What is done is answered, even if the request is cancelled at the same moment: work that has
    ended cannot learn any more that nobody takes its result.

    Raises:
        ClientDisconnected: The caller has left, and the work was broken off.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_departure(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnected
    except (asyncio.CancelledError, ClientDisconnected):
        working.cancel()
        await asyncio.wait({working})
        if working.cancelled():
            raise
    finally:
        leaving.cancel()
    return working.result()


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
