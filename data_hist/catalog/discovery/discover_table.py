"""Make the first catalog of tables in AWS from what Athena says of them, and a sample of rows."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from data_hist.catalog.column_types import athena_type
from data_hist.catalog.date_formats import parse_date_format
from data_hist.catalog.discovery.columns import FoundColumn, describe_column
from data_hist.catalog.discovery.folder_spans import folder_span
from data_hist.catalog.discovery.found_table import FoundTable
from data_hist.catalog.discovery.level_names import FoundLevel
from data_hist.catalog.discovery.names import make_name
from data_hist.catalog.discovery.samples import Record, Sample
from data_hist.catalog.discovery.table_levels import (
    STORED_NAME,
    projected_levels,
    projection_of,
    propose_levels,
)
from data_hist.catalog.identifiers import quote_identifier
from data_hist.catalog.sources import DateLevel

RunQuery: TypeAlias = Callable[[str], Sequence[Sequence[str | None]]]
"""Runs SQL on Athena and returns its rows."""

_RECORDS: Final = 500
_DAYS: Final = (3, 31)
_NAME: Final = re.compile("[a-z_][a-z0-9_]{0,254}")
_ADDRESS: Final = re.compile("s3://[^/$]+(/[^/$]+)*")
_FORMATS: Final = {
    "org.openx.data.jsonserde.JsonSerDe": "json",
    "org.apache.hive.hcatalog.data.JsonSerDe": "json",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
}
_NOT_FOLDERS: Final = frozenset({"DELTA", "HUDI", "ICEBERG"})
_READ_AS: Final[Mapping[str, Callable[[str], Any]]] = {
    "bigint": int,
    "boolean": "true".__eq__,
    "double": float,
    "integer": int,
    "real": float,
    "smallint": int,
    "timestamp": datetime.fromisoformat,
    "tinyint": int,
}


class UndescribedTableError(Exception):
    """A table that a catalog cannot describe; the message says why."""


class _Storage(NamedTuple):
    folder: str
    template: str | None
    comments: tuple[str, ...]


def describe_table(
    database: str,
    table: Mapping[str, Any],
    run: RunQuery,
    now: datetime,
    taken: Collection[str] = (),
) -> FoundTable:
    """Describe a table for a catalog.

    Args:
        database: The name of its database.
        table: The `TableMetadata` of Athena's API.
        run: Runs the query for the sample.
        now: The current time, in UTC.
        taken: The names of other tables.

    Raises:
        UndescribedTableError: It cannot be in a catalog.
    """
    name = table["Name"].lower()
    if not _NAME.fullmatch(name) or not _NAME.fullmatch(database):
        raise UndescribedTableError("has a name that a catalog cannot have")
    parameters = {key: str(value) for key, value in table.get("Parameters", {}).items()}
    table_format = _format(table, parameters)
    types, left_out = _types(table)
    keys = _keys(types, parameters)
    levels, projection = _levels(table), projection_of(table)
    kinds = {each: of.get("type", "").lower() for each, of in (projection or {}).items()}
    needed = [each for each, kind in kinds.items() if kind == "injected"]
    rows = [] if needed else _read_rows(f'"{database}"."{name}"', types, levels, run, now)
    if projection is None:
        levels = dict(propose_levels(levels, rows))
    sample = Sample(table_format, list(_records(rows, keys, levels)), is_spread=False)
    storage = _storage(parameters, levels)
    return FoundTable(
        name=make_name(name, "records", taken),
        stored=(database, name),
        folder=storage.folder,
        format=table_format,
        levels=levels,
        folder_values=_last_folder(rows, levels),
        columns=list(_columns(sample, types, keys)),
        records=sample.records,
        template=storage.template,
        serde=_serde(parameters) if table_format == "json" else {},
        reads_one_folder=True,
        comments=tuple(_comments(needed, rows, storage, left_out)),
    )


def _format(table: Mapping[str, Any], parameters: Mapping[str, str]) -> Any:
    if "VIEW" in table.get("TableType", ""):
        raise UndescribedTableError("is a view; name the table that it reads")
    serde = parameters.get("serde.serialization.lib", "")
    kind = parameters.get("table_type", "").upper()
    if kind in _NOT_FOLDERS or serde not in _FORMATS:
        is_what = kind if kind in _NOT_FOLDERS else f"read with {serde or 'no SerDe'}"
        text = f"is {is_what}; a catalog describes JSON and Parquet in folders"
        raise UndescribedTableError(text)
    return _FORMATS[serde]


def _types(table: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return the types of the columns, and those that a catalog cannot have."""
    types, left_out = {}, []
    for column in table.get("Columns", ()):
        name = column["Name"].lower()
        try:
            found = athena_type(column["Type"])
        except ValueError:
            left_out.append(f"{name} ({column['Type']})")
            continue
        if STORED_NAME.fullmatch(name):
            types[name] = found
        else:
            left_out.append(ascii(name))
    if not types:
        raise UndescribedTableError("has no columns that a catalog can have")
    return types, left_out


