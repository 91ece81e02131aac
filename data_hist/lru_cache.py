"""An LRU cache, bounded in items and in memory."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class LruCache(Generic[_T]):
    """An LRU cache. Not thread-safe.

    Args:
        most: The maximum number of items.
        most_bytes: The memory that they may take together.
        size_of: Returns the bytes that an item takes; must always return the same.
    """

    def __init__(self, most: int, most_bytes: int, size_of: Callable[[_T], int]) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._items: OrderedDict[str, _T] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> _T | None:
        """Return an item and mark it as recently used."""
        item = self._items.get(key)
        if item is not None:
            self._items.move_to_end(key)
        return item

    def put(self, key: str, item: _T) -> None:
        """Add an item, and evict others if there is no room."""
        self._forget(key)
        self._items[key] = item
        self._bytes += self._size_of(item)
        while len(self._items) > self._most or self._bytes > self._most_bytes:
            self._forget(next(iter(self._items)))

    def _forget(self, key: str) -> None:
        item = self._items.pop(key, None)
        if item is not None:
            self._bytes -= self._size_of(item)
