"""Translate one statement of Athena SQL to one query of DuckDB, and describe its result."""

import re
from dataclasses import dataclass, replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect import function_calls
from local_athena.backends.duckdb.dialect.aggregates import (
    approximate_counts,
    extremes,
    map_aggregates,
    moments,
    percentiles,
    reductions,
    text_lists,
    totals,
)
from local_athena.backends.duckdb.dialect.collections import (
    arrays,
    element_orders,
    maps,
    subscripts,
)
from local_athena.backends.duckdb.dialect.context import (
    PartitionPredicate,
    Scan,
    Statement,
    Translator,
)
from local_athena.backends.duckdb.dialect.datetimes import (
    datetime_functions,
    datetime_patterns,
    datetime_units,
    intervals,
    time_sequences,
    zone_functions,
)
from local_athena.backends.duckdb.dialect.explain import Explain, split_explain
from local_athena.backends.duckdb.dialect.expressions import (
    arithmetic,
    casts,
    concatenation,
    conditional_expressions,
    operators,
    primary_expressions,
    subqueries,
    text_matching,
)
from local_athena.backends.duckdb.dialect.json import json_extract_functions, json_functions
from local_athena.backends.duckdb.dialect.numbers import rounding
from local_athena.backends.duckdb.dialect.queries import grouping
from local_athena.backends.duckdb.dialect.queries.queries import translate_query
from local_athena.backends.duckdb.dialect.queries.scopes import Scope
from local_athena.backends.duckdb.dialect.queries.tables import used_hidden_columns
from local_athena.backends.duckdb.dialect.rendering import render_text
from local_athena.backends.duckdb.dialect.signatures import function_names
from local_athena.backends.duckdb.dialect.strings import regexp_functions, string_functions
from local_athena.backends.duckdb.dialect.syntax.parsing import blank_comments, parse_statement
from local_athena.backends.duckdb.dialect.types.trino_types import UNBOUNDED, TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import select_from
from local_athena.engine.column_info import describe_column
from local_athena.engine.executions import Column
from local_athena.errors import MalformedQuery, StatementFailure
from local_athena.tables import Catalog

_HANDLERS = {
    **primary_expressions.HANDLERS,
    **arithmetic.HANDLERS,
    **operators.HANDLERS,
    **text_matching.HANDLERS,
    **conditional_expressions.HANDLERS,
    **casts.HANDLERS,
    **subqueries.HANDLERS,
    **concatenation.HANDLERS,
    **function_calls.HANDLERS,
    **intervals.HANDLERS,
    **subscripts.HANDLERS,
    **datetime_functions.HANDLERS,
    **zone_functions.HANDLERS,
    **json_functions.HANDLERS,
    **string_functions.HANDLERS,
}
_FUNCTIONS = {
    **approximate_counts.FUNCTIONS,
    **arithmetic.FUNCTIONS,
    **arrays.FUNCTIONS,
    **concatenation.FUNCTIONS,
    **conditional_expressions.FUNCTIONS,
    **datetime_functions.FUNCTIONS,
    **datetime_patterns.FUNCTIONS,
    **datetime_units.FUNCTIONS,
    **extremes.FUNCTIONS,
    **time_sequences.FUNCTIONS,
    **zone_functions.FUNCTIONS,
    **grouping.FUNCTIONS,
    **json_extract_functions.FUNCTIONS,
    **map_aggregates.FUNCTIONS,
    **maps.FUNCTIONS,
    **moments.FUNCTIONS,
    **element_orders.FUNCTIONS,
    **percentiles.FUNCTIONS,
    **primary_expressions.FUNCTIONS,
    **reductions.FUNCTIONS,
    **regexp_functions.FUNCTIONS,
    **rounding.FUNCTIONS,
    **string_functions.FUNCTIONS,
    **text_lists.FUNCTIONS,
    **totals.FUNCTIONS,
}
# What the parser leaves to the translation to check, though only the text decides about it.
_TEXTS = (exp.HexString, exp.JSONExtract, exp.Literal, exp.UnicodeString)
_FORMS = frozenset({"count", "normalize", "try"})
_LEADING = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*"
_FIRST_WORD = re.compile(rf"{_LEADING}([A-Za-z]+)", re.DOTALL)
_OTHER_STATEMENTS = frozenset(
    {
        *("ALTER", "ANALYZE", "CALL", "COMMENT", "COMMIT", "CREATE", "DEALLOCATE", "DELETE"),
        *("DENY", "DESC", "DESCRIBE", "DROP", "EXECUTE", "EXPLAIN", "GRANT", "INSERT", "MERGE"),
        *("MSCK", "OPTIMIZE", "PREPARE", "REFRESH", "RESET", "REVOKE", "ROLLBACK", "SET", "SHOW"),
        *("START", "TRUNCATE", "UNLOAD", "UPDATE", "USE", "VACUUM"),
    }
)


