"""Records that a caller may see, and secrets that must never show."""

import json
from collections.abc import Iterable
from itertools import chain
from typing import Any

from tests.guarded_queries.engine import Row
from tests.support.table_rows import complete

TENANT = 11000
# Every secret holds this word; no query and no visible record does.
CANARY = "canary"
BASE_MS = 1_795_132_800_000


def event(number: int, customer: int = TENANT, **fields: Any) -> dict[str, Any]:
    """A record as the archive gives it; `number` makes it differ from its neighbours."""
    service = f"svc-{'abc'[number % 3]}"
    payload = {"status": str(number % 2), "code": number, "items": [1, number], "who": service}
    row = {
        "customerid": customer,
        "servicename": ("iam-admin", "filebeat")[number % 2],
        "service": service,
        "createdtimestamp": BASE_MS + number * 61_234,
        "arrivaltimestamp": BASE_MS + 1_000 + number * 61_234,
        "tags": f"env:prod,n:{number}",
        "data": json.dumps(payload),
        "dt": f"2026-11-{20 + number % 3}",
        "hr": f"{5 + number % 2:02}",
        "min": f"{number % 6}0",
    }
    return complete(row, number, hidden=CANARY) | fields


def own_records(table: str) -> list[dict[str, Any]]:
    """A dozen records of one customer, some of them with holes."""
    first = {"events": 0, "metrics": 5}[table]
    return [
        *(event(number) for number in range(first, first + 9)),
        event(20, tags="", data="{}", service=None),
        event(21, tags=None, data=None),
        event(22, servicename='O\'Neil "x"\n\u00e9\U0001f600', arrivaltimestamp=None),
    ]


def foreign_records(customers: Iterable[int] = (1, 11001, 11002)) -> list[dict[str, Any]]:
    """Records of other customers, which would spoil whatever reads them."""
    return list(
        chain.from_iterable(
            (
                event(3, customer, servicename=f"{CANARY}-{customer}", service=f"{CANARY}"),
                event(4, customer, tags=f"{CANARY}:{customer}", data=f'{{"who":"{CANARY}"}}'),
                event(5, customer, createdtimestamp=7_777_777_777_777, service="0", min="59"),
            )
            for customer in customers
        )
    )


def shows_secret(rows: Iterable[Iterable[str | None]]) -> bool:
    """Whether a value of a result holds something of a hidden column or another customer."""
    values = chain.from_iterable(rows)
    return any(
        CANARY in value.lower() or "7777777777" in value for value in values if value is not None
    )


def world(*, with_foreign: bool) -> dict[str, list[Row]]:
    """Both tables; the own records in the same order, whether or not others stand between them."""
    tables: dict[str, list[Row]] = {}
    for table in ("events", "metrics"):
        own: list[Row] = list(own_records(table))
        foreign = foreign_records() if with_foreign else []
        tables[table] = [*foreign[::2], *own, *foreign[1::2]]
    return tables
