"""GROUP BY: keys by expression or number, grouping sets, cubes and rollups."""

from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.select_items import Item
from local_athena.backends.duckdb.dialect.sorting import position_of


def group_by(translator: Translator, group: exp.Expr, items: Sequence[Item]) -> str:
    """What stands after GROUP BY."""
    translator.only(group, "expressions", "grouping_sets", "cube", "rollup")
    parts = [_key(translator, key, items) for key in group.expressions]
    for name in ("cube", "rollup", "grouping_sets"):
        parts.extend(_set(translator, part) for part in group.args.get(name) or ())
    return ", ".join(parts)


def _key(translator: Translator, key: exp.Expr, items: Sequence[Item]) -> str:
    if isinstance(key, exp.Cube | exp.Rollup | exp.GroupingSets):
        return _set(translator, key)
    if isinstance(key, exp.Tuple) and key.expressions:
        return ", ".join(_key(translator, part, items) for part in key.expressions)
    # A bare name is a column of the source here, never an alias of the output.
    by_place = not isinstance(key, exp.Column)
    place = position_of(translator, key, items) if by_place else None
    if isinstance(key, exp.Tuple) and not key.expressions:
        return "()"
    return str(place) if place else translator.typed(key).sql


def _keys(translator: Translator, keys: Sequence[exp.Expr]) -> str:
    return ", ".join(_grouped(translator, key) for key in keys)


def _grouped(translator: Translator, key: exp.Expr) -> str:
    if isinstance(key, exp.Tuple):
        return f"({_keys(translator, key.expressions)})"
    return translator.typed(key).sql


def _set(translator: Translator, part: exp.Expr) -> str:
    if isinstance(part, exp.GroupingSets):
        listed = ", ".join(_set(translator, inner) for inner in part.expressions)
        return f"GROUPING SETS ({listed})"
    if isinstance(part, exp.Tuple):
        return f"({_keys(translator, part.expressions)})"
    if isinstance(part, exp.Paren):
        return f"({translator.typed(part.this).sql})"
    if isinstance(part, exp.Cube | exp.Rollup):
        return f"{type(part).__name__.upper()} ({_keys(translator, part.expressions)})"
    return translator.typed(part).sql
