"""The sweeper deletes what is past its retention below its own prefix, and nothing else."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT
from pydantic import SecretStr

from data_hist.athena.result_objects import ResultBucket, StoredObject
from data_hist.errors import EngineUnavailable
from data_hist.retention.ownership import ResultLocations
from data_hist.retention.sweeper import SweepCounts, Sweeper
from data_hist.settings import Settings

BUCKET = "results"
SETTINGS = Settings(
    region="us-east-1",
    result_bucket=BUCKET,
    access_key_id=SecretStr("key"),
    secret_access_key=SecretStr("secret"),
)
LOCATIONS = ResultLocations(BUCKET, "data_hist")


@contextmanager
def bucket_of(keys: list[str]) -> Iterator[Any]:
    """A bucket on moto's S3 with an object of three bytes for each key."""
    with mock_aws():
        s3 = boto3.client(
            "s3",
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        s3.create_bucket(Bucket=BUCKET)
        # Thousands of requests would take longer than the sweeps.
        stored = get_backend("s3")[ACCOUNT]["aws"]
        for key in keys:
            stored.put_object(BUCKET, key, b"1,2")
        yield s3


def keys_in(s3: Any) -> set[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return {entry["Key"] for page in pages for entry in page.get("Contents", [])}


def sweeper_in(hours: int, bucket: ResultBucket | None = None) -> Sweeper:
    """A sweeper so much later."""
    return Sweeper(
        bucket or ResultBucket(SETTINGS),
        LOCATIONS,
        lambda: datetime.now(UTC) + timedelta(hours=hours),
    )


def results(retention_minutes: int, tenant: int, count: int) -> list[str]:
    folder = f"data_hist/retention={retention_minutes}/tenant={tenant}"
    return [f"{folder}/{number:05}.csv" for number in range(count)]


def test_five_thousand_results_go_but_for_those_that_s3_keeps() -> None:
    expired, locked, kept = results(60, 11000, 4200), results(60, 11001, 300), results(600, 1, 500)
    foreign = ["other/retention=60/tenant=1/x.csv", "data_histx/retention=60/tenant=1/x.csv"]
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/data_hist/retention=60/tenant=11001/*",
    }
    with bucket_of([*expired, *locked, *kept, *foreign]) as s3:
        policy = json.dumps({"Version": "2012-10-17", "Statement": [denial]})
        s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)

        counts = sweeper_in(hours=2).sweep()
        left = keys_in(s3)
        again = sweeper_in(hours=2).sweep()

    assert counts == SweepCounts(listed=5000, expired=4500, deleted=4200, deleted_bytes=3 * 4200)
    assert counts.failed == 300
    assert left == {*locked, *kept, *foreign}
    assert again == SweepCounts(listed=800, expired=300)


class FaultyBucket(ResultBucket):
    """A bucket whose second call to delete does not come through."""

    calls = 0

    def delete(self, keys: Sequence[str]) -> set[str]:
        self.calls += 1
        if self.calls == 2:
            raise EngineUnavailable("S3 is away.")
        return super().delete(keys)


def test_a_call_that_fails_leaves_the_others_their_turn() -> None:
    with bucket_of(results(60, 11000, 2500)) as s3:
        bucket = FaultyBucket(SETTINGS)

        counts = sweeper_in(2, bucket).sweep()
        left = keys_in(s3)

    assert (counts.deleted, counts.failed, len(left), bucket.calls) == (1500, 1000, 1000, 3)


def test_a_listing_that_fails_is_an_error() -> None:
    with bucket_of([]) as s3:
        s3.delete_bucket(Bucket=BUCKET)

        with pytest.raises(EngineUnavailable):
            sweeper_in(2).sweep()


class ListedBucket(ResultBucket):
    """A bucket that was listed when it was created, and may have changed since."""

    def __init__(self) -> None:
        super().__init__(SETTINGS)
        self._listed = list(super().pages(LOCATIONS.root_prefix))

    def pages(self, prefix: str) -> Iterator[list[StoredObject]]:
        assert prefix == LOCATIONS.root_prefix
        yield from self._listed


def test_two_sweepers_do_each_other_no_harm() -> None:
    first, second = results(60, 11000, 30), results(600, 11000, 10)
    with bucket_of([*first, *second]) as s3:
        buckets = [ListedBucket(), ListedBucket()]

        counts = [sweeper_in(2, bucket).sweep() for bucket in buckets]
        left = keys_in(s3)

    assert [(each.deleted, each.failed) for each in counts] == [(30, 0), (30, 0)]
    assert left == set(second)


def test_a_stopped_sweeper_begins_no_further_page() -> None:
    with bucket_of(results(60, 11000, 10)) as s3:
        sweeper = sweeper_in(2)
        sweeper.stop()

        assert sweeper.sweep() == SweepCounts()
        assert len(keys_in(s3)) == 10


def test_an_upload_in_several_parts_is_told_by_its_etag() -> None:
    with bucket_of(["whole"]) as s3:
        for key, sizes in (("one", [3]), ("two", [5 * 2**20, 3])):
            upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
            parts = [
                {
                    "PartNumber": number,
                    "ETag": s3.upload_part(
                        Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=number, Body=b"x" * size
                    )["ETag"],
                }
                for number, size in enumerate(sizes, 1)
            ]
            s3.complete_multipart_upload(
                Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
            )

        (page,) = ResultBucket(SETTINGS).pages("")

    assert {found.key: found.in_parts for found in page} == {
        "whole": False,
        "one": False,
        "two": True,
    }
