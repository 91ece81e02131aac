"""Comparisons, logic, IN, EXISTS and scalar sub-queries."""

import re
from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import without_zone
from local_athena.backends.duckdb.dialect.datetimes.zoned_sources import translate_zoned
from local_athena.backends.duckdb.dialect.expressions.number_comparisons import (
    compare_numbers,
    may_be_nan,
)
from local_athena.backends.duckdb.dialect.expressions.structure_comparisons import (
    compare_structures,
    is_compared_by_parts,
)
from local_athena.backends.duckdb.dialect.expressions.subqueries import (
    translate_in_query,
    translate_quantified,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BOOLEAN,
    UNKNOWN,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    null_of,
)

_COMPARISONS = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ORDERINGS = ("<", "<=", ">", ">=")
_DISTINCTIONS = {
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}
# Athena's grammar does not chain these without parentheses.
_PREDICATES = (*_COMPARISONS, *_DISTINCTIONS, exp.Between, exp.In, exp.Is, exp.Like, exp.Escape)
# In translated SQL.
_EQUALS_LITERAL = re.compile(
    r"\((.*) = ('(?:[^']|'')*'|CAST\([0-9.]+ AS [A-Z]+\)|[0-9.]+)\)", re.DOTALL
)
_VOLATILE = re.compile(r"\b(?:rand|random|uuid|shuffle)\b", re.IGNORECASE)


def coerce_to_common_type(
    translator: Translator, node: exp.Expr, values: Sequence[Typed], what: str
) -> list[Typed]:
    """Coerce values to their common type; `what` starts the error message if there is none."""
    kind = UNKNOWN
    for value in values:
        common = common_type(kind, value.type)
        if common is None:
            raise translator.mismatch(node, f"{what}: {kind} vs {value.type}")
        kind = common
    return [coerce(value, kind) for value in values]


def _is_made_up(operand: exp.Expr) -> bool:
    """Tell whether parentheses are those of sqlglot and not of the statement."""
    return isinstance(operand, exp.Paren) and "written" not in operand.meta


def refuse_chain(translator: Translator, *operands: exp.Expr) -> None:
    """Refuse a predicate as operand of another, such as `1 < x < 3`."""
    for operand in operands:
        bare = operand
        while isinstance(bare, exp.Not) or _is_made_up(bare):
            bare = bare.this
        if isinstance(bare, _PREDICATES):
            raise translator.malformed(operand)


def _translate_comparison(translator: Translator, node: exp.Binary) -> Typed:
    refuse_chain(translator, node.this, node.expression)
    operator = _COMPARISONS.get(type(node)) or _DISTINCTIONS[type(node)]
    quantified = _find_quantifier(node.expression)
    if quantified is not None:
        return translate_quantified(translator, node, operator, *quantified)
    left, right = (translate_zoned(translator, side) for side in (node.this, node.expression))
    return compare(translator, node, operator, left, right)


def compare(
    translator: Translator, node: exp.Expr, operator: str, left: Typed, right: Typed
) -> Typed:
    """Compare two values that have a common type."""
    if common_type(left.type, right.type) is None:
        shown = f"Cannot apply operator: {left.type} {operator} {right.type}"
        raise translator.mismatch(node, shown)
    possible = may_be_nan(left), may_be_nan(right)
    sides = [without_zone(left), without_zone(right)]
    left, right = coerce_to_common_type(translator, node, sides, "Cannot compare")
    is_ordering = operator in _ORDERINGS
    if not (left.type.is_orderable if is_ordering else left.type.is_comparable):
        shown = f"Cannot apply operator: {left.type} {operator} {right.type}"
        raise translator.mismatch(node, shown)
    if is_ordering:
        translator.refuse_row_zones(node, left.type)
    if is_compared_by_parts(left.type, operator):
        return Typed(_compare_by_parts(translator, node, operator, left, right), BOOLEAN)
    return Typed(f"({compare_numbers(operator, left, right, possible)})", BOOLEAN)


def _compare_by_parts(
    translator: Translator, node: exp.Expr, operator: str, left: Typed, right: Typed
) -> str:
    def compare_parts(operator: str, one: Typed, other: Typed) -> str:
        return compare(translator, node, operator, one, other).sql

    label = translator.new_name("p")
    return compare_structures(operator, left, right, label, compare_parts)


def _find_quantifier(node: exp.Expr) -> tuple[str, exp.Expr] | None:
    """Recognise `ALL (query)` and `ANY (query)`."""
    if isinstance(node, exp.Any | exp.All):
        return "ALL" if isinstance(node, exp.All) else "ANY", node.this
    return None


