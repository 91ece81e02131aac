"""VPC flow logs in Parquet, in the hourly folders that Hive reads.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html and flow-log-records.html
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.support.foreign_archives.files import write_parquet

ACCOUNTS = ("111122223333", "444455556666")
FIRST_HOUR = datetime(2026, 11, 20, 20, tzinfo=UTC)
HOURS = 8
COLUMNS = {
    "version": pa.int32(),
    "account_id": pa.string(),
    "interface_id": pa.string(),
    "srcaddr": pa.string(),
    "dstaddr": pa.string(),
    "srcport": pa.int32(),
    "dstport": pa.int32(),
    "protocol": pa.int32(),
    "packets": pa.int64(),
    "bytes": pa.int64(),
    "start": pa.int64(),
    "end": pa.int64(),
    "action": pa.string(),
    "log_status": pa.string(),
}


def write(root: Path) -> None:
    for number in range(HOURS):
        hour = FIRST_HOUR + timedelta(hours=number)
        for account in ACCOUNTS:
            folder = (
                f"AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region=us-east-1/"
                f"{hour:year=%Y/month=%m/day=%d/hour=%H}"
            )
            name = f"{account}_vpcflowlogs_us-east-1_fl-1_{hour:%Y%m%dT%H%MZ}_5d.log.parquet"
            write_parquet(root / folder / name, COLUMNS, _rows(hour, account), "gzip")


def _rows(hour: datetime, account: str) -> Iterator[dict[str, Any]]:
    for minute in range(0, 40, 10):
        start = int(hour.timestamp()) + minute * 60
        accepted = minute % 20 == 0
        yield {
            "version": 2,
            "account_id": account,
            "interface_id": "eni-" + "0" * hour.hour,
            "srcaddr": "198.51.100.9",
            "dstaddr": "10.0.0.5",
            "srcport": 40_000 + minute,
            "dstport": 443 if accepted else 22,
            "protocol": 6,
            "packets": 10,
            "bytes": 1_000 * (hour.hour + 1),
            "start": start,
            "end": start + 59,
            "action": "ACCEPT" if accepted else "REJECT",
            "log_status": "OK",
        }
    # Nothing was recorded in this interval: the other fields are missing.
    start = int(hour.timestamp()) + 3_000
    yield {
        "version": 2,
        "account_id": account,
        "interface_id": "eni-0",
        "start": start,
        "end": start + 59,
        "log_status": "NODATA",
    }
