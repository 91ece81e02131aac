"""Work that goes on when nobody waits for it any more."""

import asyncio
from typing import TypeVar

_T = TypeVar("_T")


async def unless_abandoned(work: asyncio.Future[_T]) -> _T:
    """What comes of some work, which goes on when this is cancelled.

    Its error is then nobody's, and must not get into the log: it may quote the caller's SQL.
    """
    work.add_done_callback(_take_error)
    return await asyncio.shield(work)


def _take_error(work: asyncio.Future[_T]) -> None:
    if not work.cancelled():
        work.exception()
