"""ORDER BY lists and OVER clauses."""

from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator

_UNBOUNDED = "UNBOUNDED"
_CURRENT_ROW = "CURRENT ROW"


def direction(item: exp.Ordered) -> str:
    """The direction of a sort key; Athena sorts NULL last both ways."""
    nulls = "FIRST" if item.args.get("nulls_first") else "LAST"
    return f"{'DESC' if item.args.get('desc') else 'ASC'} NULLS {nulls}"


def ordering(translator: Translator, items: Sequence[exp.Expr]) -> str:
    """The sort keys of an aggregate or a window."""
    return ", ".join(
        f"{translator.typed(item.this).sql} {direction(item)}"
        for item in items
        if isinstance(item, exp.Ordered)
    )


def window(translator: Translator, node: exp.Expr) -> str:
    """What stands in the parentheses after OVER; a named window is written out."""
    translator.only(node, "this", "partition_by", "order", "spec", "alias", "over")
    base = node.args.get("alias")
    inherited = [] if base is None else [_named(translator, node, base)]
    parts = [part for part in inherited if part]
    partition = node.args.get("partition_by")
    if partition:
        keys = ", ".join(translator.typed(key).sql for key in partition)
        parts.append(f"PARTITION BY {keys}")
    if node.args.get("order"):
        parts.append(f"ORDER BY {ordering(translator, node.args['order'].expressions)}")
    if node.args.get("spec"):
        parts.append(_frame(translator, node.args["spec"]))
    return f"({' '.join(parts)})"


def _named(translator: Translator, node: exp.Expr, name: exp.Expr) -> str:
    definition = translator.scope.windows.get(name.name.lower())
    if definition is None:
        text = f"Cannot resolve WINDOW name {name.name.lower()}"
        raise translator.failure("INVALID_WINDOW_REFERENCE", text, node)
    return window(translator, definition)[1:-1]


def _frame(translator: Translator, spec: exp.WindowSpec) -> str:
    translator.only(spec, "kind", "start", "start_side", "end", "end_side")
    start = _bound(translator, spec.args.get("start"), spec.args.get("start_side"))
    kind = str(spec.args["kind"]).upper()
    if spec.args.get("end") is None:
        return f"{kind} {start}"
    end = _bound(translator, spec.args["end"], spec.args.get("end_side"))
    return f"{kind} BETWEEN {start} AND {end}"


def _bound(translator: Translator, value: exp.Expr | str | None, side: str | None) -> str:
    if isinstance(value, exp.Expr):
        return f"{translator.typed(value).sql} {str(side).upper()}"
    text = str(value).upper()
    return text if text == _CURRENT_ROW else f"{_UNBOUNDED} {str(side).upper()}"
