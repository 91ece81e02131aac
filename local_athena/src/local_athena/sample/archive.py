"""Write a sample archive: days of events, metrics and logs, in the layout of Secor (Kafka to S3).

Customer 1 is the operator, customers 11000 to 11006 have records, and 11007 has none. The same end
time gives the same bytes.
"""

import gzip
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from local_athena.sample.messages import (
    EVENT_SERVICES,
    LOG_SERVICES,
    METRIC_SERVICES,
    Service,
    record,
)

CUSTOMER_WITHOUT_RECORDS: Final = 11007

_BATCH: Final = timedelta(minutes=10)
_GENERATION: Final = 1
_RECORDS_PER_BATCH: Final = 90
# Hidden from readers of the archive by its first character.
_MARK: Final = "_sample_archive"
_TABLES: Final = "_tables.json"
_UNFINISHED: Final = ".unfinished"


class NotASampleArchive(Exception):
    """The folder contains something that `write_sample_archive` did not write."""


@dataclass(frozen=True)
class _Topic:
    name: str
    services: tuple[Service, ...]
    kafka_partitions: int


_TOPICS: Final = (
    _Topic("events", EVENT_SERVICES, 3),
    _Topic("metrics", METRIC_SERVICES, 2),
    _Topic("logs", LOG_SERVICES, 2),
)


def write_sample_archive(root: Path, *, days: int = 3, end: datetime | None = None) -> None:
    """Write the days before `end`, by default before now, into an empty or absent folder.

    Replaces an existing sample archive, each topic atomically; any other content raises
    `NotASampleArchive`.
    """
    last = (end or datetime.now(UTC)).astimezone(UTC)
    last = last.replace(minute=last.minute // 10 * 10, second=0, microsecond=0)
    root.mkdir(parents=True, exist_ok=True)
    if not (root / _MARK).exists() and any(root.iterdir()):
        raise NotASampleArchive(f"{root} is not empty and holds no sample archive")
    (root / _MARK).touch()
    unfinished = root / _UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    for topic in _TOPICS:
        _write_topic(unfinished / topic.name, topic, last - timedelta(days=days), last)
        _replace(root / topic.name, unfinished)
    shutil.rmtree(unfinished)


def write_sample_tables(root: Path) -> Path:
    """Write the tables of a sample archive beside its topics, and return their file."""
    return Path(shutil.copy(Path(__file__).with_name("tables.json"), root / _TABLES))


def _replace(folder: Path, unfinished: Path) -> None:
    """Replace a topic with the new one, and move the old one away."""
    if folder.exists():
        folder.rename(unfinished / f"{folder.name}.old")
    (unfinished / folder.name).rename(folder)


def _write_topic(folder: Path, topic: _Topic, start: datetime, end: datetime) -> None:
    random = Random(f"{topic.name} {end.isoformat()}")  # noqa: S311 - a sample, no secret
    offsets = [random.randrange(1_000, 1_000_000) for _ in range(topic.kafka_partitions)]
    for batch in _batches(start, end):
        minutes = folder / batch.strftime("dt=%Y-%m-%d/hr=%H/min=%M")
        minutes.mkdir(parents=True)
        for kafka_partition, lines in enumerate(_lines(topic, batch, random)):
            offset = offsets[kafka_partition]
            name = f"{_GENERATION}_{kafka_partition}_{offset:020d}.json.gz"
            (minutes / name).write_bytes(gzip.compress("".join(lines).encode(), 6, mtime=0))
            offsets[kafka_partition] += len(lines)


def _batches(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += _BATCH


def _lines(topic: _Topic, batch: datetime, random: Random) -> list[list[str]]:
    """Return the records of a batch by Kafka partition, each in order of arrival."""
    first = int(batch.timestamp() * 1000)
    width = _BATCH // timedelta(milliseconds=1)
    count = random.randint(_RECORDS_PER_BATCH - 15, _RECORDS_PER_BATCH + 15)
    partitions: list[list[str]] = [[] for _ in range(topic.kafka_partitions)]
    for arrival in sorted(first + random.randrange(width) for _ in range(count)):
        partitions[random.randrange(topic.kafka_partitions)].append(
            record(random, topic.services, arrival)
        )
    return [lines or [record(random, topic.services, first)] for lines in partitions]
