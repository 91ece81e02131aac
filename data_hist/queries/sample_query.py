"""Write the query that samples the payloads of a table in a bounded range of time."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from data_hist.catalog.identifiers import render_identifier
from data_hist.catalog.tables import Table, TableColumn
from data_hist.errors import FieldError, InvalidRequest

_HOUR: Final = timedelta(hours=1)
_MICROSECOND: Final = timedelta(microseconds=1)
# Partitions of years with fewer or more digits do not exist.
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_MILLISECONDS: Final = re.compile(r"[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True)
class SampleLimits:
    """How much a sample reads at most.

    The newest hours of a range are read, so that its cost does not grow with the range. The bound
    of a payload is for all columns together.
    """

    hours: int = 24
    records: int = 1_000
    payload_characters: int = 16_384


@dataclass(frozen=True)
class TimeSpan:
    """Whole hours, from the start of the first to the end of the last, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class SampleQuery:
    """A query for the JSON texts in some columns of a table, as a caller would write it."""

    sql: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    span: TimeSpan


def parse_span(start: str, end: str) -> TimeSpan:
    """Read a range of time, and round it out to whole hours.

    Args:
        start: ISO 8601, in UTC unless it has an offset, or milliseconds since 1970.
        end: The same.

    Raises:
        InvalidRequest: They are not times, or not in this order.
    """
    first, last = _parse_moment("from", start), _parse_moment("to", end)
    if first >= last:
        raise _invalid("to", "must be later than 'from'")
    return TimeSpan(_start_of_hour(first), _start_of_hour(last + _HOUR - _MICROSECOND))


def sample_query(
    table: Table, span: TimeSpan, service: str | None, limits: SampleLimits
) -> SampleQuery:
    """Write the query for the newest hours of a range.

    Args:
        table: A table with payloads.
        span: The range.
        service: Only records of this one.
        limits: How much it reads.

    Raises:
        InvalidRequest: The table does not tell the time, or the service, of its records.
    """
    read = TimeSpan(max(span.start, span.end - limits.hours * _HOUR), span.end)
    columns = table.roles.payloads
    most_characters = limits.payload_characters // len(columns)
    types = {column.name: column.type for column in table.columns}
    texts = ", ".join(_text(name, types[name], most_characters) for name in columns)
    conditions = [_bounds(_bounding_column(table), read)]
    if service is not None:
        conditions.append(f"{_service(table)} = ?")
    # Nothing here comes from the caller: names of the catalog, and times that were parsed.
    sql = (
        f"SELECT {texts} FROM {render_identifier(table.name)} "  # noqa: S608
        f"WHERE {' AND '.join(conditions)} LIMIT {limits.records}"
    )
    return SampleQuery(sql, () if service is None else (service,), columns, read)


def _parse_moment(name: str, text: str) -> datetime:
    try:
        if _MILLISECONDS.fullmatch(text):
            moment = _FIRST + timedelta(milliseconds=int(text))
        else:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except ValueError:
        raise _invalid(
            name,
            "must be a time such as 2026-11-20T10:00:00Z, with the + of an offset as %2B, or "
            "milliseconds since 1970",
        ) from None
    except OverflowError:
        moment = _NEVER
    if not _FIRST <= moment < _LAST:
        raise _invalid(name, "must be in the years from 1970 to 9998")
    return moment


def _invalid(name: str, reason: str) -> InvalidRequest:
    return InvalidRequest(
        f"The query parameter '{name}' {reason}.", errors=[FieldError(f"/{name}", reason)]
    )


def _start_of_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _text(name: str, column_type: str, most_characters: int) -> str:
    """Render the JSON text of a column, or NULL for one that is too long."""
    column = render_identifier(name)
    text = f"json_format({column})" if column_type == "json" else column
    return f"CASE WHEN length({text}) <= {most_characters} THEN {text} END AS {column}"


def _bounding_column(table: Table) -> TableColumn:
    """Return the column whose bounds prune best: one with a known delay until the partition."""
    by_name = {column.name: column for column in table.columns}
    named = [by_name[name] for name in (table.roles.arrival, table.roles.time) if name]
    days = [column for column in table.columns if column.time and column.time.unit == "day"]
    prunes = [each for each in named if each.time and each.time.greatest_delay_ms is not None]
    for column in (*prunes, *days, *named):
        return column
    raise InvalidRequest(
        f"No column of '{table.name}' tells the time of a record, so that no sample of it is "
        "bounded."
    )


def _bounds(column: TableColumn, span: TimeSpan) -> str:
    name = render_identifier(column.name)
    unit = column.time.unit if column.time else "timestamp"
    if unit == "day":
        last_day = span.end - _MICROSECOND
        return f"{name} BETWEEN '{span.start:%Y-%m-%d}' AND '{last_day:%Y-%m-%d}'"
    return f"{name} >= {_literal(unit, span.start)} AND {name} < {_literal(unit, span.end)}"


def _literal(unit: str, moment: datetime) -> str:
    if unit in _PER_SECOND:
        return str(int(moment.timestamp()) * _PER_SECOND[unit])
    if unit == "iso8601":
        return f"'{moment:%Y-%m-%dT%H:%M:%S}'"
    return f"timestamp '{moment:%Y-%m-%d %H:%M:%S}'"


def _service(table: Table) -> str:
    service = table.roles.service
    if service is None:
        raise _invalid("service", f"is not known of records of '{table.name}'")
    column = render_identifier(service.column)
    if service.path is None:
        return column
    path = service.path.replace("'", "''")
    return f"json_extract_scalar({column}, '{path}')"
