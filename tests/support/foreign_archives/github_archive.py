"""Hours of the GitHub Archive: as it is, with the hour in the file's name, and sorted into folders.

https://www.gharchive.org
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.foreign_archives.files import write_lines

FIRST_HOUR = datetime(2015, 1, 1, 21, tzinfo=UTC)
HOURS = 16
TYPES = ("PushEvent", "WatchEvent", "IssuesEvent")


def write(root: Path) -> None:
    for number in range(HOURS):
        hour = FIRST_HOUR + timedelta(hours=number)
        events = [_event(hour, number, n) for n in range(3 + number % 4)]
        name = f"{hour:%Y-%m-%d}-{hour.hour}.json.gz"
        write_lines(root / "gharchive" / name, events)
        write_lines(root / "gharchive-by-hour" / f"{hour:%Y-%m-%d}" / str(hour.hour) / name, events)


def _event(hour: datetime, hour_number: int, number: int) -> dict[str, Any]:
    kind = TYPES[number % len(TYPES)]
    payload: dict[str, Any] = {"action": "started" if kind == "WatchEvent" else "opened"}
    if kind == "PushEvent":
        payload = {
            "push_id": 536_740_396 + number,
            "size": number + 1,
            "ref": "refs/heads/master",
            "commits": [{"sha": "a" * 40, "distinct": True}],
        }
    event = {
        "id": str(2_489_651_045 + hour_number * 10 + number),
        "type": kind,
        "actor": {"id": 665_991 + number, "login": f"user-{number}", "gravatar_id": ""},
        "repo": {"id": 28_688_495 + hour_number % 2, "name": f"owner/repo-{hour_number % 2}"},
        "payload": payload,
        "public": True,
        "created_at": f"{hour + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}",
    }
    if number == 1:
        event["org"] = {"id": 1, "login": "owner"}
    return event
