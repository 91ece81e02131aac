"""Where a table has its files, and which of them a listing has."""

from typing import Any

import pytest

from data_hist.athena.archive_objects import ArchiveObject
from data_hist.errors import EngineError
from tests.unit.athena.conftest import StubbedAws

TABLE = ("awsdatacatalog", "db", "events")
LOCATION = "s3://bucket/events"


def has_table(aws: StubbedAws, parameters: dict[str, str], *keys: str) -> None:
    metadata = {
        "Name": "events",
        "Parameters": parameters,
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
    }
    aws.athena.add_response("get_table_metadata", {"TableMetadata": metadata})


def lists(aws: StubbedAws, response: dict[str, Any], **expected: str) -> None:
    aws.s3.add_response(
        "list_objects_v2", response, {"Bucket": "bucket", "Prefix": "events/", **expected}
    )


@pytest.mark.parametrize(
    ("parameters", "keys", "template"),
    [
        ({"location": LOCATION}, [], f"{LOCATION}/"),
        ({"location": f"{LOCATION}/"}, ["dt", "hr"], LOCATION + "/dt=${dt}/hr=${hr}/"),
        (
            {
                "location": LOCATION,
                "projection.enabled": "TRUE",
                "storage.location.template": "s3://other/${dt}",
            },
            ["dt"],
            "s3://other/${dt}",
        ),
        (
            {"location": LOCATION, "storage.location.template": "s3://other/${dt}"},
            ["dt"],
            LOCATION + "/dt=${dt}/",
        ),
        ({"location": "hdfs://cluster/events"}, [], None),
        ({}, [], None),
    ],
)
def test_where_the_files_of_a_partition_are(
    aws: StubbedAws, parameters: dict[str, str], keys: list[str], template: str | None
) -> None:
    has_table(aws, parameters, *keys)

    assert aws.client.archive.location_template(*TABLE) == template


def test_a_table_that_is_not_there_has_no_files(aws: StubbedAws) -> None:
    aws.athena.add_client_error(
        "get_table_metadata", "MetadataException", "EntityNotFoundException: no such table"
    )

    assert aws.client.archive.location_template(*TABLE) is None


def test_a_listing_comes_in_pages(aws: StubbedAws) -> None:
    content = [{"Key": "events/1", "Size": 5, "StorageClass": "STANDARD"}]
    lists(aws, {"Contents": content, "IsTruncated": True, "NextContinuationToken": "next"})
    lists(aws, {"IsTruncated": False}, ContinuationToken="next")

    first = aws.client.archive.list_page("bucket", "events/", None)
    second = aws.client.archive.list_page("bucket", "events/", first.token)

    assert first.objects == [ArchiveObject("events/1", 5)]
    assert (second.objects, second.token) == ([], None)


def test_what_athena_cannot_read_is_left_out(aws: StubbedAws) -> None:
    classes = {
        "GLACIER": False,
        "DEEP_ARCHIVE": False,
        "GLACIER_IR": True,
        "INTELLIGENT_TIERING": True,
        "STANDARD_IA": True,
    }
    content = [{"Key": each, "Size": 1, "StorageClass": each} for each in classes]
    lists(aws, {"Contents": [*content, {"Key": "none", "Size": 1}], "IsTruncated": False})

    page = aws.client.archive.list_page("bucket", "events/", None)

    read = [each for each, is_read in classes.items() if is_read]
    assert [each.key for each in page.objects] == [*read, "none"]


@pytest.mark.parametrize(
    "response",
    [
        {"Contents": [{"Key": "events/1"}], "IsTruncated": False},
        {"IsTruncated": True},
        {"Contents": []},
    ],
)
def test_an_answer_that_cannot_be_parsed_is_an_error(
    aws: StubbedAws, response: dict[str, Any]
) -> None:
    lists(aws, response)

    with pytest.raises(EngineError):
        aws.client.archive.list_page("bucket", "events/", None)


@pytest.mark.parametrize(
    ("code", "status"), [("AccessDenied", 403), ("NoSuchBucket", 404), ("SlowDown", 503)]
)
def test_a_refusal_is_an_error_and_is_not_repeated(aws: StubbedAws, code: str, status: int) -> None:
    aws.s3.add_client_error("list_objects_v2", code, http_status_code=status)

    with pytest.raises(EngineError):
        aws.client.archive.list_page("bucket", "events/", None)
