"""Tables of the catalog and common table expressions: what a name in FROM means, and WITH."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Scan, Translator
from local_athena.backends.duckdb.dialect.queries import information_schema
from local_athena.backends.duckdb.dialect.queries.scopes import (
    CommonTable,
    Field,
    PartitionColumn,
    Relation,
    Scope,
)
from local_athena.backends.duckdb.dialect.syntax.parsing import find_offset
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BIGINT,
    TIMESTAMP_UTC,
    VARCHAR,
)
from local_athena.backends.duckdb.dialect.types.type_names import parse_type
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    failing_expression,
    quote_identifier,
    select_from,
)
from local_athena.errors import StatementFailure
from local_athena.tables import CATALOG_NAME, Column, Table, TableFormat

_HIDDEN = {
    "$path": VARCHAR,
    "$file_size": BIGINT,
    "$file_modified_time": TIMESTAMP_UTC,
    "$partition": VARCHAR,
}
_PARTITIONS = "$partitions"
_MAX_RECURSION = 10
_TOO_DEEP = (
    f"Recursion depth limit exceeded ({_MAX_RECURSION})."
    " Use 'max_recursion_depth' session property to modify the limit."
)
_READABLE = (TableFormat.OPENX_JSON, TableFormat.JSON, TableFormat.PARQUET)
# Athena quotes any other in the message.
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_@:]*")


def resolve_table(translator: Translator, node: exp.Table) -> Relation:
    """Resolve a name to a common table expression or a table of the catalog."""
    if translator.statement.sql[find_offset(node) or 0] == "'":
        raise translator.malformed(node)
    parts = [part.name.lower() for part in node.parts]
    if len(parts) == 1:
        common = translator.scope.common_table(parts[0])
        if common is not None:
            alias = translator.new_name("r")
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
    defaults = [CATALOG_NAME, translator.statement.default_database.lower()]
    catalog, database, name = [*defaults[: 3 - len(parts)], *parts]
    if catalog != CATALOG_NAME:
        text = f"Catalog '{catalog}' does not exist"
        raise translator.failure("CATALOG_NOT_FOUND", text, node)
    if database == information_schema.DATABASE:
        return _select_system_table(translator, node, name)
    table = _find_table(translator, node, database, name)
    if name.endswith(_PARTITIONS):
        return _add_scan_of_partitions(translator, table)
    if table.format not in _READABLE:
        text = f"Table '{database}.{name}' has the format {table.format}, which is only read with "
        text += f"a Trino backend; this one reads {', '.join(_READABLE)}"
        raise translator.failure("NOT_SUPPORTED", text, node)
    return _add_scan(translator, table)


def _select_system_table(translator: Translator, node: exp.Table, name: str) -> Relation:
    table = information_schema.TABLES.get(name)
    if table is None:
        raise _table_not_found(translator, node, information_schema.DATABASE, name)
    alias = translator.new_name("r")
    qualifier = (CATALOG_NAME, information_schema.DATABASE, name)
    fields = tuple(
        Field(column.name, f"{alias}.{column.name}", column.type, qualifier, hidden=column.hidden)
        for column in table.columns
    )
    return Relation(f"({table.query(translator.statement.catalog)}) AS {alias}", fields)


def _find_table(translator: Translator, node: exp.Table, database: str, name: str) -> Table:
    if not translator.statement.catalog.has_database(database):
        text = f"Schema '{database}' does not exist"
        raise translator.failure("SCHEMA_NOT_FOUND", text, node)
    table = translator.statement.catalog.find(database, name.removesuffix(_PARTITIONS))
    if table is None or (name.endswith(_PARTITIONS) and not table.partition_columns):
        raise _table_not_found(translator, node, database, name)
    return table


def _table_not_found(
    translator: Translator, node: exp.Table, database: str, name: str
) -> StatementFailure:
    shown = name if _PLAIN_NAME.fullmatch(name) else f'"{name}"'
    text = f"Table '{CATALOG_NAME}.{database}.{shown}' does not exist"
    return translator.failure("TABLE_NOT_FOUND", text, node)


def _add_scan(translator: Translator, table: Table) -> Relation:
    scan = Scan(f"scan_{len(translator.statement.scans)}", table)
    alias = translator.new_name("r")
    qualifier = (CATALOG_NAME, table.database, table.name)
    fields = _add_fields(translator, scan, table.columns, alias, qualifier)
    hidden = tuple(
        Field(name, f"{alias}.{quote_identifier(scan.hidden_label(name))}", kind, hidden=True)
        for name, kind in _HIDDEN.items()
        if name != "$partition" or table.partition_columns
    )
    qualified = tuple(replace(column, qualifier=qualifier) for column in hidden)
    return Relation(f"{scan.relation} AS {alias}", fields + qualified)


def _add_scan_of_partitions(translator: Translator, table: Table) -> Relation:
    scan = Scan(f"scan_{len(translator.statement.scans)}", table, of_partitions=True)
    alias = translator.new_name("r")
    qualifier = (CATALOG_NAME, table.database, table.name + _PARTITIONS)
    fields = _add_fields(translator, scan, table.partition_columns, alias, qualifier)
    return Relation(f"{scan.relation} AS {alias}", fields)


def _add_fields(
    translator: Translator,
    scan: Scan,
    columns: Sequence[Column],
    alias: str,
    qualifier: tuple[str, ...],
) -> tuple[Field, ...]:
    """Add a scan to the statement, and return its fields."""
    number = len(translator.statement.scans)
    translator.statement.scans.append(scan)
    partitions = {
        level.column: (PartitionColumn(number, level.column, depth),)
        for depth, level in enumerate(scan.table.levels, 1)
    }
    return tuple(
        Field(
            column.name,
            f"{alias}.{quote_identifier(column.name)}",
            parse_type(column.type),
            qualifier,
            partitions.get(column.name, ()),
        )
        for column in columns
    )


def used_hidden_columns(scan: Scan, sql: str) -> tuple[str, ...]:
    """Find the hidden columns of a scan that a translated statement reads."""
    return tuple(name for name in _HIDDEN if quote_identifier(scan.hidden_label(name)) in sql)


def translate_with(translator: Translator, node: exp.Expr) -> tuple[str, Translator]:
    """Translate the WITH clause of a query, and return a translator that knows its tables."""
    clause = node.args.get("with_")
    if clause is None:
        return "", translator
    translator.allow_only(clause, "expressions", "recursive")
    parts = []
    for table in clause.expressions:
        if not isinstance(table, exp.CTE):
            raise translator.unsupported(table, "functions in WITH")
        translator.allow_only(table, "this", "alias")
        name = table.alias.lower()
        if name in translator.scope.common_tables and table is not clause.expressions[0]:
            _refuse_duplicate(translator, clause, table, name)
        if clause.args["recursive"] and not table.args["alias"].args.get("columns"):
            text = "missing column aliases in recursive WITH query"
            raise translator.failure("MISSING_COLUMN_ALIASES", text, table)
        relation = translator.new_name("q")
        body = _translate_body(translator, table, recursive=bool(clause.args["recursive"]))
        labels = ", ".join(column.sql for column in body.fields)
        parts.append(f"{relation}({labels}) AS ({body.sql})")
        translator = _with_common_table(translator, name, CommonTable(relation, body.fields))
    word = "WITH RECURSIVE" if clause.args["recursive"] else "WITH"
    return f"{word} {', '.join(parts)} ", translator


def _refuse_duplicate(translator: Translator, clause: exp.Expr, table: exp.Expr, name: str) -> None:
    same = [other for other in clause.expressions if other.alias.lower() == name]
    if len(same) > 1:
        text = f"WITH query name '{name}' specified more than once"
        raise translator.failure("DUPLICATE_NAMED_QUERY", text, table)


def _with_common_table(translator: Translator, name: str, table: CommonTable) -> Translator:
    tables = {**translator.scope.common_tables, name: table}
    return translator.within(replace(translator.scope, common_tables=tables))


def _translate_body(translator: Translator, table: exp.CTE, *, recursive: bool) -> Relation:
    inner = table.this
    if recursive and isinstance(inner, exp.Union) and not inner.args.get("with_"):
        return _translate_recursive(translator, table)
    return _rename_columns(translator, table, _isolated(translator).translate_query(inner))


def _isolated(translator: Translator) -> Translator:
    """Return a translator that sees the tables before this one and what is around the query."""
    return translator.within(
        Scope(common_tables=translator.scope.common_tables, parent=translator.scope)
    )


def _rename_columns(translator: Translator, table: exp.CTE, body: Relation) -> Relation:
    alias = table.args["alias"]
    names = [column.name for column in alias.args.get("columns") or ()]
    if names and len(names) != len(body.fields):
        text = (
            f"Column alias list has {len(names)} entries but relation has "
            f"{len(body.fields)} columns"
        )
        raise translator.failure("MISMATCHED_COLUMN_ALIASES", text, table)
    if not names:
        return body
    pairs = zip(body.fields, names, strict=True)
    return Relation(
        body.sql, tuple(replace(column.detached(), name=name) for column, name in pairs)
    )


def _translate_recursive(translator: Translator, table: exp.CTE) -> Relation:
    """Translate a table that the step of its union refers to, as a query over such a table."""
    union = table.this
    translator.allow_only(union, "this", "expression", "distinct")
    base = _rename_columns(translator, table, _isolated(translator).translate_query(union.this))
    fields = tuple(column.detached() for column in base.fields)
    itself = CommonTable(translator.new_name("q"), fields)
    stepping = _with_common_table(_isolated(translator), table.alias.lower(), itself)
    step = stepping.translate_query(union.expression)
    if len(step.fields) != len(base.fields):
        raise translator.mismatch(
            table, "base and step relations of recursion have mismatched sizes"
        )
    pairs = list(zip(step.fields, base.fields, strict=True))
    items = ", ".join(_cast_to(translator, table, column, target) for column, target in pairs)
    distinct = "DISTINCT " if union.args.get("distinct") else ""
    labels = ", ".join(column.sql for column in fields)
    first, following = (f"({side.sql}) AS {translator.new_name('r')}" for side in (base, step))
    depth = _next_depth(translator, table, itself)
    parts = [
        select_from(f"{distinct}{labels}, 0", first),
        select_from(f"{distinct}{items}, {depth}", following),
    ]
    sql = f"WITH RECURSIVE {itself.relation}({labels}, depth) AS ({' UNION ALL '.join(parts)}) "
    # DuckDB does not compute a column that nothing reads.
    sql += select_from(distinct + labels, f"{itself.relation} WHERE depth >= 0")
    return Relation(sql, fields)


def _next_depth(translator: Translator, node: exp.Expr, table: CommonTable) -> str:
    """Write how often the step of a recursion was taken; fails where Athena ends it."""
    references = translator.statement.references[table.relation]
    if references > 1:
        text = "multiple recursive references in the step relation of recursion"
        raise translator.failure("INVALID_RECURSIVE_REFERENCE", text, node)
    if not references:
        return "1"
    failing = failing_expression("NOT_SUPPORTED", _TOO_DEEP, BIGINT)
    following = f"({select_from('max(depth) + 1', table.relation)})"
    # The step may still be taken if it gives no rows.
    return f"CASE WHEN {following} > {_MAX_RECURSION} THEN {failing} ELSE {following} END"


def _cast_to(translator: Translator, node: exp.Expr, column: Field, target: Field) -> str:
    if not translator.fits(column.type, target.type):
        text = (
            f"recursion step relation output type ({column.type}) is not coercible to"
            f" recursion base relation output type ({target.type})"
        )
        raise translator.mismatch(node, text)
    return coerce(Typed(column.sql, column.type), target.type).sql
