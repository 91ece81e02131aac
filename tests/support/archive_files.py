"""A small archive with known records, as Secor would have written it."""

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIRST_ARRIVAL = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
MINUTE_MS = 60_000


def record(number: int, customer: int, **fields: Any) -> dict[str, Any]:
    """A record that arrived `number` minutes after the first."""
    arrival = int(FIRST_ARRIVAL.timestamp() * 1000) + number * MINUTE_MS
    return {
        "resourceid": "hidden-resource",
        "customerid": customer,
        "operationid": "hidden-operation",
        "servicename": "iam-admin" if number % 2 else "filebeat",
        "service": "iam-admin" if number % 2 else "filebeat",
        "createdtimestamp": arrival - 1_000,
        "arrivaltimestamp": arrival,
        "tags": "env:prod,level:info",
        "data": {"message": f'number {number} said "hi",\nthen went', "number": number},
    } | fields


def write_records(root: Path, topic: str, records: Iterable[dict[str, Any]]) -> None:
    """Write each record into the folder of its arrival."""
    by_folder: dict[Path, list[dict[str, Any]]] = {}
    for entry in records:
        arrival = datetime.fromtimestamp(entry["arrivaltimestamp"] / 1000, UTC)
        folder = root / topic / arrival.strftime("dt=%Y-%m-%d/hr=%H/min=%M")
        by_folder.setdefault(folder, []).append(entry)
    for folder, entries in by_folder.items():
        folder.mkdir(parents=True)
        text = "".join(json.dumps(entry) + "\n" for entry in entries)
        (folder / "1_0_00000000000000000000.json.gz").write_bytes(gzip.compress(text.encode()))
