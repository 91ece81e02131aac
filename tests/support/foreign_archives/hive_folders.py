"""Orders in Parquet as Spark writes them, partitioned by numbers without zeros."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from tests.support.foreign_archives.files import write_parquet

# Of one digit and of two, so that names sort otherwise than numbers.
DAYS = (*(date(2026, 9, 29) + timedelta(days=n) for n in range(5)), date(2026, 10, 11))
CUSTOMERS = (11, 12)
COLUMNS = {
    "order_id": pa.int64(),
    "customer": pa.int32(),
    "ordered_at": pa.timestamp("us"),
    "amount": pa.decimal128(10, 2),
    "note": pa.string(),
}


def write(root: Path) -> None:
    for number, day in enumerate(DAYS):
        folder = root / f"sales/orders/year={day.year}/month={day.month}/day={day.day}"
        rows = [
            {
                "order_id": number * 10 + customer,
                "customer": customer,
                "ordered_at": datetime.combine(day, time(12), UTC).replace(tzinfo=None),
                "amount": Decimal(customer * 100 + number) / 100,
                "note": "gift" * number if customer == 11 else None,
            }
            for customer in CUSTOMERS
        ]
        write_parquet(folder / "part-00000-c000.snappy.parquet", COLUMNS, rows, "snappy")
        (folder.parents[2] / "_SUCCESS").touch()
