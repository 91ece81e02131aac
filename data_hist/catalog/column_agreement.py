"""Find what columns for callers say that their source does not have."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from data_hist.catalog.column_types import INTEGERS
from data_hist.catalog.sources import Source, Time
from data_hist.catalog.versions import AS_IN_SOURCE, VersionColumn
from data_hist.catalog.yaml_file import Problem
from data_hist.spelling import offer

_NUMBERS: Final = INTEGERS | {"double"}
_FROM_TEXT: Final = frozenset({"text", "number", "boolean", "date", "timestamp", "json"})
_CASTS: Final = {
    ("number", "number"),
    ("number", "boolean"),
    ("boolean", "number"),
    ("date", "timestamp"),
    ("timestamp", "date"),
    *((kind, "text") for kind in ("number", "boolean", "date", "timestamp")),
}
_TYPES_OF_UNIT: Final = {"iso8601": frozenset({"varchar"}), "timestamp": frozenset({"timestamp"})}
_OF_JSON: Final = {
    **dict.fromkeys(INTEGERS, ("a whole number", (int,))),
    **dict.fromkeys(("double", "real"), ("a number", (int, float))),
    "boolean": ("true or false", (bool,)),
}


def column_problems(
    columns: Mapping[str, VersionColumn | None], source: Source
) -> Iterator[Problem]:
    """Find the problems of the columns of a table over a source."""
    types = source.readable_types
    for name, column in columns.items():
        for problem in _of_column(name, column or AS_IN_SOURCE, source, types):
            yield Problem((name, *problem.path), problem.text)


def time_problems(time: Time, column_type: str, *, is_converted: bool = False) -> Iterator[Problem]:
    """Find out whether a column of a type holds moments of a unit, or those converted from it."""
    types = _TYPES_OF_UNIT.get(time.unit, _NUMBERS)
    if is_converted:
        types |= {"timestamp"}
    if column_type not in types:
        text = f"the unit {time.unit} does not go with the type {column_type}"
        yield Problem(("time",), f"{text}; it goes with {', '.join(sorted(types))}")


def example_problems(column_type: str, examples: Sequence[Any]) -> Iterator[Problem]:
    """Find the values that no row of a page has in a column of this type."""
    if column_type == "json":
        return
    name, kinds = _OF_JSON.get(column_type, ("a text in quotes", (str,)))
    for number, value in enumerate(examples):
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            yield Problem(("examples", number), f"write {name}, as {column_type} has it")


def _of_column(
    name: str, column: VersionColumn, source: Source, types: Mapping[str, str]
) -> Iterator[Problem]:
    if column.when:
        yield from _of_conditions(column, source, types)
    origin = column.origin or name
    if column.expression is not None:
        yield from _of_expression(column)
    elif origin not in types:
        key = ("from",) if column.origin else ()
        yield Problem(key, _not_readable(origin, source, types))
    elif column.path and types[origin] != "varchar":
        yield Problem(("path",), f"'{origin}' is {types[origin]}; JSON text is varchar")
    elif column.type and not _converts(types[origin], column.type, _has_time(origin, source)):
        yield Problem(
            ("type",), f"'{origin}' is {types[origin]}, and does not become {column.type}"
        )
    column_type = column.type or ("varchar" if column.is_derived else types.get(origin, "json"))
    if column.examples:
        yield from example_problems(column_type, column.examples)
    if column.time and not column.is_derived:
        yield Problem(("time",), "belongs to the column of the source")
    elif column.time:
        yield from time_problems(column.time, column_type, is_converted=True)


def _of_expression(column: VersionColumn) -> Iterator[Problem]:
    for key, value in (("from", column.origin), ("path", column.path)):
        if value is not None:
            yield Problem((key,), "an expression names its columns itself; leave this out")
    if column.type is None:
        yield Problem(("type",), "is missing: the type that the expression has, or becomes")


def _of_conditions(
    column: VersionColumn, source: Source, types: Mapping[str, str]
) -> Iterator[Problem]:
    for name, values in (column.when or {}).items():
        if name not in types:
            yield Problem(("when", name), _not_readable(name, source, types))
            continue
        expected = int if types[name] in INTEGERS else str
        if expected is str and _kind(types[name]) != "text":
            text = f"is {types[name]}; a whole number or varchar can be compared"
            yield Problem(("when", name), text)
        elif not all(isinstance(value, expected) for value in values):
            what = "whole numbers" if expected is int else "texts in quotes"
            yield Problem(("when", name), f"is {types[name]}; write {what}")


def _not_readable(name: str, source: Source, types: Mapping[str, str]) -> str:
    if name in source.columns:
        return f"'{name}' may not be queried"
    return f"'{name}' is no column of the source{offer(name, types)}"


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
