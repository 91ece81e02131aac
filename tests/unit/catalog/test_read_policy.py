"""The policy of a catalog names what it reads, and stays within the limit of IAM."""

import json
from typing import Any

import pytest

from data_hist.catalog.cloudformation import render_cloudformation
from data_hist.catalog.read_policy import ARCHIVE_BUCKET, ARCHIVE_PATH, read_policy
from data_hist.catalog.sources import Source
from data_hist.catalog.yaml_file import parse_yaml

MOST_CHARACTERS = 6_144
ENUM = {"projection": "enum", "values": ["eu", "us"]}
DAY = {"projection": "date", "format": "yyyy-MM-dd", "range": ["NOW-9DAYS", "NOW"]}


def source(number: int = 0, **changes: Any) -> Source:
    return Source.model_validate(
        {
            "database": "logs",
            "table": f"table_{number}",
            "folder": f"folder-{number}",
            "tenant": None,
            "columns": {"name": {"type": "varchar"}},
        }
        | changes
    )


def objects(*sources: Source) -> list[str]:
    statements = read_policy({str(n): each for n, each in enumerate(sources)})["Statement"]
    return [
        resource.replace(ARCHIVE_BUCKET, "archive").replace(ARCHIVE_PATH, "PATH/")
        for each in statements
        if each["Action"] == "s3:GetObject"
        for resource in each["Resource"]
    ]


@pytest.mark.parametrize(
    ("changes", "folders"),
    [
        ({}, ["archive/PATH/folder-0/*"]),
        ({"folder": ""}, ["archive/PATH/*"]),
        (
            {
                "folder": "",
                "template": "${region}/${day}/",
                "partitions": {"region": ENUM, "day": DAY},
            },
            ["archive/PATH/eu/*", "archive/PATH/us/*"],
        ),
        (
            {"template": "in-${region}/all/${day}/", "partitions": {"region": ENUM, "day": DAY}},
            ["archive/PATH/folder-0/in-eu/all/*", "archive/PATH/folder-0/in-us/all/*"],
        ),
        (
            {"template": "${day}/${region}/", "partitions": {"day": DAY, "region": ENUM}},
            ["archive/PATH/folder-0/*"],
        ),
    ],
)
def test_folders_are_named_as_far_as_they_are_known(
    changes: dict[str, Any], folders: list[str]
) -> None:
    assert objects(source(**changes)) == folders


@pytest.mark.parametrize(("folder", "resource"), [("s3://other/a/b", "other/a/b/*")])
def test_other_buckets_are_named(folder: str, resource: str) -> None:
    (found,) = objects(source(folder=folder))

    assert found.endswith(resource)
    assert "PATH" not in found


def test_policy_of_a_large_catalog_stays_within_the_limit() -> None:
    sources = {f"source_{n}": source(n) for n in range(200)}

    template = parse_yaml(render_cloudformation(sources))

    policy = template["Resources"]["ReadPolicy"]["Properties"]["PolicyDocument"]
    assert len(json.dumps(policy)) < MOST_CHARACTERS
    assert objects(*sources.values()) == ["archive/PATH/*"]
