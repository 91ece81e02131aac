"""The tables of Glue documents as Trino's file metastore has them."""

import json
from pathlib import Path
from typing import Any

import pytest
from local_athena.backends.trino.hive_tables import local_location, write_hive_tables
from local_athena.tables import TablesError, parse_catalog

JSON_SERDE = "org.openx.data.jsonserde.JsonSerDe"


def document(serde: str, **serde_parameters: str) -> dict[str, Any]:
    return {
        "DatabaseName": "archive",
        "TableInput": {
            "Name": "events",
            "PartitionKeys": [{"Name": "dt", "Type": "string"}],
            "Parameters": {
                "EXTERNAL": "TRUE",
                "projection.enabled": "true",
                "projection.dt.type": "date",
                "projection.dt.format": "yyyy-MM-dd",
                "projection.dt.range": "2026-01-01,NOW",
                "storage.location.template": "s3://bucket/logs/events/day=${dt}/",
            },
            "StorageDescriptor": {
                "Location": "s3://bucket/logs/events/",
                "Columns": [
                    {"Name": "id", "Type": "bigint"},
                    {"Name": "data", "Type": "string", "Comment": "The payload."},
                ],
                "SerdeInfo": {"SerializationLibrary": serde, "Parameters": serde_parameters},
            },
        },
    }


def written(folder: Path, *documents: dict[str, Any]) -> dict[str, Any]:
    write_hive_tables(parse_catalog(documents), folder / "data", folder / "metastore")
    text = (folder / "metastore/archive/events/.trinoSchema").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_table_keeps_projection_and_serde(tmp_path: Path) -> None:
    table = written(tmp_path, document(JSON_SERDE, **{"case.insensitive": "FALSE"}))

    assert table["storageFormat"] == "OPENX_JSON"
    assert table["serdeParameters"] == {"case.insensitive": "FALSE"}
    assert [(each["name"], each["type"]) for each in table["dataColumns"]] == [
        ("id", "bigint"),
        ("data", "string"),
    ]
    assert [each["name"] for each in table["partitionColumns"]] == ["dt"]
    assert table["parameters"]["projection.dt.range"] == "2026-01-01,NOW"


def test_locations_are_below_the_data_folder(tmp_path: Path) -> None:
    table = written(tmp_path, document(JSON_SERDE))

    assert table["externalLocation"] == f"local://{tmp_path}/data/logs/events/"
    template = table["parameters"]["storage.location.template"]
    assert template == f"local://{tmp_path}/data/logs/events/day=${{dt}}/"


def test_without_a_data_folder_locations_are_those_of_the_tables(tmp_path: Path) -> None:
    write_hive_tables(parse_catalog([document(JSON_SERDE)]), None, tmp_path)

    table = json.loads((tmp_path / "archive/events/.trinoSchema").read_text())
    assert table["externalLocation"] == "s3://bucket/logs/events/"
    template = table["parameters"]["storage.location.template"]
    assert template == "s3://bucket/logs/events/day=${dt}/"


@pytest.mark.parametrize(
    ("serde", "name"),
    [
        (JSON_SERDE, "OPENX_JSON"),
        ("org.apache.hive.hcatalog.data.JsonSerDe", "JSON"),
        ("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", "PARQUET"),
        ("org.apache.hadoop.hive.ql.io.orc.OrcSerde", "ORC"),
        ("org.apache.hadoop.hive.serde2.OpenCSVSerde", "CSV"),
        ("org.apache.hadoop.hive.serde2.RegexSerDe", "REGEX"),
        ("org.apache.hadoop.hive.serde2.avro.AvroSerDe", "AVRO"),
        ("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "TEXTFILE"),
    ],
)
def test_a_format_has_its_name_in_trino(tmp_path: Path, serde: str, name: str) -> None:
    table = written(tmp_path, document(serde, **{"serialization.format": "1"}))

    assert table["storageFormat"] == name
    assert table["serdeParameters"] == {"serialization.format": "1"}


def test_comments_are_kept(tmp_path: Path) -> None:
    described = document(JSON_SERDE)
    described["TableInput"]["Description"] = "What happened."

    table = written(tmp_path, described)

    assert table["parameters"]["comment"] == "What happened."
    assert [each.get("comment") for each in table["dataColumns"]] == [None, "The payload."]


def test_a_format_that_trino_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(TablesError, match=r"^table archive.events has the format ION, which"):
        written(tmp_path, document("com.amazon.ionhiveserde.IonHiveSerDe"))


def test_each_database_has_its_file(tmp_path: Path) -> None:
    written(tmp_path, document(JSON_SERDE), {"DatabaseInput": {"Name": "empty"}})

    names = sorted(path.name for path in (tmp_path / "metastore").glob(".*.trinoSchema"))
    assert names == [".archive.trinoSchema", ".default.trinoSchema", ".empty.trinoSchema"]


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("s3://bucket/", "local:///d/"),
        ("s3://bucket", "local:///d/"),
        ("s3://b/a/b/", "local:///d/a/b/"),
    ],
)
def test_local_location(url: str, location: str) -> None:
    assert local_location(url, Path("/d")) == location