@dataclass(frozen=True)
class OutputColumn:
    """A column of the result: Athena's name and type, and its label in the DuckDB query."""

    name: str
    type: TrinoType
    label: str


@dataclass(frozen=True)
class Translation:
    """A statement ready to run; the views that its scans name have to exist first."""

    sql: str
    scans: tuple[Scan, ...]
    columns: tuple[OutputColumn, ...]
    original: str
    explain: Explain | None = None

    @property
    def reads(self) -> bool:
        """Whether running the statement reads the files of its tables."""
        return self.explain is None or self.explain.analyze

    @property
    def substatement(self) -> str:
        """The `SubstatementType` of its execution."""
        return "EXPLAIN" if self.explain else "SELECT"


def translate(sql: str, catalog: Catalog, default_database: str) -> Translation:
    """Translate one statement.

    Raises:
        MalformedQuery: the text is not one statement of Athena's grammar.
        StatementFailure: Athena would fail the statement, or only Athena can run it.
    """
    explain, text = split_explain(sql)
    _check_kind(text)
    text = blank_comments(text)
    tree = parse_statement(text)
    statement = Statement(
        text, catalog, default_database, _HANDLERS, _FUNCTIONS, function_names(), translate_query
    )
    translator = Translator(statement, Scope())
    try:
        result = translate_query(translator, tree)
    except StatementFailure as failure:
        raise _find_syntax_error(translator, tree) or failure from None
    except RecursionError as error:
        raise MalformedQuery("statement is too large (stack overflow)", 1, 1) from error
    if statement.late_failures:
        raise statement.late_failures[0]
    scans = tuple(
        replace(
            scan,
            predicates=_usable_predicates(statement, number),
            hidden=used_hidden_columns(scan, result.sql),
        )
        for number, scan in enumerate(statement.scans)
    )
    columns = tuple(
        OutputColumn(column.name or f"_col{index}", column.type, column.sql)
        for index, column in enumerate(result.fields)
    )
    return Translation(result.sql, scans, columns, sql, explain)


def _find_syntax_error(translator: Translator, tree: exp.Expr) -> StatementFailure | None:
    """Find what is wrong with the text alone; Athena parses all of it before it looks at names.

    Raises:
        MalformedQuery: Something that sqlglot parses is not of Athena's grammar.
    """
    for node in tree.find_all(exp.Anonymous, exp.Extract, exp.Neg, *_TEXTS):
        if isinstance(node, exp.Anonymous) and node.name.lower() not in _FORMS:
            continue
        if isinstance(node, _TEXTS) and isinstance(node.parent, exp.Neg | exp.DataType):
            continue
        try:
            translator.translate(node)
        except StatementFailure as failure:
            if failure.name == "SYNTAX_ERROR":
                return failure
    return None


def _usable_predicates(statement: Statement, scan: int) -> tuple[PartitionPredicate, ...]:
    """Leave out conditions of one among several readers of a common table expression."""
    return tuple(
        predicate
        for predicate in statement.predicates[scan]
        if all(statement.references[name] == 1 for name in predicate.common_tables)
    )


def _check_kind(sql: str) -> None:
    first = _FIRST_WORD.match(sql)
    if first is not None and first[1].upper() in _OTHER_STATEMENTS:
        text = f"The embedded endpoint runs queries only, not {first[1].upper()} statements"
        raise StatementFailure("NOT_SUPPORTED", text)


def describe_columns(translation: Translation) -> tuple[Column, ...]:
    """Describe the columns of the result."""
    return tuple(_describe_column(column.name, column.type) for column in translation.columns)


def _describe_column(name: str, kind: TrinoType) -> Column:
    if kind.name in ("varchar", "char"):
        return describe_column(name, kind.name, UNBOUNDED if kind.length is None else kind.length)
    return describe_column(name, kind.name, kind.precision or 0, kind.scale)


def render_query(translation: Translation) -> str:
    """Wrap the query so that every column is the text that Athena writes."""
    items = ", ".join(
        f"{render_text(f'r.{column.label}', column.type)} AS {column.label}"
        for column in translation.columns
    )
    return select_from(items, f"({translation.sql}) AS r")
