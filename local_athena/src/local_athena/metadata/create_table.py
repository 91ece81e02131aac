"""Write the CREATE EXTERNAL TABLE of a table, line for line as Hive does for SHOW CREATE TABLE."""

import re
from collections.abc import Iterable, Iterator, Mapping

from local_athena.tables import Column, Table

_FROM_DESERIALIZER = "from deserializer"
_ESCAPED = re.compile(r"[';]")
# Written as clauses of their own.
_NOT_LISTED = frozenset({"EXTERNAL", "comment"})


def shown_comment(table: Table, column: Column) -> str:
    """Return the comment of a column as Hive shows it."""
    if table.format.has_columns_of_serde and not column.partition:
        return _FROM_DESERIALIZER
    return column.comment or ""


def render_create_table(table: Table, name: str) -> Iterator[str]:
    """Write the statement, with the table's name as the caller wrote it; yield its lines."""
    yield f"CREATE EXTERNAL TABLE `{name}`("
    yield from _items((_column(table, each) for each in table.columns if not each.partition), ")")
    comment = table.description or table.parameters.get("comment")
    if comment:
        yield f"COMMENT {_quote(comment)}"
    if table.partition_columns:
        yield "PARTITIONED BY ( "
        yield from _items((_column(table, each) for each in table.partition_columns), ")")
    yield from _storage(table)
    yield "TBLPROPERTIES ("
    yield from _properties(table.parameters, ")")


def _storage(table: Table) -> Iterator[str]:
    serde = table.storage.get("SerdeInfo") or {}
    yield "ROW FORMAT SERDE "
    yield f"  {_quote(serde.get('SerializationLibrary', ''))} "
    parameters = {
        key: value
        for key, value in (serde.get("Parameters") or {}).items()
        if (key, value) != ("serialization.format", "1")
    }
    if parameters:
        yield "WITH SERDEPROPERTIES ( "
        yield from _properties(parameters, ") ")
    yield "STORED AS INPUTFORMAT "
    yield f"  {_quote(table.storage.get('InputFormat', ''))} "
    yield "OUTPUTFORMAT "
    yield f"  {_quote(table.storage.get('OutputFormat', ''))}"
    yield "LOCATION"
    yield f"  {_quote(table.storage['Location'])}"


def _column(table: Table, column: Column) -> str:
    comment = shown_comment(table, column)
    suffix = f" COMMENT {_quote(comment)}" if comment else ""
    return f"`{column.name}` {column.hive_type}{suffix}"


def _properties(parameters: Mapping[str, str], end: str) -> Iterator[str]:
    listed = sorted(parameters.items() if parameters else ())
    pairs = (f"{_quote(key)}={_quote(value)}" for key, value in listed if key not in _NOT_LISTED)
    return _items(pairs, end)


def _items(items: Iterable[str], end: str) -> Iterator[str]:
    lines = [f"  {item}" for item in items]
    if not lines:
        yield f"  {end}"
        return
    yield from (f"{line}, " for line in lines[:-1])
    yield lines[-1] + end


def _quote(text: str) -> str:
    return "'" + _ESCAPED.sub(r"\\\g<0>", text) + "'"
