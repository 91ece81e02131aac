"""Access logs of an Application Load Balancer, which a function wrote as JSON by their field names.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.foreign_archives.files import write_lines

FIRST_DAY = datetime(2026, 11, 28, tzinfo=UTC)
DAYS = 5
REGION = "eu-central-1"


def write(root: Path) -> None:
    for day in range(DAYS):
        date = FIRST_DAY + timedelta(days=day)
        folder = root / f"elb/elasticloadbalancing/{REGION}/{date:%Y/%m/%d}"
        for hour in (3, 15):
            requests = [
                _request(date + timedelta(hours=hour, minutes=n), n) for n in range(day + 3)
            ]
            write_lines(folder / f"{hour:02}.json.gz", requests)


def _request(received: datetime, number: int) -> dict[str, Any]:
    failed = number == 2
    return {
        "type": "https",
        "time": f"{received:%Y-%m-%dT%H:%M:%S}.{186_641 + number:06}Z",
        "elb": "app/my-loadbalancer/50dc6c495c0c9188",
        "client:port": f"192.0.2.{number}:2817",
        "target:port": "-" if failed else "10.0.0.1:80",
        "request_processing_time": -1 if failed else 0.086,
        "target_processing_time": -1 if failed else 0.25 * number,
        "elb_status_code": 502 if failed else 200,
        "target_status_code": "-" if failed else "200",
        "received_bytes": 34,
        "sent_bytes": 366 + number,
        "request": f"GET https://www.example.com:443/orders/{number} HTTP/1.1",
        "user_agent": "curl/8.5.0",
        "request_creation_time": f"{received - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}.364000Z",
    }