def translate_condition(translator: Translator, node: exp.Expr) -> str:
    """Translate an operand that must be a boolean."""
    value = translator.translate(node)
    if value.type.name not in ("boolean", "unknown"):
        text = f"Logical expression term must evaluate to a boolean: actual type {value.type}"
        raise translator.mismatch(node, text)
    return coerce(value, BOOLEAN).sql


def _translate_connector(translator: Translator, node: exp.Connector) -> Typed:
    # A loop, because recursion into a chain of hundreds of terms overflows the stack.
    terms: list[exp.Expr] = []
    current: exp.Expr = node
    while type(current) is type(node):
        terms.append(current.args["expression"])
        current = current.this
    terms.append(current)
    conditions = [(term, translate_condition(translator, term)) for term in reversed(terms)]
    if isinstance(node, exp.And):
        return Typed(f"({' AND '.join(sql for _, sql in conditions)})", BOOLEAN)
    return Typed(f"({' OR '.join(_join_equalities(conditions))})", BOOLEAN)


def _join_equalities(conditions: Sequence[tuple[exp.Expr, str]]) -> list[str]:
    """Write `a = 1 OR a = 2` as `a IN (1, 2)`; DuckDB would compute `a` anew for each term."""
    literals: dict[str, list[str]] = {}
    for term, sql in conditions:
        found = _EQUALS_LITERAL.fullmatch(sql) if _compares_literal(term) else None
        if found:
            literals.setdefault(found[1], []).append(found[2])
        else:
            literals[sql] = []
    return [
        f"({left} IN ({', '.join(found)}))" if found else left for left, found in literals.items()
    ]


def _compares_literal(term: exp.Expr) -> bool:
    bare = term.unnest()
    is_equality = isinstance(bare, exp.EQ) and isinstance(bare.expression, exp.Literal)
    return is_equality and not _VOLATILE.search(bare.this.sql())


def _not(translator: Translator, node: exp.Not) -> Typed:
    return Typed(f"(NOT {translate_condition(translator, node.this)})", BOOLEAN)


def _is(translator: Translator, node: exp.Is) -> Typed:
    refuse_chain(translator, node.this)
    value = translator.translate(node.this)
    if not isinstance(node.expression, exp.Null):
        raise translator.malformed(node)
    return Typed(f"({value.sql} IS NULL)", BOOLEAN)


def _between(translator: Translator, node: exp.Between) -> Typed:
    translator.allow_only(node, "this", "low", "high")
    refuse_chain(translator, node.this, node.args["low"], node.args["high"])
    written = (node.args[name] for name in ("this", "low", "high"))
    values = [without_zone(translate_zoned(translator, each)) for each in written]
    if all(value.is_null for value in values[1:]):
        return null_of(BOOLEAN)
    if any(value.type.parameters or may_be_nan(value) for value in values):
        value, low, high = values
        above = compare(translator, node, ">=", value, low)
        return Typed(
            f"({above.sql} AND {compare(translator, node, '<=', value, high).sql})", BOOLEAN
        )
    value, low, high = coerce_to_common_type(translator, node, values, "Cannot check if")
    if not value.type.is_orderable:
        text = f"Cannot check if {value.type} is BETWEEN {low.type} and {high.type}"
        raise translator.mismatch(node, text)
    return Typed(f"({value.sql} BETWEEN {low.sql} AND {high.sql})", BOOLEAN)


def _in(translator: Translator, node: exp.In) -> Typed:
    translator.allow_only(node, "this", "expressions", "query")
    refuse_chain(translator, node.this)
    value = without_zone(translator.translate(node.this))
    query = node.args.get("query")
    if len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
        query = node.expressions[0]
    if query is not None:
        return translate_in_query(translator, node, value, query)
    items = [without_zone(translator.translate(item)) for item in node.expressions]
    is_compared = may_be_nan(value) and any(map(may_be_nan, items))
    value, *items = coerce_to_common_type(
        translator, node, [value, *items], "IN value and list items differ"
    )
    if not value.type.is_comparable and not any(side.is_null for side in (value, *items)):
        text = f"Cannot apply operator: {value.type} = {value.type}"
        raise translator.failure("OPERATOR_NOT_FOUND", text, node)
    if value.type.parameters or is_compared:
        equal = (compare(translator, node, "=", value, item).sql for item in items)
        return Typed(f"({' OR '.join(equal)})", BOOLEAN)
    return Typed(f"({value.sql} IN ({', '.join(item.sql for item in items)}))", BOOLEAN)


HANDLERS: dict[type[exp.Expr], Handler] = {
    **dict.fromkeys((*_COMPARISONS, *_DISTINCTIONS), _translate_comparison),
    **dict.fromkeys((exp.And, exp.Or), _translate_connector),
    exp.Not: _not,
    exp.Is: _is,
    exp.Between: _between,
    exp.In: _in,
}
