"""Answer a SHOW or DESCRIBE: the columns and lines that Athena writes, as recorded from it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from local_athena.engine.executions import Column as ResultColumn
from local_athena.errors import EntityNotFound, StatementFailure
from local_athena.metadata.create_table import render_create_table, shown_comment
from local_athena.metadata.statements import Kind, MetadataStatement
from local_athena.tables import Catalog, Column, Table

PartitionLister = Callable[[Table], Iterable[tuple[str, ...]]]
"""Lists the values of the partition keys of each partition that a table has."""

_WIDTH = 20
_PARTITION_HEADER = (
    "\t \t ",
    "# Partition Information\t \t ",
    f"{'# col_name':{_WIDTH + 2}}\t{'data_type':{_WIDTH}}\t{'comment':{_WIDTH}}",
    "\t \t ",
)
# What Hive writes as `%XX` in the name of a partition.
_ESCAPED = re.compile(r"[\x00-\x1f\x7f\"#%'*/:=?\\{\[\]^]")


@dataclass(frozen=True)
class Answer:
    """The answer to a statement; a value per line, whatever the number of columns."""

    columns: tuple[ResultColumn, ...]
    lines: Iterable[str]


def answer(
    statement: MetadataStatement, catalog: Catalog, list_partitions: PartitionLister
) -> Answer:
    """Answer a statement.

    Raises:
        StatementFailure: Athena would report the execution as FAILED.
    """
    names, kind = _COLUMNS[statement.kind]
    columns = tuple(ResultColumn(name, kind, 0, 0, case_sensitive=False) for name in names)
    if statement.kind in _LISTINGS:
        return Answer(columns, _LISTINGS[statement.kind](statement, catalog))
    table = _find_table(statement, catalog)
    if statement.kind is Kind.SHOW_PARTITIONS:
        return Answer(columns, _show_partitions(statement, table, list_partitions))
    return Answer(columns, _OF_TABLES[statement.kind](statement, table))


def check_target(statement: MetadataStatement, catalog: Catalog) -> None:
    """Check what Athena checks before it starts a statement.

    Raises:
        EntityNotFound: The statement describes a table that does not exist.
    """
    is_checked = statement.kind in (Kind.DESCRIBE_TABLE, Kind.SHOW_COLUMNS)
    if is_checked and catalog.find(statement.database, statement.table or "") is None:
        raise EntityNotFound


def _find_table(statement: MetadataStatement, catalog: Catalog) -> Table:
    table = catalog.find(statement.database, statement.table or "")
    # There are no views.
    if table is None or statement.kind is Kind.SHOW_CREATE_VIEW:
        raise _hive_failure(10001, f"Table not found {statement.written}")
    return table


def _hive_failure(number: int, text: str) -> StatementFailure:
    return StatementFailure("FAILED", f"SemanticException [Error {number}]: {text}")


def _require_database(statement: MetadataStatement, catalog: Catalog) -> None:
    if not catalog.has_database(statement.database):
        raise _hive_failure(10072, f"Database does not exist: {statement.written}")


def _show_databases(statement: MetadataStatement, catalog: Catalog) -> Iterable[str]:
    """List the databases whose whole name a regular expression matches; `*` stands for all."""
    pattern = statement.pattern
    if pattern in (None, "*"):
        return catalog.databases
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        text = (
            f"Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. {error}"
        )
        raise StatementFailure("FAILED", text) from error
    return [name for name in catalog.databases if wanted.fullmatch(name)]


def _show_tables(statement: MetadataStatement, catalog: Catalog) -> Iterable[str]:
    """List the tables; in a pattern, `*` stands for any characters and `|` for a choice."""
    _require_database(statement, catalog)
    choices = (statement.pattern or "*").split("|")
    texts = (".*".join(map(_escape_but_dots, choice.split("*"))) for choice in choices)
    wanted = re.compile("|".join(texts), re.IGNORECASE)
    names = (table.name for table in catalog.tables(statement.database))
    return [name for name in names if wanted.fullmatch(name)]


def _escape_but_dots(text: str) -> str:
    """Leave `.` as any character, so that `name.*` matches as a regular expression too."""
    return re.escape(text).replace(r"\.", ".?")


def _show_views(statement: MetadataStatement, catalog: Catalog) -> Iterable[str]:
    _require_database(statement, catalog)
    return ()


def _show_columns(_: MetadataStatement, table: Table) -> Iterator[str]:
    return (f"{column.name:{_WIDTH}}" for column in table.columns)


def _describe(_: MetadataStatement, table: Table) -> Iterator[str]:
    yield from (_described(table, column) for column in table.columns)
    if table.partition_columns:
        yield from _PARTITION_HEADER
        yield from (_described(table, column) for column in table.partition_columns)


def _described(table: Table, column: Column) -> str:
    # Hive ends the line at the first tab of a comment.
    comment = f"{shown_comment(table, column):{_WIDTH}}".split("\t")[0]
    return f"{column.name:{_WIDTH}}\t{column.hive_type:{_WIDTH}}\t{comment}"


def _show_create_table(statement: MetadataStatement, table: Table) -> Iterator[str]:
    return render_create_table(table, statement.written)


def _show_properties(statement: MetadataStatement, table: Table) -> Iterable[str]:
    name = statement.pattern
    if name is None:
        return (f"{key}\t{value}" for key, value in table.parameters.items())
    if name not in table.parameters:
        return [f"Table {table.database}.{table.name} does not have property: {name}"]
    return [table.parameters[name]]


def _show_partitions(
    statement: MetadataStatement, table: Table, list_partitions: PartitionLister
) -> Iterator[str]:
    """List the partitions that are registered; Athena registers none for a projection."""
    if not table.partition_columns:
        raise _hive_failure(10241, f"Table {statement.written} is not a partitioned table")
    if table.is_projected:
        return iter(())
    keys = [level.column for level in table.levels]
    return (
        "/".join(f"{key}={_escape(value)}" for key, value in zip(keys, values, strict=True))
        for values in list_partitions(table)
    )


def _escape(value: str) -> str:
    return _ESCAPED.sub(lambda found: f"%{ord(found[0]):02X}", value)


_STRING = "string"
_COLUMNS = {
    Kind.DESCRIBE_TABLE: (("col_name", "data_type", "comment"), _STRING),
    Kind.SHOW_COLUMNS: (("field",), _STRING),
    Kind.SHOW_CREATE_TABLE: (("createtab_stmt",), _STRING),
    Kind.SHOW_CREATE_VIEW: (("create view",), "varchar"),
    Kind.SHOW_DATABASES: (("database_name",), _STRING),
    Kind.SHOW_PARTITIONS: (("partition",), _STRING),
    Kind.SHOW_TABLE_PROPERTIES: (("prpt_name", "prpt_value"), _STRING),
    Kind.SHOW_TABLES: (("tab_name",), _STRING),
    Kind.SHOW_VIEWS: (("views",), "varchar"),
}
_LISTINGS: dict[Kind, Callable[[MetadataStatement, Catalog], Iterable[str]]] = {
    Kind.SHOW_DATABASES: _show_databases,
    Kind.SHOW_TABLES: _show_tables,
    Kind.SHOW_VIEWS: _show_views,
}
_OF_TABLES: dict[Kind, Callable[[MetadataStatement, Table], Iterable[str]]] = {
    Kind.DESCRIBE_TABLE: _describe,
    Kind.SHOW_COLUMNS: _show_columns,
    Kind.SHOW_CREATE_TABLE: _show_create_table,
    Kind.SHOW_TABLE_PROPERTIES: _show_properties,
}
