"""What the viewer looks at: the sample archive, and a night on which clocks are set back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from local_athena.sample.archive import write_sample_archive

from tests.support.archive_files import FIRST_ARRIVAL, MINUTE_MS, record, write_records

# The archive ends then, and so it is on the clock of the browser.
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
# In the browser's zone, Berlin, the day has 25 hours, of which two are called 02:00.
NIGHT = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
HOURS_OF_THE_DAY = 25
RECORDS_OF_AN_HOUR = 6
MARKUP = "<script>document.title = 'changed'</script><img src=x onerror=alert(1)>"
API = "/v1/data_hist"


def write_archive(root: Path) -> None:
    write_sample_archive(root, days=2, end=NOW)
    write_records(root, "events", _of_the_night())


def _of_the_night() -> Iterator[dict[str, Any]]:
    step = timedelta(hours=1) / RECORDS_OF_AN_HOUR
    for number in range(HOURS_OF_THE_DAY * RECORDS_OF_AN_HOUR):
        minutes = (NIGHT + number * step - FIRST_ARRIVAL) // timedelta(minutes=1)
        data = {"level": "INFO", "message": f"{MARKUP} {number}"}
        # Created within the step, a second before it arrived.
        yield record(minutes, 11000, data=data) | {
            "arrivaltimestamp": _milliseconds(minutes) + 1_000,
            "createdtimestamp": _milliseconds(minutes),
        }


def _milliseconds(minutes: int) -> int:
    return int(FIRST_ARRIVAL.timestamp() * 1000) + minutes * MINUTE_MS


def rows_of(service: httpx.Client, sql: str, **headers: str) -> list[list[Any]]:
    """Ask the newest version of the API, as a check on what the page shows."""
    answer = service.post(
        service.base_url.join(f"{API}/query"),
        json={"query": sql, "wait_seconds": 30, "results_per_page": 1000},
        headers=headers,
    )
    rows: list[list[Any]] = answer.raise_for_status().json()["page"]["rows"]
    return rows


def count_of(service: httpx.Client, condition: str, **headers: str) -> int:
    """Count events."""
    ((count,),) = rows_of(service, f"SELECT count(*) FROM events WHERE {condition}", **headers)
    return int(count)


def within(start: datetime, end: datetime, late: timedelta | None = None) -> str:
    """The condition of a range of time, and how late a record may have arrived."""
    condition = f"time >= {_literal(start)} AND time < {_literal(end)}"
    return condition if late is None else f"{condition} AND arrived < {_literal(end + late)}"


def _literal(moment: datetime) -> str:
    return f"timestamp '{moment:%Y-%m-%d %H:%M:%S}'"


LAST_DAY = within(NOW - timedelta(days=1), NOW)
