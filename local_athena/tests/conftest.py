"""One small archive and one endpoint over it for the whole session, with clients of both."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from local_athena.testing import Endpoint

from tests.clients import S3_BUCKET, TEN, AthenaSession
from tests.endpoint import endpoint_process, running_endpoint

if TYPE_CHECKING:
    from mypy_boto3_athena.client import AthenaClient
    from mypy_boto3_s3.client import S3Client

RECORDS_PER_FILE = 50

# A busy machine is no failure, and the same tree passes or fails twice alike.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests of processes, which take longest, so that none is left to the end."""
    items.sort(key=lambda item: item.path.parent != Path(__file__).parent)


@pytest.fixture(autouse=True, scope="session")
def clean_environment() -> Iterator[None]:
    """Keep the AWS settings and credentials of whoever runs the tests away from them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_") and name != "AWS_CA_BUNDLE":
                patch.delenv(name)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="session")
def small_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two topics, three minutes each."""
    root = tmp_path_factory.mktemp("archive")
    for topic in ("events", "metrics"):
        for minute in ("00", "05", "10"):
            folder = root / topic / "dt=2026-03-01" / "hr=09" / f"min={minute}"
            folder.mkdir(parents=True)
            with gzip.open(folder / "1_0_00000000000000000000.gz", "wt", encoding="utf-8") as file:
                file.writelines(_record(minute, number) for number in range(RECORDS_PER_FILE))
    return root


@pytest.fixture(scope="session")
def endpoint(small_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with endpoint_process(small_archive, tmp_path_factory.mktemp("state")) as running:
        yield running


@pytest.fixture(scope="session")
def session(endpoint: Endpoint) -> AthenaSession:
    return AthenaSession(endpoint.url)


@pytest.fixture(scope="session")
def athena(session: AthenaSession) -> AthenaClient:
    return session.athena


@pytest.fixture(scope="session")
def s3(session: AthenaSession) -> S3Client:
    return session.s3


@pytest.fixture
def own(small_archive: Path, tmp_path: Path) -> Iterator[AthenaSession]:
    """An endpoint with one worker that nobody else uses."""
    with running_endpoint(small_archive, tmp_path, workers=1) as url:
        yield AthenaSession(url)


@pytest.fixture
def emptied(s3: S3Client) -> Iterator[None]:
    """Each test finds the bucket with one object, `ten`."""
    s3.create_bucket(Bucket=S3_BUCKET)
    s3.put_object(Bucket=S3_BUCKET, Key="ten", Body=TEN)
    yield
    listed = s3.list_objects_v2(Bucket=S3_BUCKET).get("Contents", [])
    for each in listed:
        s3.delete_object(Bucket=S3_BUCKET, Key=each["Key"])


def _record(minute: str, number: int) -> str:
    record = {
        "resourceid": "",
        "customerid": 11000 + number % 3,
        "operationid": "",
        "servicename": "iam-admin" if number % 2 else "filebeat",
        "service": "iam-admin",
        "createdtimestamp": 1772355600000 + int(minute) * 60000 + number,
        "arrivaltimestamp": 1772355600000 + int(minute) * 60000 + number,
        "tags": "env:prod",
        "data": json.dumps({"number": number, "message": 'said "hi"\nand left'}),
    }
    return json.dumps(record) + "\n"
