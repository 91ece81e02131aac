"""Tables from documents of AWS Glue: what is read, and what an error says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from local_athena.tables import Catalog, JsonSerde, Table, TablesError, parse_catalog, read_catalog

OPENX = "org.openx.data.jsonserde.JsonSerDe"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
TEMPLATE = "s3://lake/raw/${kind}/dt=${dt}/h-${hour}.d/"


def table_input(**changes: Any) -> dict[str, Any]:
    """A table with each kind of projection."""
    storage = {
        "Location": "s3://lake/raw/orders/",
        "Columns": [
            {"Name": "Id", "Type": "bigint", "Comment": "The order."},
            {"Name": "total", "Type": "decimal(10, 2)"},
            {"Name": "payload", "Type": "string"},
        ],
        "SerdeInfo": {"SerializationLibrary": OPENX},
    }
    keys = [("kind", "string"), ("dt", "string"), ("hour", "int")]
    return {
        "Name": "Orders",
        "StorageDescriptor": storage | changes.pop("StorageDescriptor", {}),
        "PartitionKeys": [{"Name": name, "Type": of} for name, of in keys],
        "Parameters": {
            "projection.enabled": "true",
            "projection.kind.type": "enum",
            "projection.kind.values": "orders,returns",
            "projection.dt.type": "date",
            "projection.dt.format": "yyyy-MM-dd",
            "projection.dt.range": "2024-01-01,NOW",
            "projection.hour.type": "integer",
            "projection.hour.range": "0,23",
            "projection.hour.digits": "2",
            "storage.location.template": TEMPLATE,
        }
        | changes.pop("Parameters", {}),
    } | changes


def table(**changes: Any) -> Table:
    (found,) = parse_catalog([document(table_input(**changes))]).tables()
    return found


def document(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"DatabaseName": "shop", "TableInput": of}


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
    ("serde", "parameters", "wanted"),
    [
        ({"SerializationLibrary": OPENX}, {}, "json"),
        ({"SerializationLibrary": PARQUET}, {"classification": "json"}, "parquet"),
        (None, {"classification": "JSON"}, "json"),
        ({}, {"classification": "parquet"}, "parquet"),
    ],
)
def test_format(serde: dict[str, str] | None, parameters: dict[str, str], wanted: str) -> None:
    found = table(StorageDescriptor={"SerdeInfo": serde}, Parameters=parameters)

    assert found.format == wanted


def without(key: str, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in table_input(**changes).items() if name != key}


def with_serde(**parameters: str) -> dict[str, Any]:
    info = {"SerializationLibrary": OPENX, "Parameters": parameters}
    return table_input(StorageDescriptor={"SerdeInfo": info})


def with_columns(*columns: Any) -> dict[str, Any]:
    return table_input(StorageDescriptor={"Columns": list(columns)})


def with_parameters(**parameters: Any) -> dict[str, Any]:
    given = {name.replace("__", "."): value for name, value in parameters.items()}
    return table_input(Parameters=given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (without("Name"), "TableInput.Name is missing; write the name of the table"),
        (without("StorageDescriptor"), "TableInput.StorageDescriptor is missing; write a"),
        (with_columns("id"), "StorageDescriptor.Columns is no list of objects"),
        (
            with_columns({"Name": "id"}),
            "StorageDescriptor.Columns[0].Type is missing; write",
        ),
        (
            with_columns({"Name": "tags", "Type": "array<string>"}),
            "StorageDescriptor.Columns[0].Type is array<string>, which the endpoint does not read",
        ),
        (
            with_columns({"Name": "dt", "Type": "string"}),
            "StorageDescriptor.Columns has dt twice",
        ),
        (
            table_input(StorageDescriptor={"Location": "/raw"}),
            "StorageDescriptor.Location is /raw; write s3://BUCKET/FOLDER/",
        ),
        (
            table_input(
                StorageDescriptor={"Location": "s3://lake/../etc"},
                Parameters={"projection.enabled": "false"},
            ),
            "StorageDescriptor.Location is s3://lake/../etc; write s3://BUCKET/FOLDER/",
        ),
        (
            table_input(StorageDescriptor={"SerdeInfo": {"SerializationLibrary": "LazySimple"}}),
            f"SerdeInfo.SerializationLibrary is LazySimple; write {OPENX} or {PARQUET}",
        ),
        (
            table_input(StorageDescriptor={"SerdeInfo": None}),
            "StorageDescriptor.SerdeInfo.SerializationLibrary is missing; write",
        ),
        (with_serde(**{"case.insensitive": "yes"}), "case.insensitive is yes; write TRUE or FALSE"),
        (with_serde(**{"mapping.x": "X"}), "mapping.x names no column; write one of id, total"),
        (with_serde(**{"dots.in.keys": "TRUE"}), "dots.in.keys is not supported; write FALSE"),
        (with_serde(**{"explicit.null": "TRUE"}), "explicit.null is not supported; leave it out"),
        (with_parameters(projection__dt__type="time"), "projection.dt.type is time; write enum"),
        (with_parameters(projection__dt__type=None), "Parameters.projection.dt.type is missing"),
        (with_parameters(projection__dt__format="yyyy-DD"), "'yyyy-DD' has DD; use yyyy, MM, dd"),
        (with_parameters(projection__dt__format="T"), "projection.dt.format 'T' has T; use"),
        (with_parameters(projection__dt__format="'"), "has a quote that is not closed"),
        (with_parameters(projection__dt__format="--"), "'--' has no date in it"),
        (with_parameters(projection__dt__range="NOW"), "write two dates such as 2024-01-31,NOW"),
        (with_parameters(projection__dt__range="NOW-3,NOW"), "'NOW-3' has not the form of the"),
        (with_parameters(projection__dt__interval=0), "projection.dt.interval is '0'; write a"),
        (
            with_parameters(projection__dt__format="yyyy-MM-dd-HH"),
            "projection.dt.range '2024-01-01' has not the form of the format",
        ),
        (with_parameters(projection__hour__range="0-23"), "hour.range write two integers"),
        (with_parameters(projection__hour__range="0,x"), "hour.range write two integers"),
        (with_parameters(projection__kind__values=""), "projection.kind.values is missing; write"),
        (
            with_parameters(storage__location__template="s3://lake/${dt}/${hour}/"),
            "does not name each partition key once; write ${kind}, ${dt}, ${hour}",
        ),
        (
            with_parameters(storage__location__template="s3://lake/${kind}/${dt}-${hour}/"),
            "storage.location.template has the folder ${dt}-${hour}; write one ${KEY} in each",
        ),
        (with_parameters(other=["x"]), 'Parameters.other is ["x"]; write a text'),
    ],
)
def test_an_error_names_the_key_and_what_to_write(given: dict[str, Any], told: str) -> None:
    parameters = given.get("Parameters", {})
    given["Parameters"] = {name: value for name, value in parameters.items() if value is not None}

    with pytest.raises(TablesError) as refusal:
        parse_catalog([document(given)], "tables.json")

    assert told in str(refusal.value)
    assert str(refusal.value).startswith("tables.json: ")
    if "TableInput" not in told:
        assert str(refusal.value).startswith("tables.json: table shop.orders: ")


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
    assert catalog.databases == ("e", "shop")
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
    assert Catalog().databases == ()
