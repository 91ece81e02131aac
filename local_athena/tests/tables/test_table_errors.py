"""Documents that define no table: the error names the key and what to write."""

from typing import Any

import pytest
from local_athena.tables import TablesError, parse_catalog

from tests.tables.table_documents import OPENX, document, table_input


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
        (with_columns(), "StorageDescriptor.Columns is empty; write at least one column"),
        (
            with_columns({"Name": 'a"b', "Type": "string"}),
            'Columns[0].Name is a"b; write letters, digits, - and _',
        ),
        (
            with_serde(**{"mapping.id": 'I"D'}),
            'mapping.id is I"D; write a key without quotes and backslashes',
        ),
        (with_columns("id"), "StorageDescriptor.Columns is no list of objects"),
        (
            with_columns({"Name": "id"}),
            "StorageDescriptor.Columns[0].Type is missing; write",
        ),
        (
            with_columns({"Name": "tags", "Type": "array<text>"}),
            "StorageDescriptor.Columns[0].Type is array<text>, which Hive does not know; write",
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
            "SerdeInfo.SerializationLibrary is LazySimple, which Athena does not know; write one",
        ),
        (
            table_input(StorageDescriptor={"SerdeInfo": None}),
            "StorageDescriptor.SerdeInfo.SerializationLibrary is missing; write",
        ),
        (with_serde(**{"case.insensitive": "yes"}), "case.insensitive is yes; write TRUE or FALSE"),
        (with_serde(**{"mapping.x": "X"}), "mapping.x names no column; write one of id, total"),
        (with_serde(**{"dots.in.keys": "yes"}), "dots.in.keys is yes; write TRUE or FALSE"),
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
