"""Audit logs of two regions and accounts in folders of days, and a list of hosts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.archive_files import FIRST_ARRIVAL
from tests.support.foreign_archives.files import write_lines

DAYS = 10


def write(root: Path) -> None:
    for day in range(DAYS):
        for region in ("eu", "us"):
            moment = FIRST_ARRIVAL + timedelta(days=day)
            write_lines(
                root / "audit" / region / f"{moment:%Y/%m/%d}/0.json", _entries(moment, region)
            )
    write_lines(root / "hosts/0.json", [{"name": "db-1"}, {"name": "db-2"}])


def _entries(moment: datetime, region: str) -> Iterator[dict[str, Any]]:
    for account in ("11001", "11002"):
        yield {
            "accountId": account,
            "secret": "never shown",
            "at": int(moment.timestamp()),
            "reported": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "requestPayload": {
                "user": {"name": f"ann-{region}"},
                "bytes": 5 * moment.day if region == "eu" else "many",
                "ratio": "none" if region == "eu" else 0.5,
                "ok": region == "eu",
                "sent": int(moment.timestamp() * 1000) + 5,
            },
        }
