"""The archive as a bucket of S3's API: its files are objects, which nothing writes to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from local_athena.s3_api.object_store import ObjectStore, ReadOnlyBucket
from local_athena.s3_api.reading import list_objects

from tests.archive_tree import EVENTS
from tests.clients import assert_invalid_request, refused
from tests.work import at_most_calls

if TYPE_CHECKING:
    from mypy_boto3_athena.client import AthenaClient
    from mypy_boto3_s3.client import S3Client

ARCHIVE_BUCKET = EVENTS.bucket
DAY = "events/dt=2026-03-01/hr=09/"


def keys(s3: S3Client, prefix: str, **arguments: Any) -> list[str]:
    answer = s3.list_objects_v2(Bucket=ARCHIVE_BUCKET, Prefix=prefix, **arguments)
    return [each["Key"] for each in answer.get("Contents", [])]


def test_its_files_are_listed_with_their_sizes(s3: S3Client, small_archive: Path) -> None:
    s3.head_bucket(Bucket=ARCHIVE_BUCKET)
    listed = s3.list_objects_v2(Bucket=ARCHIVE_BUCKET, Prefix="events/")["Contents"]

    files = sorted(path for path in (small_archive / "events").rglob("*") if path.is_file())
    assert [(each["Key"], each["Size"]) for each in listed] == [
        (path.relative_to(small_archive).as_posix(), path.stat().st_size) for path in files
    ]
    assert {each["StorageClass"] for each in listed} == {"STANDARD"}
    first = s3.get_object(Bucket=ARCHIVE_BUCKET, Key=listed[0]["Key"])
    assert first["Body"].read() == files[0].read_bytes()


@pytest.mark.parametrize(
    ("prefix", "count"),
    [
        (DAY, 3),
        (f"{DAY}min=0", 2),
        ("events/dt=2026-03", 3),
        ("events/dt=2026-04", 0),
        ("event", 3),
        ("nothing/", 0),
        ("../", 0),
        ("events//", 0),
    ],
)
def test_a_prefix_ends_anywhere(s3: S3Client, prefix: str, count: int) -> None:
    assert len(keys(s3, prefix)) == count


def test_a_page_looks_only_into_the_folders_that_it_is_of(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    for number in range(300):
        (root / f"day={number:03}").mkdir(parents=True)
        (root / f"day={number:03}" / "file").touch()
    objects = ObjectStore(tmp_path / "s3", tmp_path / "uploads", {"archive": root})

    with at_most_calls(4_000):
        page = list_objects(objects, "archive", {"max-keys": "2", "start-after": "day=270"})

    assert [each.key for each in page.objects] == ["day=270/file", "day=271/file"]
    assert page.next_token is not None


def test_folders_and_files_are_in_the_order_of_their_keys(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    names = ["a/1", "a-b/1", "a.b", "a0", "a/é", "b/a/1", "b/a.1"]
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    objects = ObjectStore(tmp_path / "s3", tmp_path / "uploads", {"archive": root})
    in_order = sorted(names, key=str.encode)

    assert list(objects.keys("archive")) == in_order
    for number, name in enumerate(in_order):
        assert list(objects.keys("archive", after=name)) == in_order[number + 1 :]
        page = list_objects(objects, "archive", {"start-after": name, "max-keys": "1"})
        assert [each.key for each in page.objects] == in_order[number + 1 : number + 2]


def test_files_have_the_names_that_they_have(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    names = ["100%", "%2F", "a b", "é"]
    (archive / "day").mkdir(parents=True)
    for name in names:
        (archive / "day" / name).write_bytes(name.encode())
    objects = ObjectStore(tmp_path / "s3", tmp_path / "uploads", {"archive": archive})

    listed = [each.key for each in list_objects(objects, "archive", {"prefix": "day/"}).objects]

    assert listed == sorted((f"day/{name}" for name in names), key=str.encode)
    for key in listed:
        file = objects.open("archive", key)
        assert file is not None
        with file:
            assert file.read() == key.removeprefix("day/").encode()


@pytest.mark.parametrize("key", ["../outside", "day/../../outside", "./outside", "a//b", "a\0b"])
def test_no_key_leads_out_of_it(tmp_path: Path, key: str) -> None:
    (tmp_path / "outside").write_bytes(b"secret")
    (tmp_path / "archive").mkdir()
    objects = ObjectStore(tmp_path / "s3", tmp_path / "uploads", {"archive": tmp_path / "archive"})

    assert objects.open("archive", key) is None
    assert list(objects.keys("archive", key)) == []


def test_a_bucket_of_its_name_hides_it(tmp_path: Path) -> None:
    (tmp_path / "s3" / "archive").mkdir(parents=True)
    objects = ObjectStore(tmp_path / "s3", tmp_path / "uploads", {"archive": tmp_path})

    assert list(objects.keys("archive")) == []


WRITES: dict[str, Callable[[S3Client], Any]] = {
    "PutObject": lambda s3: s3.put_object(Bucket=ARCHIVE_BUCKET, Key=f"{DAY}new", Body=b"new"),
    "DeleteObject": lambda s3: s3.delete_object(Bucket=ARCHIVE_BUCKET, Key=f"{DAY}min=00/1"),
    "DeleteObjects": lambda s3: s3.delete_objects(
        Bucket=ARCHIVE_BUCKET, Delete={"Objects": [{"Key": f"{DAY}min=00/1"}]}
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_nothing_writes_to_it(s3: S3Client, write: Callable[[S3Client], Any]) -> None:
    before = keys(s3, "")

    refusal = refused(lambda: write(s3))

    assert refusal["Error"]["Code"] == "AccessDenied"
    assert keys(s3, "") == before


def test_no_execution_writes_its_result_there(athena: AthenaClient) -> None:
    location = f"s3://{ARCHIVE_BUCKET}/results/"

    response = refused(
        athena.start_query_execution,
        QueryString="SELECT 1",
        ResultConfiguration={"OutputLocation": location},
    )

    assert_invalid_request(
        response, "INVALID_INPUT", f"Unable to verify/create output bucket {ARCHIVE_BUCKET}"
    )


def test_the_store_itself_refuses_to_write_there(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    objects = ObjectStore(tmp_path / "s3", tmp_path / "uploads", {"archive": archive})
    upload = objects.new_upload()
    upload.write_bytes(b"result")

    with pytest.raises(ReadOnlyBucket):
        objects.put("archive", "result", upload)

    assert list(archive.iterdir()) == []
