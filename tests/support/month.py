"""An archive of thirty days with a record in each hour, for the tests of what a query reads."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from data_hist.catalog.resolve import load_catalog
from data_hist.catalog.tables import ApiVersion, Catalog
from tests.support.archive_files import FIRST_ARRIVAL, record, write_records

DAYS = 30
TOPIC = "month"
CUSTOMER = 11000
_HOURS = DAYS * 24


def write_month(root: Path) -> None:
    """Write the records, each into a folder of its own."""
    records = (
        record(60 * hour, CUSTOMER, tags=f"hour:{hour}" * (1 + hour % 7)) for hour in range(_HOURS)
    )
    write_records(root, TOPIC, records)


def month_document(events: dict[str, Any]) -> dict[str, Any]:
    """Return the table of the records, which is otherwise like that of events."""
    document = deepcopy(events)
    table = document["TableInput"]
    table["Name"] = f"{TOPIC}_v0"
    table["StorageDescriptor"]["Location"] = _moved(table["StorageDescriptor"]["Location"])
    template = "storage.location.template"
    last = FIRST_ARRIVAL + timedelta(days=DAYS + 1)
    table["Parameters"] |= {
        template: _moved(table["Parameters"][template]),
        "projection.dt.range": f"{FIRST_ARRIVAL:%Y-%m-%d},{last:%Y-%m-%d}",
        "projection.hr.range": "0,23",
        # There is nothing in the other minutes.
        "projection.min.range": "0,0",
    }
    return document


def _moved(location: str) -> str:
    return location.replace("/events/", f"/{TOPIC}/")


def month_catalog() -> Catalog:
    """Return a catalog whose events, in each version, are these records."""
    versions = load_catalog().versions
    return Catalog({name: _of_month(version) for name, version in versions.items()})


def _of_month(version: ApiVersion) -> ApiVersion:
    events = version.tables["events"]
    full_name = (*events.full_name[:2], f"{TOPIC}_v0")
    return replace(version, tables={"events": replace(events, full_name=full_name)})


def bytes_of_hours(root: Path, first: datetime, last: datetime) -> int:
    """Return how many bytes the files of the hours from the first to the last have."""
    return sum(
        path.stat().st_size
        for hour in _hours(first, last)
        for path in (root / TOPIC / f"{hour:dt=%Y-%m-%d/hr=%H}").rglob("*.gz")
    )


def _hours(first: datetime, last: datetime) -> Iterator[datetime]:
    while first <= last:
        yield first
        first += timedelta(hours=1)
