"""CloudTrail's logs of two accounts in two regions, each record of `Records` in a line of its own.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.foreign_archives.files import write_lines

ACCOUNTS = ("111122223333", "444455556666")
REGIONS = ("us-east-1", "eu-west-1")
FIRST_DAY = datetime(2026, 11, 20, tzinfo=UTC)
DAYS = 5


def write(root: Path) -> None:
    for day in range(DAYS):
        date = FIRST_DAY + timedelta(days=day)
        for account in ACCOUNTS:
            for region in REGIONS:
                folder = root / f"AWSLogs/{account}/CloudTrail/{region}/{date:%Y/%m/%d}"
                name = f"{account}_CloudTrail_{region}_{date:%Y%m%d}T0605Z_x7Q2.json.gz"
                write_lines(folder / name, _records(date, account, region))


def _records(date: datetime, account: str, region: str) -> Iterator[dict[str, Any]]:
    yield _record(date + timedelta(hours=6), account, region, "ConsoleLogin", "signin")
    yield _record(date + timedelta(hours=12), account, region, "RunInstances", "ec2") | {
        "requestParameters": {"instanceType": "m5.large", "minCount": date.day},
        "responseElements": {"reservationId": f"r-{date.day}"},
    }
    if region == "eu-west-1":
        # It happened just before midnight, and came with the next day's files.
        yield _record(date - timedelta(minutes=5), account, region, "DeleteTrail", "cloudtrail") | {
            "errorCode": "AccessDenied",
            "errorMessage": f"{account} is not authorized",
        }


def _record(at: datetime, account: str, region: str, event: str, service: str) -> dict[str, Any]:
    user = "Mary_Major" if event == "ConsoleLogin" else "deploy"
    return {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{account}:user/{user}",
            "accountId": account,
            "userName": user,
            "sessionContext": {"attributes": {"mfaAuthenticated": "false"}},
        },
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": event,
        "awsRegion": region,
        "sourceIPAddress": "192.0.2.7",
        "requestParameters": None,
        "responseElements": None,
        "eventID": f"eae87c48-{at:%d%H}-{account}",
        "readOnly": False,
        "managementEvent": True,
        "recipientAccountId": account,
    }
