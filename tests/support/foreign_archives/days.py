"""Clicks in folders of days alone, and the pages that they are on in one folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.foreign_archives.files import write_lines

FIRST_DAY = datetime(2028, 2, 27, tzinfo=UTC)
DAYS = 5
TENANTS = (11001, 11002)
PAGES = ({"id": 1, "title": "Start"}, {"id": 2, "title": "Prices"}, {"id": 3, "title": None})


def write(root: Path) -> None:
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        clicks = [
            {
                "tenant": tenant,
                "page": 1 + n % 3,
                "clicked": int((day + timedelta(hours=4 * n)).timestamp() * 1000),
                "micros": int((day + timedelta(hours=4 * n)).timestamp() * 1_000_000),
                "body": f'{{"ms": {n}, "at": "{day:%Y-%m-%d}T{4 * n:02}:00:00Z"}}',
            }
            for tenant in TENANTS
            for n in range(number + 1)
        ]
        write_lines(root / f"clicks/dt={day:%Y-%m-%d}/clicks.json", clicks)
    write_lines(root / "pages/pages.json", PAGES)
