"""Render the sources of a catalog as AWS Glue documents, for AWS and the embedded Athena.

Does not call AWS. Documents are the inputs of Glue's CreateDatabase and CreateTable.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

from data_hist.catalog.column_types import hive_type
from data_hist.catalog.date_formats import parse_date_format
from data_hist.catalog.sources import DateLevel, EnumLevel, IntegerLevel, Level, Source
from data_hist.settings import Settings

_INPUT_FORMATS: Final = {
    "json": "org.apache.hadoop.mapred.TextInputFormat",
    "parquet": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
}
_OUTPUT_FORMATS: Final = {
    "json": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "parquet": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
}
_SERDES: Final = {
    "json": "org.openx.data.jsonserde.JsonSerDe",
    "parquet": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
}
# Glue refuses longer ones, and line breaks in comments.
_MOST_OF_COMMENT: Final = 255
_MOST_OF_DESCRIPTION: Final = 2048


def glue_documents(
    sources: Mapping[str, Source], archive: str, dates: tuple[date, date] | None = None
) -> list[dict[str, Any]]:
    """Describe the databases and tables of the sources.

    Args:
        sources: The sources of a catalog.
        archive: The address of the archive, ending in a slash.
        dates: The first and the last date that queries see, in place of those of each level.
    """
    # Queries run in it, so that a table name that is not qualified resolves to nothing.
    empty_database: str = Settings.model_fields["default_database"].default
    databases = {empty_database, *(source.database for source in sources.values())}
    return [
        *({"DatabaseInput": {"Name": name}} for name in sorted(databases)),
        *(
            {"DatabaseName": source.database, "TableInput": _table_input(source, archive, dates)}
            for source in sources.values()
        ),
    ]


def _table_input(source: Source, archive: str, dates: tuple[date, date] | None) -> dict[str, Any]:
    location = _location(source, archive)
    return {
        "Name": source.table,
        "Description": " ".join(source.description.split())[:_MOST_OF_DESCRIPTION],
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [
            _column(name, level.type, level.description)
            for name, level in source.partitions.items()
        ],
        "Parameters": {"EXTERNAL": "TRUE", **_projection(source, location, dates)},
        "StorageDescriptor": {
            "Location": location,
            "InputFormat": _INPUT_FORMATS[source.format],
            "OutputFormat": _OUTPUT_FORMATS[source.format],
            "SerdeInfo": _serde(source),
            "Columns": [
                _column(name, column.type, column.description)
                for name, column in source.columns.items()
            ],
        },
    }


def _location(source: Source, archive: str) -> str:
    folder = source.folder if source.folder.startswith("s3://") else archive + source.folder
    return folder if folder.endswith("/") else f"{folder}/"


def _column(name: str, athena_type: str, description: str) -> dict[str, str]:
    comment = " ".join(description.split())[:_MOST_OF_COMMENT]
    return {"Name": name, "Type": hive_type(athena_type), "Comment": comment}


def _serde(source: Source) -> dict[str, Any]:
    keys = {f"mapping.{name}": column.key for name, column in source.columns.items() if column.key}
    parameters = source.serde | keys if source.format == "json" else {}
    serde: dict[str, Any] = {"SerializationLibrary": _SERDES[source.format]}
    return serde | {"Parameters": parameters} if parameters else serde


def _projection(source: Source, location: str, dates: tuple[date, date] | None) -> dict[str, str]:
    """The values of each partition key, so that Athena needs no list of partitions."""
    if not source.partitions:
        return {}
    template = source.template
    if template is None:
        template = "".join(f"{name}=${{{name}}}/" for name in source.partitions)
    return {
        "projection.enabled": "true",
        **{
            f"projection.{name}.{key}": value
            for name, level in source.partitions.items()
            for key, value in _properties(level, dates).items()
        },
        "storage.location.template": location + template,
    }


def _properties(level: Level, dates: tuple[date, date] | None) -> dict[str, str]:
    found: dict[str, str] = {"type": level.projection}
    if isinstance(level, EnumLevel):
        found["values"] = ",".join(level.values)
    if isinstance(level, DateLevel):
        found |= {"format": level.format, "range": _dates(level, dates)}
        if level.unit is not None or _is_finer_than_a_day(level):
            found |= {"interval": str(level.interval), "interval.unit": level.step_unit}
    if isinstance(level, IntegerLevel):
        found["range"] = ",".join(map(str, level.range))
        if level.digits is not None:
            found["digits"] = str(level.digits)
    if isinstance(level, DateLevel | IntegerLevel) and "interval" in level.model_fields_set:
        found["interval"] = str(level.interval)
    return found


def _is_finer_than_a_day(level: DateLevel) -> bool:
    """Whether Athena demands an interval."""
    return "hour" in parse_date_format(level.format).units


def _dates(level: DateLevel, dates: tuple[date, date] | None) -> str:
    if dates is None:
        return ",".join(level.range)
    date_format = parse_date_format(level.format)
    first, last = (datetime.combine(each, time()) for each in dates)
    return f"{date_format.render(first)},{date_format.render(last)}"
