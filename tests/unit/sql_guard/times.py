"""The moments that the tests of time bounds use, in milliseconds."""

from datetime import UTC, datetime

from data_hist.catalog.resolve import load_catalog

VERSION = load_catalog().versions["v0"]
FIVE = int(datetime(2026, 11, 20, 5, tzinfo=UTC).timestamp() * 1000)
MIDNIGHT = FIVE - 5 * 3_600_000
HOUR, DAY = 3_600_000, 86_400_000
