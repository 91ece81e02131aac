"""Estimate what a query would read, from listings of the archive that requests share."""

import asyncio
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeVar

from data_hist.athena.client import AthenaClient
from data_hist.catalog.tables import Table
from data_hist.errors import DataHistError
from data_hist.pruning.folders import FolderPrefix, FolderTree, Names
from data_hist.pruning.partitions import TableRead, are_bounded, partition_count, time_left
from data_hist.pruning.time_range import TimeRange
from data_hist.queries.model import Estimate
from data_hist.queries.single_flight import SingleFlight, SingleFlightLimits

_T = TypeVar("_T")

_BYTES_OF_FOLDER = 400


@dataclass(frozen=True)
class EstimateLimits:
    """How many calls an estimate may make, how long it may take, and how long listings are kept.

    Of a table that is read from its beginning on, only a small one is listed. What is listed of
    past folders is kept for longer, once records that arrive late are there.
    """

    calls: int = 120
    calls_from_beginning: int = 8
    seconds: float = 10.0
    late: timedelta = timedelta(hours=2)
    past_kept: timedelta = timedelta(hours=1)
    current_kept: timedelta = timedelta(minutes=1)
    template_kept: timedelta = timedelta(minutes=10)
    shared: SingleFlightLimits = field(default=SingleFlightLimits(results=4_096))


_LIMITS = EstimateLimits()


class Stored(NamedTuple):
    """How much is stored."""

    files: int = 0
    stored_bytes: int = 0

    def plus(self, files: int, stored_bytes: int) -> "Stored":
        """Add some more."""
        return Stored(self.files + files, self.stored_bytes + stored_bytes)


@dataclass(frozen=True)
class Listing:
    """What folders hold, by their names; None if listing them would have taken too many calls."""

    folders: Mapping[Names, Stored] | None
    kept_until: datetime

    @property
    def size(self) -> int:
        """How many bytes it takes in memory, about."""
        return _BYTES_OF_FOLDER * (len(self.folders or ()) + 1)


@dataclass(frozen=True)
class Template:
    """Where a table has its files; None if nobody knows."""

    text: str | None
    kept_until: datetime


class _Calls:
    """Calls that are left to one estimate. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._lock = threading.Lock()
        self._left = most

    def take(self) -> bool:
        """Take one, if there is one."""
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def end(self) -> None:
        """Leave none."""
        with self._lock:
            self._left = 0


class Estimator:
    """Estimates what queries would read.

    Args:
        engine: Lists the archive.
        threads: Where it is called.
        clock: The current time, in UTC.
        limits: Bounds of an estimate.
    """

    def __init__(
        self,
        engine: AthenaClient,
        threads: Executor,
        clock: Callable[[], datetime],
        limits: EstimateLimits = _LIMITS,
    ) -> None:
        self._engine = engine
        self._threads = threads
        self._clock = clock
        self._limits = limits
        self._templates: SingleFlight[Template] = SingleFlight(
            lambda template: sys.getsizeof(template.text),
            lambda template: template.kept_until,
            clock,
            limits.shared,
        )
        self._listings: SingleFlight[Listing] = SingleFlight(
            lambda listing: listing.size, lambda listing: listing.kept_until, clock, limits.shared
        )

    async def estimate(self, reads: Sequence[TableRead]) -> Estimate:
        """Estimate what a query reads of its tables; raises nothing if AWS does not tell."""
        now_ms = int(self._clock().timestamp() * 1000)
        calls = _Calls(self._limits.calls), _Calls(self._limits.calls_from_beginning)
        try:
            async with asyncio.timeout(self._limits.seconds):
                stored = await self._stored(reads, now_ms, *calls)
        except (TimeoutError, DataHistError):
            stored = None
        finally:
            # What still runs has nobody who waits for it.
            for each in calls:
                each.end()
        return Estimate(
            scanned_bytes=None if stored is None else stored.stored_bytes,
            files=None if stored is None else stored.files,
            partitions=partition_count(reads, now_ms),
            bounded=are_bounded(reads),
        )

    async def close(self) -> None:
        """Cancel the work that is running."""
        await self._templates.close()
        await self._listings.close()

    async def _stored(
        self, reads: Sequence[TableRead], now_ms: int, calls: _Calls, from_beginning: _Calls
    ) -> Stored | None:
        """Return how much is stored in all folders that are read; None if nobody knows."""
        templates = await _all([self._template(read.table) for read in reads])
        sums = []
        for read, template in zip(reads, templates, strict=True):
            if template.text is None:
                return None
            tree = FolderTree(read.table.partitions, template.text)
            span = time_left(read, now_ms)
            listings = self._listings_of(tree, span, read, calls, from_beginning)
            if listings is None:
                return None
            sums.append((listings, tree.selector(span, read.names)))
        total = Stored()
        for listings, selects in sums:
            for listing in await _all(listings):
                if listing.folders is None:
                    return None
                for names, stored in listing.folders.items():
                    total = total.plus(*stored) if selects(names) else total
        return total

    def _listings_of(
        self,
        tree: FolderTree,
        span: TimeRange,
        read: TableRead,
        calls: _Calls,
        from_beginning: _Calls,
    ) -> list[asyncio.Future[Listing]] | None:
        """List the folders of a span; those of all time if it has no beginning or too many."""
        most = self._limits.calls
        is_open = span.low is None and read.table.partitions.time_levels
        prefixes = None if is_open else tree.prefixes(span, read.names, most)
        if prefixes is None:
            calls = from_beginning
            prefixes = tree.prefixes(TimeRange(), read.names, most)
        if prefixes is None:
            return None
        return [
            self._listings.get(
                f"{tree.bucket}/{prefix.text} {tree.pattern.pattern}",
                partial(self._list, tree, prefix, calls),
            )
            for prefix in prefixes
        ]

    def _template(self, table: Table) -> asyncio.Future[Template]:
        return self._templates.get(".".join(table.full_name), partial(self._find, table))

    async def _find(self, table: Table) -> Template:
        find = partial(self._engine.archive.location_template, *table.full_name)
        text = await asyncio.get_running_loop().run_in_executor(self._threads, find)
        return Template(text, self._clock() + self._limits.template_kept)

    async def _list(self, tree: FolderTree, prefix: FolderPrefix, calls: _Calls) -> Listing:
        now = self._clock()
        add = partial(self._add_pages, tree, prefix, calls)
        folders = await asyncio.get_running_loop().run_in_executor(self._threads, add)
        if folders is None:
            # Another estimate, of less, may have calls left for it.
            return Listing(None, now)
        is_past = prefix.ends_at is not None and prefix.ends_at + self._limits.late < now
        kept = self._limits.past_kept if is_past else self._limits.current_kept
        return Listing(folders, now + kept)

    def _add_pages(
        self, tree: FolderTree, prefix: FolderPrefix, calls: _Calls
    ) -> Mapping[Names, Stored] | None:
        found: dict[Names, Stored] = defaultdict(Stored)
        token = None
        while calls.take():
            page = self._engine.archive.list_page(tree.bucket, prefix.text, token)
            for key, object_bytes in page.objects:
                names = tree.read_names(key) if object_bytes else None
                if names is not None:
                    found[names] = found[names].plus(1, object_bytes)
            token = page.token
            if token is None:
                return dict(found)
        return None


async def _all(futures: Sequence[asyncio.Future[_T]]) -> list[_T]:
    """Return the results of work that goes on if this is cancelled."""
    if futures:
        await asyncio.wait(futures)
    return [future.result() for future in futures]
