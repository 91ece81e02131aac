"""Which expressions are NULL because an operand is, whatever the other operands are.

Athena replaces such an expression by NULL when it plans, so that nothing in it can fail. DuckDB
does so for TRY, too, which Athena evaluates beside all other operands, if it reads VALUES.
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

_CANNOT_FAIL = (exp.Boolean, exp.Column, exp.Identifier, exp.Literal, exp.Null)
# Where an expression is evaluated; only in the first two may it be as Athena evaluates VALUES.
_PLACES_OF_ROWS = (exp.Select, exp.Values, exp.Having, exp.Join, exp.Order, exp.Where)


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


def find_tries(node: exp.Expr) -> list[exp.Expr]:
    """Find the operands that TRY may make NULL beside others that may fail."""
    if isinstance(node, exp.In) and len(node.expressions) != 1:
        return []
    values = (each for each in strict_operands(node) if not isinstance(each, exp.Lambda))
    tries = [operand for operand in values if any(map(_is_try, operand.walk()))]
    others = (part for part in node.iter_expressions() if not any(part is each for each in tries))
    if len(tries) < 2 and all(isinstance(other.unnest(), _CANNOT_FAIL) for other in others):
        return []
    return [] if holds_aggregate(node) or node.find(exp.Query) else tries


def _is_try(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == "try"


def is_over_values(node: exp.Expr) -> bool:
    """Tell whether an expression is selected from VALUES, or stands in them."""
    place = node.find_ancestor(*_PLACES_OF_ROWS)
    return isinstance(place, exp.Select | exp.Values) and _reads_values(place)


def _reads_values(query: exp.Expr) -> bool:
    if isinstance(query, exp.Values):
        return True
    if not isinstance(query, exp.Select) or any(map(query.args.get, ("joins", "group", "where"))):
        return False
    source = query.args.get("from_")
    return source is None or _reads_values(source.this.unnest())


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
