"""A statement's scan of the events, and the folders that a filter may keep."""

from collections.abc import Callable

from local_athena.backends.duckdb import dialect
from local_athena.tables import Catalog, Column, Table

from tests.archive_tree import EVENTS

DAYS = ("2026-11-18", "2026-11-19", "2026-11-20")


HOURS = ("00", "01", "13", "23")


ALL = {f"{day} {hour}" for day in DAYS for hour in HOURS}


# How the service writes a table: columns picked, and the tenant's rows.
E = (
    "(SELECT customerid, data, dt, hr, min FROM "
    '"awsdatacatalog"."data_hist"."events_v0" WHERE customerid = 11000) AS "events"'
)


def table(name: str, **types: str) -> Table:
    columns = tuple(Column(column, kind, kind) for column, kind in types.items())
    return Table("data_hist", name, name, columns)


# With tables to join: `other`, and `o`, which has a `dt` of its own.
OTHERS = [table("other", id="bigint"), table("o", id="bigint", dt="varchar")]


CATALOG = Catalog([EVENTS, *OTHERS])


Admitted = Callable[..., set[str]]


def scan_of_events(sql: str, nth: int = 0) -> dialect.Scan:
    """The n-th scan of the events."""
    translation = dialect.translate(sql.replace("EVENTS", E), CATALOG, "data_hist")
    return [scan for scan in translation.scans if scan.table.name == EVENTS.name][nth]


def of(days: str = "18 19 20", hours: str = "00 01 13 23") -> set[str]:
    return {f"2026-11-{day} {hour}" for day in days.split() for hour in hours.split()}
