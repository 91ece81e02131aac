"""Which table of the data dictionary a name in FROM means."""

from dataclasses import replace

from sqlglot import exp

from data_hist.catalog import ApiVersion, Table
from local_athena.backends.duckdb.dialect import pruning
from local_athena.backends.duckdb.dialect.context import Scan, Translator
from local_athena.backends.duckdb.dialect.parsing import offset_of
from local_athena.backends.duckdb.dialect.scopes import Field, Relation
from local_athena.backends.duckdb.dialect.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.typed_sql import identifier

CATALOG_NAME = "awsdatacatalog"
# Databases that exist and hold no tables; the service runs its queries in the first.
EMPTY_DATABASES = frozenset({"data_hist_empty", "default"})


def table_relation(translator: Translator, node: exp.Table) -> Relation:
    """A reference to a table: a common table expression, or a table of the data dictionary."""
    if translator.statement.sql[offset_of(node) or 0] == "'":
        raise translator.malformed(node)
    parts = [part.name.lower() for part in node.parts]
    if len(parts) == 1:
        common = translator.scope.common_table(parts[0])
        if common is not None:
            alias = translator.fresh("r")
            fields = tuple(
                replace(column, sql=f"{alias}.{column.sql}", qualifier=(parts[0],))
                for column in common.fields
            )
            return Relation(f"{common.relation} AS {alias}", fields)
    database, table = _table(translator, node, parts)
    return _scan(translator, node, database, table)


def _table(translator: Translator, node: exp.Table, parts: list[str]) -> tuple[str, Table]:
    defaults = [CATALOG_NAME, translator.statement.default_database.lower()]
    catalog, database, name = [*defaults[: 3 - len(parts)], *parts]
    if catalog not in _catalogs(translator):
        text = f"Catalog '{catalog}' does not exist"
        raise translator.failure("CATALOG_NOT_FOUND", text, node)
    versions = _versions(translator, database)
    if not versions and database not in EMPTY_DATABASES:
        text = f"Schema '{database}' does not exist"
        raise translator.failure("SCHEMA_NOT_FOUND", text, node)
    for version in versions:
        for table in version.tables.values():
            if table.physical_name.lower() == name:
                return database, table
    text = f"Table '{catalog}.{database}.{name}' does not exist"
    raise translator.failure("TABLE_NOT_FOUND", text, node)


def _catalogs(translator: Translator) -> set[str]:
    versions = translator.statement.catalog.versions.values()
    return {CATALOG_NAME, *(version.catalog.lower() for version in versions)}


def _versions(translator: Translator, database: str) -> list[ApiVersion]:
    versions = translator.statement.catalog.versions.values()
    return [version for version in versions if version.database.lower() == database]


def _scan(translator: Translator, node: exp.Table, database: str, table: Table) -> Relation:
    names = [column.name for column in table.columns]
    scan = Scan(
        relation=f"scan_{len(translator.statement.scans)}",
        table=table,
        predicates=pruning.partition_predicates(node, names),
    )
    translator.statement.scans.append(scan)
    alias = translator.fresh("r")
    qualifier = (CATALOG_NAME, database, table.physical_name.lower())
    fields = tuple(
        Field(column.name, f"{alias}.{identifier(column.name)}", TrinoType(column.type), qualifier)
        for column in table.columns
    )
    return Relation(f"{scan.relation} AS {alias}", fields)
