"""Find the SQL of a catalog file, in expressions and examples, that would be refused."""

from collections.abc import Iterator, Mapping, Set

from data_hist.catalog.resolve import resolve
from data_hist.catalog.versions import CatalogDocument, VersionColumn
from data_hist.catalog.yaml_file import Problem
from data_hist.errors import RequestError
from data_hist.sql_guard.expression_types import base_type, can_cast, infer_type
from data_hist.sql_guard.expressions import ExpressionError, parse_expression
from data_hist.sql_guard.guard import Guard


def expression_problems(document: CatalogDocument) -> Iterator[Problem]:
    """Find the problems of all expressions; of a source that is missing, nothing is known."""
    for version, entry in document.versions.items():
        for name, table in entry.tables.items():
            source = document.sources.get(table.source)
            for column, fields in (table.columns or {}).items():
                if source is None or fields is None or fields.expression is None:
                    continue
                types = source.readable_types
                try:
                    _check(fields, fields.expression, types, source.columns.keys() - types)
                except ExpressionError as error:
                    path = ("versions", version, "tables", name, "columns", column, "expression")
                    yield Problem(path, str(error))


def example_problems(document: CatalogDocument) -> Iterator[Problem]:
    """Find the example queries that the guard refuses; it does not know what Athena does."""
    for version in resolve(document).versions.values():
        guard = Guard(version)
        for name, table in version.tables.items():
            for number, example in enumerate(table.examples):
                try:
                    guard.admit(example.sql, customer_id=None)
                except RequestError as error:
                    path = ("versions", version.name, "tables", name, "examples", number, "sql")
                    yield Problem(path, str(error))


def _check(
    column: VersionColumn, expression: str, types: Mapping[str, str], hidden: Set[str]
) -> None:
    tree = parse_expression(expression, types, hidden)
    found = infer_type(tree, types)
    if column.time and column.type == "timestamp" and column.time.unit != "timestamp":
        target = "varchar" if column.time.unit == "iso8601" else "double"
        if not can_cast(found, target) or (target == "varchar" and found != "varchar"):
            raise ExpressionError(f"gives {found}; the unit {column.time.unit} needs {target}")
    elif column.type and not can_cast(found, base_type(column.type)):
        raise ExpressionError(f"gives {found}, which does not become {column.type}")
