"""The Glue documents of the data dictionary are the tables that the stack creates."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from data_hist.catalog.document import PACKAGED_FILE, load_document
from data_hist.catalog.glue import glue_documents
from data_hist.catalog.sources import Source
from data_hist.catalog.yaml_file import parse_yaml
from tests.deploy.stacks import REQUIRED, SERVICE, client, create_stack

SOURCES = load_document().sources
ARCHIVE = "s3://the-archive/"


def changed(**changes: Any) -> dict[str, Source]:
    """The sources with other keys; those of levels are named like `dt.range`."""
    found = {}
    content = parse_yaml(PACKAGED_FILE.read_text())["sources"]
    for name, shared in content.items():
        document = copy.deepcopy(shared)
        for key, value in changes.items():
            *levels, last = key.split(".")
            place = document["partitions"] if levels else document
            for level in levels:
                place = place[level]
            place[last] = value
        found[name] = Source.model_validate(document)
    return found


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def without_comments(of: Any) -> Any:
    """A document without the texts for people, which the stack leaves out."""
    if isinstance(of, dict):
        texts = {"Comment", "Description"}
        return {key: without_comments(value) for key, value in of.items() if key not in texts}
    return [without_comments(each) for each in of] if isinstance(of, list) else of


def created_tables() -> dict[str, dict[str, Any]]:
    """What the stack has created: the members of each `TableInput`, by name."""
    added_by_glue = {"CatalogId", "CreateTime", "DatabaseName", "VersionId", "UpdateTime"}
    return {
        table["Name"]: {
            key: value
            for key, value in table.items()
            if key not in added_by_glue and value not in (None, [], {})
        }
        for table in client("glue").get_tables(DatabaseName="data_hist")["TableList"]
    }


@pytest.mark.parametrize(
    ("parameters", "archive", "sources"),
    [
        ({}, ARCHIVE, SOURCES),
        (
            {"ArchivePath": "raw/v1/", "FileFormat": "parquet", "MinuteStep": "5"},
            f"{ARCHIVE}raw/v1/",
            changed(**{"format": "parquet", "min.interval": 5}),
        ),
        (
            {"DayPrefix": "", "HourPrefix": "h", "MinutePrefix": "m=", "FirstDay": "2024-01-31"},
            ARCHIVE,
            changed(
                **{
                    "template": "${dt}/h${hr}/m=${min}/",
                    "dt.range": ["2024-01-31", "NOW"],
                }
            ),
        ),
    ],
    ids=["default", "parquet", "prefixes"],
)
def test_documents_are_the_tables_of_the_stack(
    parameters: dict[str, str], archive: str, sources: dict[str, Source]
) -> None:
    create_stack(SERVICE, **REQUIRED, **parameters)

    documents = [each for each in glue_documents(sources, archive) if "TableInput" in each]

    assert {each["DatabaseName"] for each in documents} == {"data_hist"}
    assert {
        each["TableInput"]["Name"]: without_comments(each["TableInput"]) for each in documents
    } == created_tables(), "deploy/aws/service.yaml and the data dictionary differ"


def test_documents_are_the_databases_of_the_stack() -> None:
    create_stack(SERVICE, **REQUIRED)

    documents = glue_documents(SOURCES, ARCHIVE)

    created = client("glue").get_databases()["DatabaseList"]
    assert {each["DatabaseInput"]["Name"] for each in documents if "DatabaseInput" in each} == {
        each["Name"] for each in created
    }


def test_glue_accepts_the_documents() -> None:
    glue = client("glue")
    for document in glue_documents(SOURCES, ARCHIVE):
        create = glue.create_table if "TableInput" in document else glue.create_database
        create(**document)

    assert created_tables().keys() == {source.table for source in SOURCES.values()}
