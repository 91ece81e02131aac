"""GROUP BY DISTINCT: the grouping sets of a clause, each of them once."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.queries.ordering import find_output_position
from local_athena.backends.duckdb.dialect.queries.scopes import Item

# DuckDB texts of columns and expressions.
_Set = tuple[str, ...]


def write_distinct_sets(translator: Translator, group: exp.Expr, items: Sequence[Item]) -> str:
    """Write the product of all parts of the clause, without sets that repeat another."""
    names = ("expressions", "cube", "rollup", "grouping_sets")
    parts = [part for name in names for part in group.args.get(name) or ()]
    alternatives = [list(_expand(translator, part, items)) for part in parts]
    found: dict[frozenset[str], _Set] = {}
    for chosen in product(*alternatives):
        keys = tuple(dict.fromkeys(key for each in chosen for key in each))
        found.setdefault(frozenset(keys), keys)
    listed = ", ".join(f"({', '.join(keys)})" for keys in found.values())
    return f"GROUPING SETS ({listed})"


def _expand(translator: Translator, part: exp.Expr, items: Sequence[Item]) -> Iterator[_Set]:
    if isinstance(part, exp.GroupingSets):
        for inner in part.expressions:
            yield from _expand(translator, inner, items)
    elif isinstance(part, exp.Rollup):
        members = [_keys(translator, member, items) for member in part.expressions]
        for length in range(len(members), -1, -1):
            yield _join(members[:length])
    elif isinstance(part, exp.Cube):
        members = [_keys(translator, member, items) for member in part.expressions]
        for length in range(len(members), -1, -1):
            yield from map(_join, combinations(members, length))
    else:
        yield _keys(translator, part, items)


def _keys(translator: Translator, node: exp.Expr, items: Sequence[Item]) -> _Set:
    if isinstance(node, exp.Tuple):
        return _join([_keys(translator, part, items) for part in node.expressions])
    place = None
    if not isinstance(node, exp.Column):
        place = find_output_position(translator, node, items)
    return (items[place - 1].value.sql if place else translator.translate(node).sql,)


def _join(members: Sequence[_Set]) -> _Set:
    return tuple(key for member in members for key in member)
