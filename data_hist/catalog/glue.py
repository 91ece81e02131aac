"""Render the data dictionary as AWS Glue documents, like those of `deploy/aws/service.yaml`.

Does not call AWS. Documents are the inputs of Glue's CreateDatabase and CreateTable.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from data_hist.catalog.tables import ApiVersion, Catalog, Table, TableColumn
from data_hist.settings import Settings

_HIVE_TYPES: Final = {"varchar": "string", "integer": "int", "real": "float"}
_INPUT_FORMATS: Final = {
    "json": "org.apache.hadoop.mapred.TextInputFormat",
    "parquet": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
}
_OUTPUT_FORMATS: Final = {
    "json": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "parquet": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
}
_SERDES: Final[dict[str, dict[str, Any]]] = {
    "json": {
        "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
        # Or every key in `data` is made lower case, and $.userName finds nothing.
        "Parameters": {"case.insensitive": "FALSE"},
    },
    "parquet": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    },
}


@dataclass(frozen=True)
class ArchiveLayout:
    """Where the archive is and how its folders are named: parameters of `service.yaml`.

    Attributes:
        location: The folder of the topics, ending in a slash.
        file_format: What the files hold.
        day_prefix: What the name of a day's folder begins with.
        hour_prefix: The same for an hour.
        minute_prefix: The same for a minute.
        minute_step: Minutes from one folder to the next.
        days: The first and the last day that queries see, in the words of partition projection.
    """

    location: str
    file_format: Literal["json", "parquet"] = "json"
    day_prefix: str = "dt="
    hour_prefix: str = "hr="
    minute_prefix: str = "min="
    minute_step: int = 1
    days: str = "NOW-366DAYS,NOW"


def glue_documents(catalog: Catalog, layout: ArchiveLayout) -> list[dict[str, Any]]:
    """Describe the databases and tables of every version of the API."""
    # Queries run in it, so that a table name that is not qualified resolves to nothing.
    empty_database: str = Settings.model_fields["default_database"].default
    versions = catalog.versions.values()
    databases = {empty_database, *(version.database for version in versions)}
    return [
        *({"DatabaseInput": {"Name": name}} for name in sorted(databases)),
        *(document for version in versions for document in _tables(version, layout)),
    ]


def _tables(version: ApiVersion, layout: ArchiveLayout) -> Iterator[dict[str, Any]]:
    for table in version.tables.values():
        yield {"DatabaseName": version.database, "TableInput": _table_input(table, layout)}


def _table_input(table: Table, layout: ArchiveLayout) -> dict[str, Any]:
    location = f"{layout.location}{table.folder}/"
    return {
        "Name": table.physical_name,
        "Description": table.description,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [_column(column) for column in table.partition_columns],
        "Parameters": {
            "EXTERNAL": "TRUE",
            "projection.enabled": "true",
            **_projection(table, layout),
            "storage.location.template": location + _folders(table, layout),
        },
        "StorageDescriptor": {
            "Location": location,
            "InputFormat": _INPUT_FORMATS[layout.file_format],
            "OutputFormat": _OUTPUT_FORMATS[layout.file_format],
            "SerdeInfo": _SERDES[layout.file_format],
            "Columns": [_column(column) for column in table.columns if not column.partition],
        },
    }


def _column(column: TableColumn) -> dict[str, str]:
    hive_type = _HIVE_TYPES.get(column.type, column.type)
    return {"Name": column.name, "Type": hive_type, "Comment": column.description}


def _projection(table: Table, layout: ArchiveLayout) -> dict[str, str]:
    """The values of each partition key, so that Athena needs no list of partitions."""
    properties = {
        "day": {"type": "date", "format": "yyyy-MM-dd", "range": layout.days},
        "hour": {"type": "integer", "range": "0,23", "digits": "2"},
        "minute": {
            "type": "integer",
            "range": "0,59",
            "interval": str(layout.minute_step),
            "digits": "2",
        },
    }
    return {
        f"projection.{column.name}.{name}": value
        for column in table.partition_columns
        for name, value in properties[column.time or ""].items()
    }


def _folders(table: Table, layout: ArchiveLayout) -> str:
    prefixes = {
        "day": layout.day_prefix,
        "hour": layout.hour_prefix,
        "minute": layout.minute_prefix,
    }
    return "".join(
        f"{prefixes[column.time or '']}${{{column.name}}}/" for column in table.partition_columns
    )
