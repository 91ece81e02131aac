"""Find what the parts of a catalog file say of each other that cannot be."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from data_hist.catalog.column_types import INTEGERS
from data_hist.catalog.date_formats import has_form, parse_date_format
from data_hist.catalog.roles import role_problems
from data_hist.catalog.sources import DateLevel, IntegerLevel, Level, Source, SourceColumn
from data_hist.catalog.versions import CatalogDocument, VersionColumn, VersionTable
from data_hist.spelling import offer

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
_NOW: Final = re.compile(
    r"NOW(\s*[+-]\s*[0-9]+\s*(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?)?", re.ASCII
)
_UNITS: Final = ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS")
_FROM_TEXT: Final = frozenset({"text", "number", "boolean", "date", "timestamp", "json"})
_CASTS: Final = {
    ("number", "number"),
    ("number", "boolean"),
    ("boolean", "number"),
    ("date", "timestamp"),
    ("timestamp", "date"),
    *((kind, "text") for kind in ("number", "boolean", "date", "timestamp")),
}
_TIME_TYPES: Final = {
    "iso8601": frozenset({"varchar"}),
    "timestamp": frozenset({"timestamp"}),
}
_NUMBERS: Final = INTEGERS | {"double"}
_OF_JSON: Final = {
    **dict.fromkeys(INTEGERS, ("a whole number", (int,))),
    **dict.fromkeys(("double", "real"), ("a number", (int, float))),
    "boolean": ("true or false", (bool,)),
}


class Problem(NamedTuple):
    """What is wrong with the value at a path, and what to write."""

    path: tuple[str | int, ...]
    text: str


def disagreements(document: CatalogDocument) -> Iterator[Problem]:
    """Find the problems of a document whose form is right."""
    for name, source in document.sources.items():
        for problem in _of_source(source):
            yield Problem(("sources", name, *problem.path), problem.text)
    for version, entry in document.versions.items():
        for name, table in entry.tables.items():
            for problem in _of_table(table, document.sources):
                path = ("versions", version, "tables", name, *problem.path)
                yield Problem(path, problem.text)


def _of_source(source: Source) -> Iterator[Problem]:
    yield from _of_tenant(source)
    yield from _of_template(source)
    for name, level in source.partitions.items():
        if name in source.columns:
            yield Problem(("partitions", name), "is a column of the records already")
        yield from _of_range(name, level)
        yield from _of_examples(("partitions", name), level.type, level.examples)
    for name, column in source.columns.items():
        yield from _of_examples(("columns", name), column.type, column.examples)
        yield from _of_column(source, name, column)


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


def _of_range(name: str, level: Level) -> Iterator[Problem]:
    if isinstance(level, IntegerLevel) and level.range[0] > level.range[1]:
        yield Problem(("partitions", name, "range"), "begins after its end")
    if isinstance(level, DateLevel):
        smallest = parse_date_format(level.format).units[-1]
        if _UNITS.index(level.step_unit) > _UNITS.index(f"{smallest.upper()}S"):
            text = (
                f"{level.unit} is smaller than what {level.format} tells; write {smallest.upper()}S"
            )
            yield Problem(("partitions", name, "unit"), text)
        for end in level.range:
            if not _NOW.fullmatch(end) and not has_form(end, level.format):
                advice = f"write a date of the form {level.format}, NOW, or such as NOW-366DAYS"
                yield Problem(("partitions", name, "range"), f"'{end}' is no date; {advice}")


def _of_column(source: Source, name: str, column: SourceColumn) -> Iterator[Problem]:
    if column.key is not None and source.format != "json":
        yield Problem(("columns", name, "key"), "only records in JSON have keys")
    if column.time and column.type not in _TIME_TYPES.get(column.time.unit, _NUMBERS):
        text = f"the unit {column.time.unit} does not go with the type {column.type}"
        yield Problem(("columns", name, "time"), text)


def _of_examples(
    path: tuple[str, ...], column_type: str, examples: Sequence[Any]
) -> Iterator[Problem]:
    """Find the values that no row of a page has in a column of this type."""
    if column_type == "json":
        return
    name, kinds = _OF_JSON.get(column_type, ("a text in quotes", (str,)))
    for number, value in enumerate(examples):
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            yield Problem((*path, "examples", number), f"write {name}, as {column_type} has it")


def _of_table(table: VersionTable, sources: Mapping[str, Source]) -> Iterator[Problem]:
    source = sources.get(table.source)
    if source is None:
        advice = offer(table.source, sources) or f"; the sources are {', '.join(sources)}"
        yield Problem(("source",), f"'{table.source}' is none of `sources`{advice}")
        return
    for name, column in (table.columns or {}).items():
        for problem in _of_version_column(name, column or VersionColumn(), source):
            yield Problem(("columns", name, *problem.path), problem.text)
    for path, text in role_problems(table, source):
        yield Problem(("roles", *path), text)


def _of_version_column(name: str, column: VersionColumn, source: Source) -> Iterator[Problem]:
    key, origin = ("from",) if column.origin else (), column.origin or name
    types = {each: of.type for each, of in source.columns.items() if of.queryable}
    types |= {each: of.type for each, of in source.partitions.items()}
    if origin not in types:
        is_hidden = origin in source.columns
        advice = (
            "may not be queried"
            if is_hidden
            else f"is no column of the source{offer(origin, types)}"
        )
        yield Problem(key, f"'{origin}' {advice}")
    elif column.path and types[origin] != "varchar":
        yield Problem(("path",), f"'{origin}' is {types[origin]}; JSON text is varchar")
    elif column.type and not _converts(types[origin], column.type, _has_time(origin, source)):
        yield Problem(
            ("type",), f"'{origin}' is {types[origin]}, and does not become {column.type}"
        )
    column_type = column.type or ("varchar" if column.path else types.get(origin, "json"))
    yield from _of_examples((), column_type, column.examples or ())
    if column.time and not column.path:
        yield Problem(("time",), "belongs to the column of the source")


def _has_time(column: str, source: Source) -> bool:
    return column in source.columns and source.columns[column].time is not None


def _converts(origin: str, to: str, has_time: bool) -> bool:
    """Whether Athena casts a type to another, or a moment becomes a timestamp."""
    kinds = (_kind(origin), _kind(to))
    if origin == to or kinds in _CASTS or (kinds[0] == "text" and kinds[1] in _FROM_TEXT):
        return True
    return kinds == ("number", "timestamp") and has_time


def _kind(column_type: str) -> str:
    name = column_type.partition("(")[0]
    if name in _NUMBERS | {"real", "decimal"}:
        return "number"
    return "text" if name in ("varchar", "char") else name
