"""Find out what the columns of a table are for: as its catalog file says, or by what they are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from data_hist.catalog.sources import Source
from data_hist.catalog.tables import Roles, TableColumn, TableField
from data_hist.catalog.versions import (
    AS_IN_SOURCE,
    CatalogDocument,
    RoleField,
    TableRoles,
    VersionTable,
)
from data_hist.catalog.yaml_file import Problem
from data_hist.spelling import offer

_MOST_SHOWN: Final = 8
_JSON_TYPES: Final = ("varchar", "json")
_TEXT_TYPES: Final = ("varchar", "char")


def json_columns(document: CatalogDocument) -> Mapping[str, frozenset[str]]:
    """Return the columns of each source in whose text a version finds values by their paths."""
    found: dict[str, set[str]] = {name: set() for name in document.sources}
    for version in document.versions.values():
        for table in version.tables.values():
            found[table.source].update(
                column.origin or name
                for name, column in (table.columns or {}).items()
                if column and column.path
            )
    return {name: frozenset(columns) for name, columns in found.items()}


def roles_of(
    columns: Sequence[TableColumn], declared: TableRoles, json_origins: frozenset[str]
) -> Roles:
    """Return the roles of columns: those that are declared, and others by what the columns are."""
    arrival = declared.arrival or _arrival(columns)
    time = declared.time or _creation(columns, arrival)
    texts = [column for column in columns if column.type == "varchar"]
    service = _field(declared.service) or _named("service", texts)
    level = _field(declared.level) or _named("level", columns)
    payloads = declared.payloads
    if payloads is None:
        payloads = tuple(each.name for each in columns if _holds_json(each, json_origins))
    if declared.shown:
        shown = tuple(TableField(each.column, each.path) for each in declared.shown)
    else:
        first = [TableField(time)] if time else []
        first += [each for each in (service, level) if each]
        shown = _shown(first, columns, arrival)
    return Roles(time, arrival, service, level, payloads, shown)


def _field(declared: RoleField | None) -> TableField | None:
    return TableField(declared.column, declared.path) if declared else None


def _named(name: str, columns: Sequence[TableColumn]) -> TableField | None:
    return next((TableField(name) for column in columns if column.name == name), None)


def _moments(columns: Sequence[TableColumn]) -> Iterator[tuple[str, int | None]]:
    """Return the columns that hold a moment, with its greatest delay; a day holds many."""
    for column in columns:
        if column.time and column.time.unit != "day":
            yield column.name, column.time.greatest_delay_ms


def _arrival(columns: Sequence[TableColumn]) -> str | None:
    return next((name for name, delay in _moments(columns) if delay == 0), None)


def _creation(columns: Sequence[TableColumn], arrival: str | None) -> str | None:
    others = (name for name, delay in _moments(columns) if delay != 0 and name != arrival)
    return next(others, arrival)


def _holds_json(column: TableColumn, json_origins: frozenset[str]) -> bool:
    is_text_of_source = column.path is None and not column.is_converted
    return column.type == "json" or (is_text_of_source and column.origin in json_origins)


def _shown(
    first: Sequence[TableField], columns: Sequence[TableColumn], arrival: str | None
) -> tuple[TableField, ...]:
    found = dict.fromkeys(first)
    others = (each for each in columns if not each.is_partition and each.name != arrival)
    for column in others:
        if len(found) >= _MOST_SHOWN:
            break
        found[TableField(column.name)] = None
    return tuple(found)[:_MOST_SHOWN]


class _Column(NamedTuple):
    type: str
    has_time: bool


def role_problems(table: VersionTable, source: Source) -> Iterator[Problem]:
    """Find roles of columns that a table does not have, or that cannot have them."""
    roles = table.roles
    columns = dict(_columns(table, source))
    for role, name in (("time", roles.time), ("arrival", roles.arrival)):
        if name is not None:
            text = _unknown(name, columns) or _not_a_time(name, columns[name])
            yield from _problem((role,), text)
    for number, name in enumerate(roles.payloads or ()):
        text = _unknown(name, columns) or _not_json(name, columns[name])
        yield from _problem(("payloads", number), text)
    fields: list[tuple[tuple[str | int, ...], RoleField | None]] = [
        (("service",), roles.service),
        (("level",), roles.level),
        *((("shown", number), each) for number, each in enumerate(roles.shown or ())),
    ]
    for path, field in fields:
        if field:
            text = _unknown(field.column, columns)
            if not text and field.path:
                text = _not_json(field.column, columns[field.column])
            elif not text and path == ("service",):
                text = _not_text(field.column, columns[field.column])
            yield from _problem(path, text)


def _columns(table: VersionTable, source: Source) -> Iterator[tuple[str, _Column]]:
    if table.columns is None:
        names = [name for name, column in source.columns.items() if column.queryable]
        yield from ((name, _of_source(name, source)) for name in [*names, *source.partitions])
        return
    for name, column in table.columns.items():
        entry = column or AS_IN_SOURCE
        physical = _of_source(entry.origin or name, source)
        own_type = "varchar" if entry.path else physical.type
        has_time = entry.time is not None or (physical.has_time and not entry.is_derived)
        yield name, _Column(entry.type or own_type, has_time)


def _of_source(name: str, source: Source) -> _Column:
    if column := source.columns.get(name):
        return _Column(column.type, column.time is not None)
    level = source.partitions.get(name)
    return _Column(level.type if level else "varchar", has_time=False)


def _problem(path: tuple[str | int, ...], text: str) -> Iterator[Problem]:
    if text:
        yield Problem(path, text)


def _unknown(name: str, columns: Mapping[str, _Column]) -> str:
    if name in columns:
        return ""
    advice = offer(name, columns) or "; name one that callers see"
    return f"'{name}' is no column of the table{advice}"


def _not_a_time(name: str, column: _Column) -> str:
    return "" if column.has_time else f"'{name}' has no `time`; say there how it tells the moment"


def _not_text(name: str, column: _Column) -> str:
    is_text = column.type.partition("(")[0] in _TEXT_TYPES
    return "" if is_text else f"'{name}' is {column.type}; the name of a service is varchar"


def _not_json(name: str, column: _Column) -> str:
    return "" if column.type in _JSON_TYPES else f"'{name}' is {column.type}; JSON text is varchar"
