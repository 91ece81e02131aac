"""Threads that know for which request they work, as what they log has to name it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

_T = TypeVar("_T")


class ContextThreadPoolExecutor(ThreadPoolExecutor):
    """Runs each call in the context that it was submitted in, which an event loop leaves out."""

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """As the base class does."""
        return super().submit(copy_context().run, fn, *args, **kwargs)
