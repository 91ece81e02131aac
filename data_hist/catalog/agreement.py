"""Find what the parts of a catalog file say of each other that cannot be."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from data_hist.catalog.column_agreement import column_problems, example_problems, time_problems
from data_hist.catalog.column_types import INTEGERS
from data_hist.catalog.date_formats import read_date, smallest_unit
from data_hist.catalog.roles import role_problems
from data_hist.catalog.sources import (
    DateLevel,
    EnumLevel,
    IntegerLevel,
    Level,
    Source,
    SourceColumn,
)
from data_hist.catalog.versions import CatalogDocument, VersionTable
from data_hist.catalog.yaml_file import Problem
from data_hist.spelling import offer

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
_NOW: Final = re.compile(
    r"NOW(\s*[+-]\s*[0-9]+\s*(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?)?", re.ASCII
)
_UNITS: Final = ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS")


def disagreements(document: CatalogDocument) -> Iterator[Problem]:
    """Find the problems of a document whose form is right."""
    yield from _of_storage(document.sources)
    for name, source in document.sources.items():
        for problem in _of_source(source):
            yield Problem(("sources", name, *problem.path), problem.text)
    for version, entry in document.versions.items():
        for name, table in entry.tables.items():
            for problem in _of_table(table, document.sources):
                path = ("versions", version, "tables", name, *problem.path)
                yield Problem(path, problem.text)


def _of_storage(sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Find sources that are one table, or whose records are the same."""
    known: dict[tuple[str, ...], str] = {}
    for name, source in sources.items():
        places = {
            "table": ("table", source.catalog, source.database, source.table),
            "folder": ("folder", source.folder, source.template or ""),
        }
        for key, place in places.items():
            other = known.setdefault(place, name)
            if other != name:
                advice = "the tables of a version may show one source in several ways"
                yield Problem(("sources", name, key), f"is that of {other} already; {advice}")


def _of_source(source: Source) -> Iterator[Problem]:
    if not source.readable_types:
        yield Problem(("columns",), "has none that may be queried")
    yield from _of_tenant(source)
    yield from _of_template(source)
    for name, level in source.partitions.items():
        if name in source.columns:
            yield Problem(("partitions", name), "is a column of the records already")
        for path, text in level_problems(level):
            yield Problem(("partitions", name, *path), text)
        for path, text in example_problems(level.type, level.examples):
            yield Problem(("partitions", name, *path), text)
    for name, column in source.columns.items():
        for path, text in _of_column(source, column):
            yield Problem(("columns", name, *path), text)


def _of_tenant(source: Source) -> Iterator[Problem]:
    if source.tenant is None:
        return
    columns = {**source.columns, **source.partitions}
    column = columns.get(source.tenant)
    if column is None:
        advice = offer(source.tenant, columns) or "; name one of them or of `partitions`, or null"
        yield Problem(("tenant",), f"'{source.tenant}' is no column of the records{advice}")
    elif column.type not in INTEGERS | {"varchar"}:
        yield Problem(("tenant",), f"is {column.type}; a whole number or varchar can be a tenant")
    elif isinstance(column, DateLevel):
        yield Problem(("tenant",), "is a date; a whole number or varchar can be a tenant")
    elif isinstance(column, IntegerLevel) and column.digits and column.type == "varchar":
        text = "is a text filled up with zeros, which no tenant has; give the level the type bigint"
        yield Problem(("tenant",), text)


def _of_template(source: Source) -> Iterator[Problem]:
    if source.template is None:
        return
    found = _PLACEHOLDER.findall(source.template)
    for name in found:
        if name not in source.partitions:
            advice = offer(name, source.partitions) or "; the levels are those of `partitions`"
            yield Problem(("template",), f"${{{name}}} is no level{advice}")
    for name in source.partitions:
        if name not in found:
            yield Problem(("template",), f"lacks ${{{name}}}")


def level_problems(level: Level) -> Iterator[Problem]:
    """Find what a level says that Athena does not read."""
    if isinstance(level, IntegerLevel) and level.range[0] > level.range[1]:
        yield Problem(("range",), "begins after its end")
    if isinstance(level, EnumLevel):
        yield from _of_values(level)
    if isinstance(level, DateLevel):
        yield from _of_dates(level)


def _of_values(level: EnumLevel) -> Iterator[Problem]:
    for number, value in enumerate(level.values):
        if "," in value or value != value.strip() or not value:
            text = "is empty, or has a comma or blanks around it, which Athena does not read"
            yield Problem(("values", number), text)
        elif value in level.values[:number]:
            yield Problem(("values", number), f"'{value}' stands twice")


def _of_dates(level: DateLevel) -> Iterator[Problem]:
    smallest = smallest_unit(level.format)
    if _UNITS.index(level.step_unit) > _UNITS.index(f"{smallest.upper()}S"):
        text = f"{level.unit} is smaller than what {level.format} tells; write {smallest.upper()}S"
        yield Problem(("unit",), text)
    fixed = [end for end in level.range if not _NOW.fullmatch(end)]
    dates = [date for end in fixed if (date := read_date(end, level.format))]
    if len(dates) < len(fixed):
        wrong = next(end for end in fixed if not read_date(end, level.format))
        advice = f"write a date of the form {level.format}, NOW, or such as NOW-366DAYS"
        yield Problem(("range",), f"'{wrong}' is no date; {advice}")
    elif len(dates) > 1 and dates[0] > dates[1]:
        yield Problem(("range",), "begins after its end")


def _of_column(source: Source, column: SourceColumn) -> Iterator[Problem]:
    if column.key is not None and source.format != "json":
        yield Problem(("key",), "only records in JSON have keys")
    if column.time:
        yield from time_problems(column.time, column.type)
    if column.examples:
        yield from example_problems(column.type, column.examples)


def _of_table(table: VersionTable, sources: Mapping[str, Source]) -> Iterator[Problem]:
    source = sources.get(table.source)
    if source is None:
        advice = offer(table.source, sources) or f"; the sources are {', '.join(sources)}"
        yield Problem(("source",), f"'{table.source}' is none of `sources`{advice}")
        return
    for path, text in column_problems(table.columns or {}, source):
        yield Problem(("columns", *path), text)
    for path, text in role_problems(table, source):
        yield Problem(("roles", *path), text)
