"""FROM: tables, sub-queries and joins.

Every column has a text of its own, so that names follow Athena's rules and not DuckDB's.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.expressions.operators import (
    coerce_to_common_type,
    compare,
)
from local_athena.backends.duckdb.dialect.queries.correlation import Use, check_correlation
from local_athena.backends.duckdb.dialect.queries.predicate_pushdown import push_down
from local_athena.backends.duckdb.dialect.queries.row_sources import (
    translate_unnest,
    translate_values,
)
from local_athena.backends.duckdb.dialect.queries.scopes import Field, Relation
from local_athena.backends.duckdb.dialect.queries.tables import resolve_table
from local_athena.backends.duckdb.dialect.types.trino_types import BOOLEAN
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce
from local_athena.errors import StatementFailure

_TAIL = ("with_", "order", "limit", "offset")
_SAMPLING = {"BERNOULLI": "bernoulli", "SYSTEM": "system"}


def translate_from(translator: Translator, select: exp.Expr) -> Relation | None:
    """Translate everything a query selects from."""
    source = select.args.get("from_")
    if source is None:
        return None
    relation = _translate_relation(translator, source.this)
    relation = _join_all(translator, relation, source.this.args.get("joins") or ())
    return _join_all(translator, relation, select.args.get("joins") or ())


def _join_all(translator: Translator, relation: Relation, joins: Sequence[exp.Expr]) -> Relation:
    for join in joins:
        relation = _join(translator, relation, join)
    return relation


def _seeing(translator: Translator, fields: tuple[Field, ...]) -> Translator:
    """Return a translator that sees the columns of the relations to the left."""
    return translator.within(replace(translator.scope, fields=fields))


def _translate_relation(translator: Translator, node: exp.Expr) -> Relation:
    if isinstance(node, exp.Table):
        translator.allow_only(node, "this", "db", "catalog", "alias", "joins", "sample")
        if not isinstance(node.this, exp.Identifier):
            raise translator.unsupported(node, "table functions")
        relation = resolve_table(translator, node)
    elif isinstance(node, exp.Subquery):
        relation = _subquery(translator, node)
    elif isinstance(node, exp.Values):
        if any(node.args.get(name) for name in _TAIL):
            raise translator.unsupported(node, "ORDER BY and LIMIT of VALUES in FROM")
        relation = translate_values(translator, node)
    elif isinstance(node, exp.Unnest):
        relation = translate_unnest(translator, node)
    elif isinstance(node, exp.Paren):
        relation = _translate_relation(translator, node.this)
    elif isinstance(node, exp.Lateral):
        relation = _lateral(translator, node)
    else:
        raise translator.unsupported(node, "this relation")
    return _apply_sample(translator, node, _apply_alias(translator, node, relation))


def _lateral(translator: Translator, node: exp.Lateral) -> Relation:
    translator.allow_only(node, "this", "alias")
    if not isinstance(node.this, exp.Subquery):
        raise translator.unsupported(node, "LATERAL of this form")
    relation = derive_relation(translator, translator.translate_query(node.this.this))
    is_conditional = isinstance(node.parent, exp.Join) and _is_conditional(node.parent)
    use = Use.CONDITIONAL if is_conditional else Use.RELATION
    check_correlation(translator, node.this.this, use)
    return Relation(f"LATERAL {relation.sql}", relation.fields)


def _is_conditional(join: exp.Join) -> bool:
    condition = join.args.get("on")
    is_true = isinstance(condition, exp.Boolean) and condition.this
    return join.args.get("side") == "LEFT" and condition is not None and not is_true


def _subquery(translator: Translator, node: exp.Subquery) -> Relation:
    translator.allow_only(node, "this", "alias", "joins", "sample", *_TAIL)
    inner = node.this
    if _is_relation(inner):
        joined = _join_all(
            translator, _translate_relation(translator, inner), inner.args.get("joins") or ()
        )
        return Relation(f"({joined.sql})", joined.fields)
    outer = translator.within(replace(translator.scope, fields=()))
    if any(node.args.get(name) for name in _TAIL):
        bare = node.copy()
        bare.set("alias", None)
        bare.set("joins", None)
        bare.set("sample", None)
        return derive_relation(translator, outer.translate_query(bare))
    return derive_relation(translator, outer.translate_query(inner))


def _is_relation(node: exp.Expr) -> bool:
    """Tell whether parentheses contain a relation, perhaps with joins, and not a query."""
    if isinstance(node, exp.Subquery):
        return bool(node.args.get("alias") or node.args.get("joins"))
    return isinstance(node, exp.Table | exp.Unnest | exp.Lateral)


def derive_relation(translator: Translator, query: Relation) -> Relation:
    """Use a query as a relation in FROM."""
    alias = translator.new_name("r")
    fields = tuple(
        replace(column, sql=f"{alias}.{column.sql}", qualifier=()) for column in query.fields
    )
    return Relation(f"({query.sql}) AS {alias}", fields)


def _apply_alias(translator: Translator, node: exp.Expr, relation: Relation) -> Relation:
    alias = node.args.get("alias")
    if alias is None:
        return relation
    name = (alias.name.lower(),) if alias.name else ()
    labels = [column.name for column in alias.args.get("columns") or ()]
    shown = relation.shown_fields
    if labels and len(labels) != len(shown):
        text = f"Column alias list has {len(labels)} entries but relation has {len(shown)} columns"
        raise translator.failure("MISMATCHED_COLUMN_ALIASES", text, node)
    if labels:
        renamed = zip(shown, labels, strict=True)
        relation = replace(
            relation,
            fields=tuple(replace(column.detached(), name=label) for column, label in renamed),
        )
    fields = tuple(replace(column, qualifier=name) for column in relation.fields)
    return Relation(relation.sql, fields)


def _apply_sample(translator: Translator, node: exp.Expr, relation: Relation) -> Relation:
    sample = node.args.get("sample")
    if sample is None:
        return relation
    translator.allow_only(sample, "method", "percent", "size")
    method = _SAMPLING.get(sample.args["method"].name.upper() if sample.args.get("method") else "")
    size = sample.args.get("percent") or sample.args.get("size")
    if method is None or not isinstance(size, exp.Literal) or size.is_string:
        raise translator.unsupported(sample, "sampling of this form")
    fields = tuple(column.detached() for column in relation.fields)
    return Relation(f"{relation.sql} TABLESAMPLE {method}({size.name}%)", fields)


def _join(translator: Translator, left: Relation, join: exp.Expr) -> Relation:
    translator.allow_only(join, "this", "on", "using", "side", "kind")
    side, kind = (str(join.args.get(name) or "").upper() for name in ("side", "kind"))
    _check_condition(translator, join, side)
    right = _translate_right(translator, left, join, side)
    is_by_row = side in ("RIGHT", "FULL") and isinstance(join.this, exp.Lateral | exp.Unnest)
    if is_by_row and join.args.get("on"):
        return _join_row_by_row(translator, left, right, join, side)
    restricted = _fields_restricted_by(left, right, side)
    left, right = _mark_null_extended(left, right, side)
    fields = left.fields + right.fields
    if join.args.get("using"):
        return _join_using(translator, left, right, join, side)
    condition = join.args.get("on")
    if condition is None:
        if kind != "CROSS" and (side or kind):
            raise translator.malformed(join)
        return Relation(f"{left.sql} CROSS JOIN {right.sql}", fields)
    term = _seeing(translator, fields).translate(condition)
    if term.type.name not in ("boolean", "unknown"):
        raise translator.mismatch(condition, f"JOIN ON clause must be boolean: {term.type}")
    push_down(translator, condition, restricted)
    sql = f"{left.sql} {side} JOIN {right.sql} ON {coerce(term, BOOLEAN).sql}"
    return Relation(sql, fields)


def _check_condition(translator: Translator, join: exp.Expr, side: str) -> None:
    """Refuse conditions on what Trino joins row by row."""
    condition = join.args.get("on")
    if condition is None or (isinstance(condition, exp.Boolean) and condition.this):
        return
    is_lateral = side == "FULL" and isinstance(join.this, exp.Lateral)
    if is_lateral or isinstance(join.this, exp.Unnest):
        what = "LATERAL relation" if is_lateral else "UNNEST"
        text = f"{side or 'INNER'} JOIN involving {what} is only supported with condition ON TRUE"
        raise translator.failure("NOT_SUPPORTED", text, condition)


def _join_row_by_row(
    translator: Translator, left: Relation, right: Relation, join: exp.Expr, side: str
) -> Relation:
    """Join as Trino does: what is on the right belongs to each row of the left alone."""
    condition = join.args["on"]
    if side == "FULL":
        return Relation(f"{left.sql} LEFT JOIN {right.sql} ON TRUE", left.fields + right.fields)
    term = _seeing(translator, left.fields + right.fields).translate(condition)
    if term.type.name not in ("boolean", "unknown"):
        raise translator.mismatch(condition, f"JOIN ON clause must be boolean: {term.type}")
    met = coerce(term, BOOLEAN).sql
    fields = tuple(
        replace(column.detached(), sql=f"(CASE WHEN {met} THEN {column.sql} END)")
        for column in left.fields
    )
    return Relation(f"{left.sql} CROSS JOIN {right.sql}", fields + right.fields)


def _translate_right(translator: Translator, left: Relation, join: exp.Expr, side: str) -> Relation:
    lateral = _seeing(translator, left.fields)
    if side not in ("RIGHT", "FULL"):
        return _translate_joined(lateral, join)
    try:
        right = _translate_joined(translator, join)
    except StatementFailure as failure:
        if failure.name == "COLUMN_NOT_FOUND":
            # Fails for the same column if it is not one of the left side either.
            _translate_joined(lateral, join)
            text = f"LATERAL reference not allowed in {side} JOIN"
            raise translator.failure("INVALID_COLUMN_REFERENCE", text, join.this) from failure
        raise
    return Relation(right.sql.removeprefix("LATERAL "), right.fields)


def _translate_joined(translator: Translator, join: exp.Expr) -> Relation:
    right = _translate_relation(translator, join.this)
    return _join_all(translator, right, join.this.args.get("joins") or ())


def _fields_restricted_by(left: Relation, right: Relation, side: str) -> tuple[Field, ...]:
    """Find the columns of the sides from which a join drops rows that do not match."""
    return {"": left.fields + right.fields, "LEFT": right.fields, "RIGHT": left.fields}.get(
        side, ()
    )


def _mark_null_extended(left: Relation, right: Relation, side: str) -> tuple[Relation, Relation]:
    if side in ("RIGHT", "FULL"):
        left = Relation(left.sql, tuple(column.null_extended() for column in left.fields))
    if side in ("LEFT", "FULL"):
        right = Relation(right.sql, tuple(column.null_extended() for column in right.fields))
    return left, right


def _join_using(
    translator: Translator, left: Relation, right: Relation, join: exp.Expr, side: str
) -> Relation:
    names = [name.name.lower() for name in join.args["using"]]
    if len(set(names)) < len(names):
        text = "A column appears multiple times in USING clause"
        raise translator.failure("DUPLICATE_COLUMN_NAME", text, join.args["using"][0])
    terms, shared, used = [], [], set()
    for name_node in join.args["using"]:
        name = name_node.name.lower()
        one, other = (
            _find_shared_column(translator, name_node, side_, name) for side_ in (left, right)
        )
        pair = [Typed(column.sql, column.type) for column in (one, other)]
        terms.append(compare(translator, name_node, "=", *pair).sql)
        first, second = coerce_to_common_type(translator, name_node, pair, "Column types differ")
        sql = first.sql if side in ("", "LEFT") else second.sql
        sql = f"coalesce({first.sql}, {second.sql})" if side == "FULL" else sql
        shared.append(Field(one.name, sql, first.type))
        used |= {id(one), id(other)}
    rest = [column for column in left.fields + right.fields if id(column) not in used]
    sql = f"{left.sql} {side} JOIN {right.sql} ON {' AND '.join(terms)}"
    return Relation(sql, (*shared, *rest))


def _find_shared_column(
    translator: Translator, node: exp.Expr, relation: Relation, name: str
) -> Field:
    found = [column for column in relation.fields if column.answers(name, ())]
    if len(found) != 1:
        text = f"Column '{name}' is missing from one side of join or ambiguous"
        raise translator.failure("COLUMN_NOT_FOUND", text, node)
    return found[0]
