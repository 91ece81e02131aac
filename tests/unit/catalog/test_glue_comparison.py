"""What differs between a source and the table of AWS is found at its key, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from data_hist.catalog.document import load_document
from data_hist.catalog.glue_comparison import compare_with_table
from data_hist.catalog.sources import Source
from tests.support.table_metadata import table_metadata

EVENTS = load_document().sources["events"]
AUDIT = Source.model_validate(
    {
        "database": "logs",
        "table": "audit",
        "folder": "s3://other/audit",
        "tenant": None,
        "partitions": {
            "region": {"projection": "enum", "values": ["eu", "us"]},
            "day": {"projection": "date", "format": "yyyy-MM-dd", "range": ["NOW-9DAYS", "NOW"]},
        },
        "columns": {
            "account": {"type": "integer", "key": "accountId"},
            "pair": {"type": "row(a integer, b varchar)"},
        },
    }
)
HOSTS = Source.model_validate(
    {"database": "logs", "table": "hosts", "tenant": None, "columns": {"name": {"type": "varchar"}}}
)
SOURCES = {"events": EVENTS, "audit": AUDIT, "hosts": HOSTS}
Change = Callable[[dict[str, Any]], object]


def metadata_of(name: str, archive: str = "s3://the-archive/raw/") -> dict[str, Any]:
    return table_metadata(SOURCES[name], archive)


def found(name: str, change: Change = lambda table: None) -> list[tuple[str, str, bool]]:
    table = metadata_of(name)
    change(table)
    findings = compare_with_table(name, SOURCES[name], table)
    return [(".".join(each.path[2:]), each.text, each.is_note) for each in findings]


@pytest.mark.parametrize("name", SOURCES)
def test_table_that_was_made_from_the_source_agrees(name: str) -> None:
    assert found(name) == []


def parameter(key: str, value: str | None) -> Change:
    """Set a parameter of the table, or take it away."""

    def change(table: dict[str, Any]) -> None:
        del table["Parameters"][key]
        table["Parameters"] |= {} if value is None else {key: value}

    return change


def column(number: int, kind: str, members: str = "Columns") -> Change:
    return lambda table: table[members][number].update(Type=kind)


def with_location(location: str) -> Change:
    def change(table: dict[str, Any]) -> None:
        parameters = table["Parameters"]
        template = parameters["storage.location.template"].replace(parameters["location"], location)
        parameters |= {"location": location, "storage.location.template": template}

    return change


SAME: dict[str, tuple[str, Change]] = {
    "spaces in a range": ("events", parameter("projection.hr.range", "0, 23")),
    "a default of Athena": ("events", parameter("projection.min.interval", None)),
    "the unit of the format": (
        "audit",
        lambda table: table["Parameters"].update({"projection.day.interval.unit": "DAYS"}),
    ),
    "folders as Hive names them": ("audit", parameter("storage.location.template", None)),
    "a type with spaces": ("audit", column(1, "struct<a: int, b: string>")),
    "another archive": ("events", with_location("s3://elsewhere/events/")),
    "more columns": (
        "events",
        lambda table: table["Columns"].append({"Name": "other", "Type": "string"}),
    ),
}


@pytest.mark.parametrize(("name", "change"), SAME.values(), ids=SAME)
def test_what_means_the_same_agrees(name: str, change: Change) -> None:
    assert found(name, change) == []


DIFFERENT: dict[str, tuple[str, Change, str, str]] = {
    "no column": (
        "events",
        lambda table: table["Columns"].pop(0),
        "columns.resourceid",
        "the table has no such column; add it there as string, or remove it here",
    ),
    "type": (
        "events",
        column(1, "string"),
        "columns.customerid.type",
        "the column is string in the table, and bigint here",
    ),
    "no partition key": (
        "events",
        lambda table: table["PartitionKeys"].pop(),
        "partitions.min",
        "the table has no such partition key; create it again with the key, or remove it",
    ),
    "another partition key": (
        "events",
        lambda table: table["PartitionKeys"].append({"Name": "topic", "Type": "string"}),
        "partitions",
        "the table has the partition key topic of type string; add it here",
    ),
    "type of a partition key": (
        "events",
        column(1, "int", "PartitionKeys"),
        "partitions.hr.type",
        "the partition key is int in the table, and string here",
    ),
    "range": (
        "events",
        parameter("projection.hr.range", "1,24"),
        "partitions.hr.range",
        "the table has '1,24' for projection.hr.range, and the catalog makes it '0,23'",
    ),
    "digits": (
        "events",
        parameter("projection.hr.digits", None),
        "partitions.hr.digits",
        "the table has nothing for projection.hr.digits, and the catalog makes it '2'",
    ),
    "kind": (
        "audit",
        parameter("projection.region.type", "injected"),
        "partitions.region.projection",
        "the table has 'injected' for projection.region.type, and the catalog makes it 'enum'",
    ),
    "folders": (
        "audit",
        parameter("storage.location.template", "s3://other/audit/${region}/${day}/"),
        "template",
        "the table has 's3://other/audit/${region}/${day}/' for storage.location.template, and the "
        "catalog makes it 's3://other/audit/region=${region}/day=${day}/'",
    ),
    "SerDe": (
        "events",
        parameter("serde.serialization.lib", "org.apache.hive.hcatalog.data.JsonSerDe"),
        "format",
        "the table has org.apache.hive.hcatalog.data.JsonSerDe serde.serialization.lib, and this "
        "format needs org.openx.data.jsonserde.JsonSerDe",
    ),
    "parameter of the SerDe": (
        "events",
        parameter("serde.param.case.insensitive", None),
        "serde.case.insensitive",
        "the SerDe of the table has nothing; set it there to FALSE",
    ),
    "no key": (
        "audit",
        parameter("serde.param.mapping.account", None),
        "columns.account.key",
        "the SerDe of the table reads no key accountId; set mapping.account there",
    ),
    "another key": (
        "audit",
        parameter("serde.param.mapping.account", "AccountID"),
        "columns.account.key",
        "the SerDe of the table reads the column from AccountID; write that",
    ),
    "folder": (
        "events",
        with_location("s3://the-archive/raw/other/"),
        "folder",
        "the files of the table are in s3://the-archive/raw/other/; write that",
    ),
    "address": (
        "audit",
        parameter("location", "s3://another/audit/"),
        "folder",
        "the files of the table are in s3://another/audit/; write that",
    ),
}


@pytest.mark.parametrize(("name", "change", "place", "text"), DIFFERENT.values(), ids=DIFFERENT)
def test_difference_is_found_at_its_key(name: str, change: Change, place: str, text: str) -> None:
    assert found(name, change) == [(place, text, False)]


def test_partitions_that_something_else_adds_may_be_meant() -> None:
    ((place, text, is_note),) = found("events", parameter("projection.enabled", None))

    assert place == "partitions"
    assert "no partition projection" in text
    assert is_note


def test_order_of_partition_keys_is_a_note() -> None:
    (finding,) = found("events", lambda table: table["PartitionKeys"].reverse())

    assert finding == (
        "partitions",
        "the partition keys of the table are in the order min, hr, dt",
        True,
    )