def _levels(table: Mapping[str, Any]) -> dict[str, FoundLevel]:
    try:
        return projected_levels(table)
    except ValueError as error:
        text = f"has a partition key that a catalog cannot have: {error}"
        raise UndescribedTableError(text) from None


def _comments(
    needed: Sequence[str], rows: Sequence[object], storage: _Storage, left_out: Sequence[str]
) -> Iterator[str]:
    if needed:
        names = ", ".join(needed)
        yield f"From no records, since each query has to give {names}: add times by hand."
    elif rows:
        yield f"From {len(rows):,} records."
    else:
        yield "From no records, since the sample was empty: add times by hand."
    yield from storage.comments
    if left_out:
        yield f"Left out, since a catalog has no such names or types: {', '.join(left_out)}."


def _keys(types: Mapping[str, str], parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: parameters.get(f"serde.param.mapping.{name}") or name for name in types}


def _columns(
    sample: Sample, types: Mapping[str, str], keys: Mapping[str, str]
) -> Iterator[FoundColumn]:
    for name, key in keys.items():
        # Two columns may have one key, in two types.
        yield describe_column(replace(sample, types={key: types[name]}), key, name)


def _serde(parameters: Mapping[str, str]) -> dict[str, str]:
    found = {
        key.removeprefix("serde.param."): value
        for key, value in sorted(parameters.items())
        if key.startswith("serde.param.")
    }
    # Athena adds the second to each table.
    return {
        key: value
        for key, value in found.items()
        if not key.startswith("mapping.") and key != "serialization.format"
    }


def _storage(parameters: Mapping[str, str], levels: Mapping[str, FoundLevel]) -> _Storage:
    location = parameters.get("location", "").rstrip("/")
    found = parameters.get("storage.location.template", "")
    template = found.removeprefix(f"{location}/") if levels and found else None
    if template == "".join(f"{name}=${{{name}}}/" for name in levels):
        template = None
    comments = []
    if template and (template == found or any(f"${{{name}}}" not in template for name in levels)):
        comments.append(f"The folders of the partitions are {found}, which a catalog cannot say.")
        template = None
    if not _ADDRESS.fullmatch(location):
        comments.append(f"The files are in '{location}', which a catalog cannot say.")
        location = ""
    if parameters.get("serde.serialization.lib", "").startswith("org.apache.hive.hcatalog"):
        comments.append(
            "The table is read with Hive's SerDe; `data-hist catalog glue` takes that of OpenX."
        )
    return _Storage(location, template, tuple(comments))


def _read_rows(
    table: str,
    types: Mapping[str, str],
    levels: Mapping[str, FoundLevel],
    run: RunQuery,
    now: datetime,
) -> list[dict[str, Any]]:
    """Read a sample: of the last days if the levels tell them, and of more if those are empty."""
    read = [*(name for name, of in types.items() if of == "varchar" or of in _READ_AS), *levels]
    if not read:
        return []
    sql = f"SELECT {', '.join(map(quote_identifier, read))} FROM {table}"  # noqa: S608
    found: Sequence[Sequence[str | None]] = ()
    for bound in _bounds(levels, now):
        found = found or run(f"{sql}{bound} LIMIT {_RECORDS}")
    kinds = [types.get(name, "varchar") for name in read]
    return [
        {name: _read(text, of) for name, of, text in zip(read, kinds, row, strict=True)}
        for row in found
    ]


def _read(text: str | None, of: str) -> Any:
    try:
        return None if text is None else _READ_AS.get(of, str)(text)
    except ValueError:
        return None


def _bounds(levels: Mapping[str, FoundLevel], now: datetime) -> Iterator[str]:
    for name, found in levels.items():
        level = found.level
        if not isinstance(level, DateLevel) or "NOW" not in level.range[1]:
            continue
        parsed = parse_date_format(level.format)
        if not parsed.is_sorted or level.type not in ("varchar", "date"):
            continue
        literal = "date " if level.type == "date" else ""
        for days in _DAYS:
            first = parsed.render(now - timedelta(days=days))
            yield f" WHERE {quote_identifier(name)} >= {literal}'{first}'"
        return
    yield ""


def _records(
    rows: Sequence[Mapping[str, Any]], keys: Mapping[str, str], levels: Mapping[str, FoundLevel]
) -> Iterator[Record]:
    kinds = [found.level for found in levels.values()]
    for row in rows:
        span = folder_span(kinds, [row[name] or "" for name in levels])
        yield Record({key: row.get(name) for name, key in keys.items()}, span)


def _last_folder(
    rows: Sequence[Mapping[str, Any]], levels: Mapping[str, FoundLevel]
) -> tuple[str, ...]:
    folders = (tuple(row[name] for name in levels) for row in reversed(rows))
    return next((folder for folder in folders if None not in folder), ())
