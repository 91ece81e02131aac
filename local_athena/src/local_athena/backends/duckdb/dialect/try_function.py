"""TRY and what it cannot enclose in DuckDB: aggregates, sub-queries and random values.

Those are evaluated first and handed to the rest by name, so that TRY guards only the rest.
"""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.scopes import Scope
from local_athena.backends.duckdb.dialect.signatures import signatures
from local_athena.backends.duckdb.dialect.typed_sql import Typed

_OUTSIDE_CALLS = frozenset({"sum", "avg", "listagg", "random", "rand", "uuid", "shuffle"})
_OUTSIDE_NODES = (exp.Subquery, exp.Exists, exp.Window, exp.Filter, exp.GroupConcat)


def tried(translator: Translator, node: exp.Expr) -> Typed:
    """The value of an expression, or NULL where it fails."""
    outside = _outside(node)
    if not outside:
        value = translator.typed(node)
        return Typed(f"TRY({value.sql})", value.type)
    if outside[0] is node:
        return translator.typed(node)
    values = [translator.typed(part) for part in outside]
    inner = node.copy()
    holder = translator.fresh("v")
    parameters = {}
    for index, (part, value) in enumerate(zip(_outside(inner), values, strict=True)):
        # No identifier of the caller's starts with a blank and this name.
        name = f" {holder}.{index}"
        part.replace(exp.Identifier(this=name, quoted=True))
        parameters[name] = Typed(f"{holder}.f{index}", value.type)
    rest = translator.within(Scope(parent=translator.scope, parameters=parameters)).typed(inner)
    packed = ", ".join(f"'f{index}': {value.sql}" for index, value in enumerate(values))
    sql = f"list_transform([{{{packed}}}], lambda {holder}: TRY({rest.sql}))[1]"
    return Typed(sql, rest.type)


def can_be_tried(node: exp.Expr) -> bool:
    """Whether DuckDB's TRY may enclose an expression as it is."""
    return node.find(exp.Query) is None and not _outside(node)


def _outside(node: exp.Expr) -> list[exp.Expr]:
    """The outermost parts that TRY must not enclose."""
    return [part for part in node.walk(prune=_stands_outside) if _stands_outside(part)]


def _stands_outside(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        name = str(node.this).lower()
        lines = signatures().get(name, ())
        return name in _OUTSIDE_CALLS or any(line.is_aggregate for line in lines)
    if isinstance(node, exp.In):
        return node.args.get("query") is not None
    return isinstance(node, _OUTSIDE_NODES)
