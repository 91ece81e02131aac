"""Whether Trino aggregates in two steps: to partial results on its workers, which it merges."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Call, Translator


def is_merged(translator: Translator, call: Call) -> bool:
    """Tell whether there are two steps: not in a window, nor for all rows of VALUES as they are."""
    clauses = call.clauses
    if clauses.window is not None:
        return False
    if clauses.filter is not None or clauses.distinct or translator.statement.scans:
        return True
    select = call.node.find_ancestor(exp.Select)
    return select is not None and bool(select.args.get("group") or select.find(exp.Unnest))
