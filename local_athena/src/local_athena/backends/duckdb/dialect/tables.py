"""Which table of the catalog a name in FROM means."""

import re
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Scan, Translator
from local_athena.backends.duckdb.dialect.parsing import offset_of
from local_athena.backends.duckdb.dialect.scopes import Field, PartitionColumn, Relation
from local_athena.backends.duckdb.dialect.trino_types import TIMESTAMP, TrinoType
from local_athena.backends.duckdb.dialect.typed_sql import identifier
from local_athena.tables import CATALOG_NAME, Table


def table_relation(translator: Translator, node: exp.Table) -> Relation:
    """A reference to a table: a common table expression, or a table of the catalog."""
    if translator.statement.sql[offset_of(node) or 0] == "'":
        raise translator.malformed(node)
    parts = [part.name.lower() for part in node.parts]
    if len(parts) == 1:
        common = translator.scope.common_table(parts[0])
        if common is not None:
            alias = translator.fresh("r")
            translator.statement.references[common.relation] += 1
            fields = tuple(
                replace(
                    column.through(common.relation),
                    sql=f"{alias}.{column.sql}",
                    qualifier=(parts[0],),
                )
                for column in common.fields
            )
            return Relation(f"{common.relation} AS {alias}", fields)
    return _scan(translator, _table(translator, node, parts))


def _table(translator: Translator, node: exp.Table, parts: list[str]) -> Table:
    defaults = [CATALOG_NAME, translator.statement.default_database.lower()]
    catalog, database, name = [*defaults[: 3 - len(parts)], *parts]
    if catalog != CATALOG_NAME:
        text = f"Catalog '{catalog}' does not exist"
        raise translator.failure("CATALOG_NOT_FOUND", text, node)
    if not translator.statement.catalog.has_database(database):
        text = f"Schema '{database}' does not exist"
        raise translator.failure("SCHEMA_NOT_FOUND", text, node)
    table = translator.statement.catalog.find(database, name)
    if table is None:
        text = f"Table '{catalog}.{database}.{name}' does not exist"
        raise translator.failure("TABLE_NOT_FOUND", text, node)
    return table


def _scan(translator: Translator, table: Table) -> Relation:
    number = len(translator.statement.scans)
    scan = Scan(f"scan_{number}", table)
    translator.statement.scans.append(scan)
    partitions = {
        level.column: (PartitionColumn(number, level.column, depth),)
        for depth, level in enumerate(table.levels, 1)
    }
    alias = translator.fresh("r")
    qualifier = (CATALOG_NAME, table.database, table.name)
    fields = tuple(
        Field(
            column.name,
            f"{alias}.{identifier(column.name)}",
            _type(column.type),
            qualifier,
            partitions.get(column.name, ()),
        )
        for column in table.columns
    )
    return Relation(f"{scan.relation} AS {alias}", fields)


def _type(name: str) -> TrinoType:
    """The type of a column, such as `decimal(10,2)`."""
    base, _, rest = name.partition("(")
    numbers = [int(digits) for digits in re.findall(r"\d+", rest)]
    if base == "decimal":
        precision, scale = [*numbers, 0][:2]
        return TrinoType(base, precision=precision, scale=scale)
    if base == "timestamp":
        return TIMESTAMP
    return TrinoType(base, length=numbers[0] if numbers else None)
