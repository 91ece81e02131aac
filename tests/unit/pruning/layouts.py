"""Tables with levels of any kind, and bounds, for the tests of pruning."""

from datetime import UTC, datetime

from data_hist.catalog.resolve import resolve
from data_hist.catalog.tables import Table
from data_hist.catalog.versions import CatalogDocument
from data_hist.catalog.yaml_file import parse_yaml
from data_hist.pruning.time_range import FIXED, TimeBounds, TimeRange

HOUR, DAY = 3_600_000, 86_400_000
FIVE = int(datetime(2026, 11, 20, 5, tzinfo=UTC).timestamp() * 1000)
MIDNIGHT = FIVE - 5 * HOUR
NOW = FIVE + 10 * DAY


def fixed(low: int | None = None, high: int | None = None) -> TimeBounds:
    return {FIXED: TimeRange(low, high)}


def layout(digits: str) -> str:
    """Levels that tell a unit each, with a number of digits."""
    pairs = (each.split(": ") for each in digits.split(", "))
    return "\n".join(
        f"{unit}: {{projection: integer, range: [0, 9999], digits: {number}, tells: {unit}}}"
        for unit, number in pairs
    )


def table_of(levels: str) -> Table:
    source = {
        "database": "d",
        "table": "t",
        "tenant": None,
        "columns": {"at": {"type": "bigint", "time": {"unit": "ms", "greatest_delay": "0h"}}},
        "partitions": parse_yaml(levels) or {},
    }
    version = {"database": "d", "tables": {"t": {"source": "s"}}}
    document = CatalogDocument.model_validate(
        {"sources": {"s": source}, "versions": {"v0": version}}
    )
    return resolve(document).versions["v0"].tables["t"]
