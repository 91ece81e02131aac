"""Make the tables that callers see from a catalog file."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from data_hist.catalog.document import PACKAGED_FILE, Check, parse_document, read_text
from data_hist.catalog.folder_levels import partitions_of
from data_hist.catalog.roles import json_columns, roles_of
from data_hist.catalog.sources import DateLevel, InjectedLevel, Level, Source, SourceColumn, Time
from data_hist.catalog.tables import (
    ApiVersion,
    Catalog,
    Condition,
    Example,
    Table,
    TableColumn,
    TenantColumn,
    TimeColumn,
)
from data_hist.catalog.versions import (
    AS_IN_SOURCE,
    CatalogDocument,
    Version,
    VersionColumn,
    VersionTable,
)

_MILLISECOND: Final = timedelta(milliseconds=1)


def load_catalog(file: Path | None = None, further_checks: Iterable[Check] = ()) -> Catalog:
    """Load the tables of a catalog file; by default, of the packaged one.

    Args:
        file: The file.
        further_checks: As in `load_document`.

    Raises:
        CatalogError: It cannot be used.
    """
    file = file or PACKAGED_FILE
    return parse_catalog(read_text(file), file, further_checks)


def parse_catalog(text: str, file: Path, further_checks: Iterable[Check] = ()) -> Catalog:
    """Make the tables that a catalog file with this text describes; see `load_catalog`.

    Raises:
        CatalogError: It cannot be used.
    """
    with _garbage_collection_paused():
        return resolve(parse_document(text, file, further_checks))


@contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """Look for no cycles among what is made, which of a large file takes a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def resolve(document: CatalogDocument) -> Catalog:
    """Make the tables of each version of the API."""
    holds_json = json_columns(document)
    return Catalog(
        {
            name: _version(name, entry, document.sources, holds_json)
            for name, entry in document.versions.items()
        }
    )


def _version(
    name: str,
    entry: Version,
    sources: Mapping[str, Source],
    holds_json: Mapping[str, frozenset[str]],
) -> ApiVersion:
    tables = {
        table: _table(table, fields, sources[fields.source], holds_json[fields.source])
        for table, fields in entry.tables.items()
    }
    return ApiVersion(name, entry.catalog, entry.database, tables)


def _table(name: str, entry: VersionTable, source: Source, json_origins: frozenset[str]) -> Table:
    columns = tuple(
        _column(column, fields or AS_IN_SOURCE, source)
        for column, fields in (entry.columns or dict.fromkeys(source.readable_types)).items()
    )
    return Table(
        name=name,
        full_name=(source.catalog, source.database, source.table),
        description=source.description if entry.description is None else entry.description,
        columns=columns,
        hidden=frozenset(each for each, of in source.columns.items() if not of.queryable),
        readable=frozenset(source.readable_types),
        partitions=partitions_of(source),
        tenant=_tenant(source),
        roles=roles_of(columns, entry.roles, json_origins),
        examples=tuple(Example(each.title, each.sql) for each in entry.examples),
    )


def _tenant(source: Source) -> TenantColumn | None:
    if source.tenant is None:
        return None
    column = {**source.columns, **source.partitions}[source.tenant]
    return TenantColumn(source.tenant, is_text=column.type == "varchar")


def _column(name: str, entry: VersionColumn, source: Source) -> TableColumn:
    conditions = tuple(
        Condition(each, tuple(values)) for each, values in (entry.when or {}).items()
    )
    if entry.expression is not None:
        return _computed(name, entry, conditions)
    origin = entry.origin or name
    level = source.partitions.get(origin)
    physical = source.columns[origin] if level is None else level
    own_type = "varchar" if entry.path else physical.type
    to = entry.type or own_type
    declared = _declared_time(entry, physical)
    return TableColumn(
        name=name,
        type=to,
        description=_description(entry, physical),
        origin=origin,
        path=entry.path,
        conditions=conditions,
        is_converted=to != own_type,
        converts_from=declared.unit if declared and own_type != to == "timestamp" else None,
        is_partition=level is not None,
        is_injected=isinstance(level, InjectedLevel),
        time=_converted(_time(entry, physical), own_type, to),
        examples=_examples(entry, physical, to),
    )


def _computed(name: str, entry: VersionColumn, conditions: tuple[Condition, ...]) -> TableColumn:
    """Make the column of an expression, whose type stands in the file."""
    to = str(entry.type)
    time = None if entry.time is None else _time_column(entry.time)
    return TableColumn(
        name=name,
        type=to,
        description=entry.description or "",
        origin=None,
        expression=entry.expression,
        conditions=conditions,
        is_converted=True,
        converts_from=entry.time.unit if entry.time and to == "timestamp" else None,
        time=_converted(time, "", to) if to == "timestamp" else time,
        examples=entry.examples or (),
    )


def _description(entry: VersionColumn, physical: SourceColumn | Level) -> str:
    if entry.description is not None:
        return entry.description
    # What a JSON text holds is not what the text as a whole tells.
    return "" if entry.path else physical.description


def _examples(
    entry: VersionColumn, physical: SourceColumn | Level, column_type: str
) -> tuple[Any, ...]:
    if entry.examples is not None:
        return entry.examples
    is_as_it_is = entry.path is None and column_type == physical.type
    return physical.examples if is_as_it_is else ()


def _converted(time: TimeColumn | None, own_type: str, to: str) -> TimeColumn | None:
    """Return what a converted column tells of the time: of the name of a folder, nothing."""
    if time is None or to == own_type:
        return time
    if time.unit == "day":
        return None
    if to == "timestamp":
        return TimeColumn("timestamp", time.greatest_delay_ms)
    return time if to in ("bigint", "double") else None


def _declared_time(entry: VersionColumn, physical: SourceColumn | Level) -> Time | None:
    if entry.path:
        return entry.time
    return physical.time if isinstance(physical, SourceColumn) else None


def _time(entry: VersionColumn, physical: SourceColumn | Level) -> TimeColumn | None:
    declared = _declared_time(entry, physical)
    if declared is None:
        return None if entry.path else _time_of_folder(physical)
    return _time_column(declared)


def _time_column(declared: Time) -> TimeColumn:
    delay = declared.greatest_delay
    return TimeColumn(declared.unit, None if delay is None else delay // _MILLISECOND)


def _time_of_folder(physical: SourceColumn | Level) -> TimeColumn | None:
    if not isinstance(physical, DateLevel) or physical.type != "varchar":
        return None
    is_daily = (physical.interval, physical.step_unit) == (1, "DAYS")
    return TimeColumn("day", 0) if physical.is_named_by_day and is_daily else None
