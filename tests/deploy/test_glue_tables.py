"""The Glue tables of the stack: in step with the data dictionary, and where Secor writes."""

import json
from string import Template

import pytest

from data_hist.catalog.sources import Source
from data_hist.settings import Settings
from tests.deploy.glue_tables import CUSTOMERS, SOURCES, glue_table, projection
from tests.deploy.stacks import (
    REQUIRED,
    SERVICE,
    client,
    create_stack,
)

pytestmark = pytest.mark.usefixtures("aws")


GLUE_TYPES = {"varchar": "string", "integer": "int", "real": "float"}


def test_tables_are_those_of_the_data_dictionary() -> None:
    create_stack(SERVICE, **REQUIRED)

    made = client("glue").get_tables(DatabaseName="data_hist")["TableList"]
    assert {table["Name"] for table in made} == {source.table for source in SOURCES.values()}


@pytest.mark.parametrize("customers", CUSTOMERS)
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_columns_are_those_of_the_data_dictionary(source: Source, customers: str) -> None:
    create_stack(SERVICE, **REQUIRED, CustomerTopics=customers)

    made = glue_table(source)
    assert _names_and_types(made["StorageDescriptor"]["Columns"]) == [
        (name, GLUE_TYPES.get(column.type, column.type)) for name, column in source.columns.items()
    ], f"change Columns of {source.table} in deploy/aws/service.yaml"
    topic = [("topic", "string")] if customers else []
    assert _names_and_types(made["PartitionKeys"]) == [
        *((name, GLUE_TYPES[level.type]) for name, level in source.partitions.items()),
        *topic,
    ]
    assert "topic" not in source.partitions


def _names_and_types(columns: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(column["Name"], column["Type"]) for column in columns]


def test_the_default_database_has_no_tables() -> None:
    create_stack(SERVICE, **REQUIRED)

    name = Settings.model_fields["default_database"].default
    assert client("glue").get_tables(DatabaseName=name)["TableList"] == []


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize(
    ("parameters", "folder"),
    [
        ({}, "s3://the-archive/{}/dt=2026-11-20/hr=05/min=07/"),
        ({"ArchivePath": "raw/v1/"}, "s3://the-archive/raw/v1/{}/dt=2026-11-20/hr=05/min=07/"),
        (
            {"DayPrefix": "", "HourPrefix": "h", "MinutePrefix": "m="},
            "s3://the-archive/{}/2026-11-20/h05/m=07/",
        ),
    ],
)
def test_location_is_where_secor_writes(
    source: Source, parameters: dict[str, str], folder: str
) -> None:
    create_stack(SERVICE, **REQUIRED, **parameters)

    location = Template(projection(source)["storage.location.template"])
    assert location.substitute(dt="2026-11-20", hr="05", min="07") == folder.format(source.folder)
    assert folder.format(source.folder).startswith(
        glue_table(source)["StorageDescriptor"]["Location"]
    )


@pytest.mark.parametrize("customers", CUSTOMERS)
def test_tables_differ_in_their_topic_alone(customers: str) -> None:
    create_stack(SERVICE, **REQUIRED, CustomerTopics=customers)

    assert len({_without_names(source) for source in SOURCES.values()}) == 1


def _without_names(source: Source) -> str:
    made = glue_table(source)
    chosen = {name: made[name] for name in ("StorageDescriptor", "PartitionKeys", "Parameters")}
    return json.dumps(chosen).replace(source.folder, "a-topic")


@pytest.mark.parametrize(
    ("file_format", "serde"),
    [
        ("json", "org.openx.data.jsonserde.JsonSerDe"),
        ("parquet", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"),
    ],
)
def test_file_format_is_secors(file_format: str, serde: str) -> None:
    create_stack(SERVICE, **REQUIRED, FileFormat=file_format)

    storage = glue_table(SOURCES["events"])["StorageDescriptor"]
    assert storage["SerdeInfo"]["SerializationLibrary"] == serde
    assert ("parquet" in storage["InputFormat"]) == (file_format == "parquet")
    # The keys inside `data` stay as the producers spell them.
    kept = storage["SerdeInfo"].get("Parameters", {}).get("case.insensitive") == "FALSE"
    assert kept == (file_format == "json")
