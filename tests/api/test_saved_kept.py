"""Saved questions stay: sweeps leave them alone, and restarts find them again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3

from data_hist.retention.sweeper import create_sweeper
from tests.support.api_calls import submitted
from tests.support.endpoint import running_endpoint
from tests.support.running_service import BUCKET, running_service, settings_for
from tests.support.saved_questions import OTHER, QUESTION, caller, listed, saved

TENANT = 11_000


def test_sweeps_and_restarts_leave_what_is_saved(archive: Path, tmp_path: Path) -> None:
    with running_endpoint(archive, tmp_path, workers=1) as url:
        settings = settings_for(url)
        with running_service(settings) as client:
            submitted(client, "SELECT 1", retention_minutes=60)
            document = saved(caller(client, TENANT))
        in_ten_years = datetime.now(UTC) + timedelta(days=3650)
        counts = create_sweeper(settings, lambda: in_ten_years).sweep()

    assert counts.deleted == counts.listed > 0
    with (
        running_endpoint(archive, tmp_path, workers=1) as url,
        running_service(settings_for(url)) as client,
    ):
        send = caller(client, TENANT)
        again = send("GET", f"/saved/{document['id']}").json()
        header = {"If-Match": document["etag"]}
        replaced = send("PUT", f"/saved/{document['id']}", header, json=OTHER)

    assert again == document
    assert replaced.status_code == 200


def test_objects_of_others_are_not_listed(endpoint_url: str) -> None:
    s3 = boto3.client(
        "s3",
        "local-1",
        endpoint_url=endpoint_url,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    settings = settings_for(endpoint_url, result_prefix="others", tenant_required=True)
    for name, content in (
        ("notes.txt", b"no JSON"),
        ("0123456789abcdef0123456789abcdef.json", b'{"title": 1}'),
        ("0123456789abcdef0123456789abcde0.json", b'{"title": "x", "state": "y"}'),
        ("fedcba9876543210fedcba9876543210.json", b"{}"),
    ):
        s3.put_object(Bucket=BUCKET, Key=f"others/saved/tenant={TENANT}/{name}", Body=content)

    with running_service(settings) as client:
        send = caller(client, TENANT)
        saved(send)
        pages = list(listed(send, limit=1))
        damaged = send("GET", "/saved/0123456789abcdef0123456789abcdef")

    assert [page for page in pages if page] == [[QUESTION["title"]]]
    assert len(pages) == 5
    assert damaged.status_code == 502
