"""Cancel work whose client has disconnected."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

_T = TypeVar("_T")


class ClientDisconnected(Exception):
    """The client has closed its connection, so that nobody reads a response."""


async def cancel_on_disconnect(receive: Receive, work: Coroutine[Any, Any, _T]) -> _T:
    """Await some work, and cancel it if the client disconnects first.

    Work that is done is returned even if the request is cancelled in the same moment: it can no
    longer learn that nobody takes its result.

    Raises:
        ClientDisconnected: The client has disconnected, and the work is cancelled.
    """
    working = asyncio.ensure_future(work)
    disconnecting = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({working, disconnecting}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnected
    except (asyncio.CancelledError, ClientDisconnected):
        working.cancel()
        await asyncio.wait({working})
        if working.cancelled():
            raise
    finally:
        disconnecting.cancel()
    return working.result()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
