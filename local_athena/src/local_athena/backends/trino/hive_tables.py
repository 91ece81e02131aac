"""Write the tables of a catalog as the files of Trino's file metastore.

https://trino.io/docs/current/object-storage/metastores.html describes the metastore; the members
of its files were read from those that Trino 476 writes.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_athena.tables import Catalog, Column, Table, TableFormat, TablesError, read_catalog

_WRITER_VERSION = "476"
_DATABASE = {"ownerName": "public", "ownerType": "ROLE", "parameters": {}}
_LOCATION_TEMPLATE = "storage.location.template"
_UNKNOWN_TO_TRINO = frozenset({TableFormat.GROK, TableFormat.ION})


def write_hive_tables(catalog: Catalog, data: Path | None, metastore: Path) -> None:
    """Write a folder for `hive.metastore.catalog.dir`.

    Args:
        catalog: The tables.
        data: The folder that stands for the bucket of the tables, for a file system whose root is
            `/`; without it, the files are where the tables say.
        metastore: The folder to write to.

    Raises:
        TablesError: Trino does not read the format of a table.
    """
    for database in catalog.databases:
        _write(metastore / f".{database}.trinoSchema", _DATABASE)
    for table in catalog.tables():
        if table.format in _UNKNOWN_TO_TRINO:
            name = f"{table.database}.{table.name}"
            raise TablesError(f"table {name} has the format {table.format}, which Trino lacks")
        path = metastore / table.database / table.name / ".trinoSchema"
        _write(path, _table_document(table, data and data.resolve()))


def _table_document(table: Table, data: Path | None) -> dict[str, Any]:
    return {
        "owner": "public",
        "tableType": "EXTERNAL_TABLE",
        "dataColumns": [_column(each) for each in table.columns if not each.partition],
        "partitionColumns": [_column(each) for each in table.partition_columns],
        "parameters": _parameters(table, data),
        "storageFormat": str(table.format),
        "serdeParameters": _serde_parameters(table),
        "externalLocation": _location(str(table.storage["Location"]), data),
        "columnStatistics": {},
    }


def _column(column: Column) -> dict[str, Any]:
    comment = {"comment": column.comment} if column.comment else {}
    return {"name": column.name, "type": column.hive_type, **comment, "properties": {}}


def _parameters(table: Table, data: Path | None) -> dict[str, str]:
    comment = {"comment": table.description} if table.description else {}
    parameters = {**comment, **table.parameters}
    if _LOCATION_TEMPLATE in parameters:
        parameters[_LOCATION_TEMPLATE] = _location(parameters[_LOCATION_TEMPLATE], data)
    return parameters


def _serde_parameters(table: Table) -> Mapping[str, str]:
    given: Mapping[str, Any] = table.storage.get("SerdeInfo", {}).get("Parameters", {})
    return {name: str(value) for name, value in given.items()}


def _location(s3_url: str, data: Path | None) -> str:
    return local_location(s3_url, data) if data else s3_url


def local_location(s3_url: str, data: Path) -> str:
    """Return the location below a folder of what lies in a bucket: `s3://bucket/a/` at `/d`."""
    _, _, path = s3_url.removeprefix("s3://").partition("/")
    return f"local://{data}/{path}"


def _write(path: Path, members: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"writerVersion": _WRITER_VERSION, **members}, indent=2))


def main() -> None:
    """Write the files that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m local_athena.backends.trino.hive_tables")
    parser.add_argument("--tables", type=Path, required=True)
    parser.add_argument("--metastore", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    write_hive_tables(read_catalog(options.tables), options.data, options.metastore)


if __name__ == "__main__":
    main()
