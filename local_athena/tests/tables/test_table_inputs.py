"""Tables from documents of AWS Glue: what is read, and what an error says."""

import json
from pathlib import Path
from typing import Any

import pytest
from local_athena.tables import Catalog, JsonSerde, Table, TablesError, parse_catalog, read_catalog

from tests.tables.table_documents import HCATALOG, OPENX, PARQUET, document, table_input


def table(**changes: Any) -> Table:
    (found,) = parse_catalog([document(table_input(**changes))]).tables()
    return found


def test_columns_have_the_types_of_sql_and_the_partition_keys_come_last() -> None:
    columns = table().columns

    assert [(column.name, column.type, column.partition) for column in columns] == [
        ("id", "bigint", False),
        ("total", "decimal(10,2)", False),
        ("payload", "varchar", False),
        ("kind", "varchar", True),
        ("dt", "varchar", True),
        ("hour", "integer", True),
    ]
    assert (columns[0].comment, columns[2].hive_type) == ("The order.", "string")


def test_the_template_gives_the_folders() -> None:
    found = table()

    levels = [(level.column, level.prefix, level.suffix) for level in found.levels]
    assert found.location == "raw"
    assert levels == [("kind", "", ""), ("dt", "dt=", ""), ("hour", "h-", ".d")]


def test_names_may_have_hyphens() -> None:
    found = table(
        PartitionKeys=[{"Name": "Aws-Region", "Type": "string"}],
        StorageDescriptor={"Columns": [{"Name": "c-ip", "Type": "string"}]},
        Parameters={
            "projection.aws-region.type": "injected",
            "storage.location.template": "s3://lake/raw/aws-region=${aws-region}/",
        },
    )

    assert [column.name for column in found.columns] == ["c-ip", "aws-region"]
    assert [(level.column, level.prefix) for level in found.levels] == [
        ("aws-region", "aws-region=")
    ]


@pytest.mark.parametrize(
    ("level", "folder", "value"),
    [
        (0, "orders", "orders"),
        (0, "metrics", None),
        (1, "dt=2024-02-29", "2024-02-29"),
        (1, "dt=2023-12-31", None),
        (1, "dt=2024-02-30", None),
        (1, "2024-02-29", None),
        (2, "h-07.d", "07"),
        (2, "h-7.d", None),
        (2, "h-24.d", None),
        (2, "h-.d", None),
        (2, "h-07", None),
    ],
)
def test_folders_that_projection_does_not_reach_hold_no_rows(
    level: int, folder: str, value: str | None
) -> None:
    assert table().levels[level].value(folder) == value


@pytest.mark.parametrize("enabled", ["false", "true"])
def test_without_a_template_folders_are_named_as_hive_names_them(enabled: str) -> None:
    given = table_input(Parameters={"projection.enabled": enabled})
    if enabled == "true":
        del given["Parameters"]["storage.location.template"]

    (found,) = parse_catalog([document(given)]).tables()

    assert found.location == "raw/orders"
    assert [level.prefix for level in found.levels] == ["kind=", "dt=", "hour="]
    # Without projection, any partition that is there may have been added.
    assert found.levels[0].value("kind=other") == (None if enabled == "true" else "other")


def test_a_table_without_partitions_reads_its_folder() -> None:
    found = table(PartitionKeys=[], Parameters={"projection.enabled": "false"})

    assert (found.location, found.levels) == ("raw/orders", ())
    assert (
        table(
            PartitionKeys=[],
            Parameters={"projection.enabled": "false"},
            StorageDescriptor={"Location": "s3://lake/"},
        ).location
        == ""
    )


