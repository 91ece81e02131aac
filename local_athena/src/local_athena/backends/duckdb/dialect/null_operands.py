"""Which expressions are NULL because an operand is, whatever the other operands are.

Athena replaces such an expression by NULL when it plans, so that nothing in it can fail.
"""

from collections.abc import Iterator

from sqlglot import exp

from local_athena.backends.duckdb.dialect.signatures import names_over_rows

# Functions for which NULL is a value like others, and those of their arguments for which it is not.
_PLACES: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("coalesce", "greatest", "least", "row", "typeof"), ()),
    **dict.fromkeys(("concat_ws", "format", "nullif", "reduce"), (0,)),
    "repeat": (1,),
}
_OPERATORS = (
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe),
    *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Like, exp.Escape),
    *(exp.Neg, exp.Not, exp.Paren, exp.Cast, exp.TryCast, exp.AtTimeZone, exp.Extract),
    *(exp.Trim, exp.Substring, exp.StrPosition, exp.Bracket),
)


def strict_operands(node: exp.Expr) -> Iterator[exp.Expr]:
    """List the operands of an expression that make it NULL if they are."""
    if isinstance(node, exp.Anonymous):
        if not _is_aggregate(node):
            places = _PLACES.get(node.name.lower())
            arguments = node.expressions
            yield from arguments if places is None else (arguments[n] for n in places if arguments)
    elif isinstance(node, exp.Between | exp.In):
        yield node.this
        yield from node.expressions if len(node.expressions) == 1 else ()
    elif isinstance(node, _OPERATORS):
        yield from node.iter_expressions()


def holds_aggregate(node: exp.Expr) -> bool:
    """Tell whether an expression aggregates the rows of its query, which then gives one row."""
    parts = node.walk(prune=lambda part: isinstance(part, exp.Query))
    return any(
        isinstance(part, exp.GroupConcat | exp.Filter)
        or (isinstance(part, exp.Anonymous) and _is_aggregate(part))
        for part in parts
    )


def _is_aggregate(call: exp.Anonymous) -> bool:
    return call.name.lower() in names_over_rows()
