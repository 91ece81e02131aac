"""Delete results past their retention, once or periodically.

An expired query answers 410, swept or not. Several sweepers may run at once.
"""

import asyncio
import logging
import random
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn

from data_hist.athena.result_objects import BATCH, ResultBucket, StoredObject
from data_hist.errors import EngineError
from data_hist.observability import metrics
from data_hist.retention.ownership import ResultLocations
from data_hist.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SweepCounts:
    """What a sweep found and deleted, in objects and bytes."""

    listed: int = 0
    expired: int = 0
    deleted: int = 0
    deleted_bytes: int = 0

    @property
    def failed(self) -> int:
        """The number of expired objects that could not be deleted."""
        return self.expired - self.deleted

    def plus(self, other: "SweepCounts") -> "SweepCounts":
        """Add the counts of two sweeps."""
        return SweepCounts(
            self.listed + other.listed,
            self.expired + other.expired,
            self.deleted + other.deleted,
            self.deleted_bytes + other.deleted_bytes,
        )


class Sweeper:
    """Deletes expired results.

    Args:
        bucket: The result bucket.
        locations: The locations of results in it.
        clock: The current time, in UTC.
    """

    def __init__(
        self, bucket: ResultBucket, locations: ResultLocations, clock: Callable[[], datetime]
    ) -> None:
        self._bucket = bucket
        self._locations = locations
        self._clock = clock
        self._stopped = threading.Event()

    def sweep(self) -> SweepCounts:
        """Sweep once; objects that cannot be deleted are counted, and do not stop the sweep.

        Raises:
            EngineError: The results cannot be listed.
        """
        counts = SweepCounts()
        for page in self._bucket.pages(self._locations.root_prefix):
            if self._stopped.is_set():
                break
            counts = counts.plus(self._sweep_page(page))
        return counts

    def stop(self) -> None:
        """End a running sweep after its current page."""
        self._stopped.set()

    def _sweep_page(self, page: Sequence[StoredObject]) -> SweepCounts:
        now = self._clock()
        expired = [
            found
            for found in page
            if self._locations.is_expired(found.key, found.modified_at, now, found.in_parts)
        ]
        counts = SweepCounts(listed=len(page), expired=len(expired))
        for batch in _batches(expired):
            counts = counts.plus(self._delete(batch))
        return counts

    def _delete(self, batch: Sequence[StoredObject]) -> SweepCounts:
        try:
            refused = self._bucket.delete([found.key for found in batch])
        except EngineError:
            # `data_hist.athena` has logged the reason.
            return SweepCounts()
        deleted = [found for found in batch if found.key not in refused]
        return SweepCounts(
            deleted=len(deleted), deleted_bytes=sum(found.object_bytes for found in deleted)
        )


def create_sweeper(settings: Settings, clock: Callable[[], datetime] | None = None) -> Sweeper:
    """Create a sweeper from the settings."""
    locations = ResultLocations(settings.result_bucket, settings.result_prefix)
    return Sweeper(ResultBucket(settings), locations, clock or partial(datetime.now, UTC))


def _batches(objects: Sequence[StoredObject]) -> Iterator[Sequence[StoredObject]]:
    return (objects[start : start + BATCH] for start in range(0, len(objects), BATCH))


@asynccontextmanager
async def sweep_in_background(
    settings: Settings, clock: Callable[[], datetime], interval_seconds: float | None = None
) -> AsyncIterator[None]:
    """Sweep periodically while the block runs, if the settings ask for it.

    Args:
        settings: The bucket, and how often to sweep; never if the interval is 0.
        clock: The current time, in UTC.
        interval_seconds: Replaces the interval of the settings.
    """
    if interval_seconds is None:
        interval_seconds = settings.sweep_interval_minutes_of_worker * 60
    if not interval_seconds:
        yield
        return
    sweeper = create_sweeper(settings, clock)
    task = asyncio.create_task(_sweep_forever(sweeper, interval_seconds))
    try:
        yield
    finally:
        # The current sweep ends after its page, and the process waits for its thread.
        sweeper.stop()
        task.cancel()


async def _sweep_forever(sweeper: Sweeper, interval_seconds: float) -> NoReturn:
    """Sweep at every interval, starting at a random time within the first.

    Otherwise workers that start together would all list the bucket at once.
    """
    await asyncio.sleep(random.uniform(0, interval_seconds))  # noqa: S311 - no secret
    while True:
        try:
            counts = await asyncio.to_thread(sweeper.sweep)
        except EngineError as error:
            _log.warning("The results were not swept: %s", type(error).__name__)
        else:
            metrics.results_swept(counts.deleted, counts.failed, counts.deleted_bytes)
            _log.info(
                "Swept results: %d listed, %d deleted (%d bytes), %d failed",
                counts.listed,
                counts.deleted,
                counts.deleted_bytes,
                counts.failed,
            )
        await asyncio.sleep(interval_seconds)