@pytest.mark.parametrize(
    ("parameters", "serde"),
    [
        ({}, JsonSerde()),
        (
            {"case.insensitive": "FALSE", "ignore.malformed.json": "true"},
            JsonSerde(case_insensitive=False, ignore_malformed=True),
        ),
        ({"mapping.Payload": "PayLoad", "paths": "id"}, JsonSerde(keys={"payload": "PayLoad"})),
    ],
)
def test_serde_parameters(parameters: dict[str, str], serde: JsonSerde) -> None:
    info = {"SerializationLibrary": OPENX, "Parameters": parameters}

    assert table(StorageDescriptor={"SerdeInfo": info}).serde == serde


@pytest.mark.parametrize(
    "library", [HCATALOG, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"]
)
def test_parameters_of_another_serde_are_its_own(library: str) -> None:
    parameters = {"case.insensitive": "FALSE", "field.delim": ","}
    info = {"SerializationLibrary": library, "Parameters": parameters}

    assert table(StorageDescriptor={"SerdeInfo": info}).serde == JsonSerde()


@pytest.mark.parametrize(
    ("serde", "parameters", "wanted"),
    [
        ({"SerializationLibrary": OPENX}, {}, "OPENX_JSON"),
        ({"SerializationLibrary": HCATALOG}, {}, "JSON"),
        ({"SerializationLibrary": PARQUET}, {"classification": "json"}, "PARQUET"),
        ({"SerializationLibrary": "org.apache.hadoop.hive.ql.io.orc.OrcSerde"}, {}, "ORC"),
        (None, {"classification": "JSON"}, "OPENX_JSON"),
        ({}, {"classification": "parquet"}, "PARQUET"),
    ],
)
def test_format(serde: dict[str, str] | None, parameters: dict[str, str], wanted: str) -> None:
    found = table(StorageDescriptor={"SerdeInfo": serde}, Parameters=parameters)

    assert found.format == wanted


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


FORMS = {
    "CreateTable": document(table_input()),
    "GetTable": {"Table": table_input(DatabaseName="shop")},
    "GetTables": {"TableList": [table_input(DatabaseName="shop")]},
    "TableInput": table_input(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("as_list", [True, False])
def test_forms_of_a_document(form: str, as_list: bool, tmp_path: Path) -> None:
    content = [FORMS[form]] if as_list else FORMS[form]

    catalog = read_catalog(write(tmp_path / "shop.json", content))

    assert [(found.database, found.name) for found in catalog.tables()] == [("shop", "orders")]


def test_a_folder_of_files(tmp_path: Path) -> None:
    write(tmp_path / "a.json", document(table_input(Name="a")))
    write(tmp_path / "b.json", [document(table_input(Name="b")), {"DatabaseInput": {"Name": "E"}}])
    write(tmp_path / "notes.txt", "no table")

    catalog = read_catalog(tmp_path)

    assert [found.name for found in catalog.tables("Shop")] == ["a", "b"]
    assert catalog.databases == ("default", "e", "shop")
    assert catalog.find("SHOP", "A") is not None
    assert catalog.find("e", "a") is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "tables.json is not JSON: "),
        ("[1]", "tables.json: is 1; write an object with a TableInput"),
        ([FORMS["CreateTable"], {}], "tables.json: document 2: StorageDescriptor is missing"),
        ([FORMS["CreateTable"]] * 2, "document 2: table shop.orders is defined twice"),
    ],
)
def test_files_that_define_no_tables(content: object, told: str, tmp_path: Path) -> None:
    with pytest.raises(TablesError) as refusal:
        read_catalog(write(tmp_path / "tables.json", content))

    assert told in str(refusal.value)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(TablesError, match=r"holds no \*\.json file"):
        read_catalog(tmp_path)
    with pytest.raises(TablesError, match="No such file"):
        read_catalog(tmp_path / "missing.json")


def test_a_document_without_a_file_names_its_database() -> None:
    with pytest.raises(TablesError, match="DatabaseName is missing"):
        parse_catalog([table_input()])


def test_the_default_database_exists_without_a_document() -> None:
    assert Catalog().has_database("Default")
    assert not Catalog().has_database("shop")
    assert Catalog().databases == ("default",)
