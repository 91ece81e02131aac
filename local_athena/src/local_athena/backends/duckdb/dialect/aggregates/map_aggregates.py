"""Aggregates that make maps, whose entries come in the order of Trino's hash tables."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.aggregates.partial_results import is_merged
from local_athena.backends.duckdb.dialect.collections.hash_orders import order_as_hash_table
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.function_calls import apply_matching_signature
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed

_KEYS = "list_transform(f, lambda e: e.k)"
_ITEMS = "list_transform(f, lambda e: e.v)"
# What the keys have: of the entries `f`, their groups `g` with equal keys and the order `o` of
# these. The first entry of a key wins.
_VALUES = {
    "histogram": "list_transform(list_select(g, o), lambda p: len(p))",
    "map_agg": f"list_select({_ITEMS}, list_select(n, o))",
    "map_union": f"list_select({_ITEMS}, list_select(n, o))",
    "multimap_agg": f"list_transform(list_select(g, o), lambda p: list_select({_ITEMS}, p))",
}


def _map_aggregate(translator: Translator, call: Call) -> Typed:
    """Aggregate to a map; a NULL key has no place in it, and no entries are no map."""
    entries = apply_matching_signature(translator, call)
    keys = f"list_select({_KEYS}, n)"
    order = _order(translator, call, entries)
    made = f"MAP(list_select({keys}, o), {_VALUES[call.name]})"
    made = f"list_transform([{order.format(keys)}], lambda o: {made})[1]"
    made = f"list_transform([list_transform(g, lambda p: p[1])], lambda n: {made})[1]"
    made = f"list_transform([athena_places({_KEYS})], lambda g: {made})[1]"
    present = f"list_filter({entries.sql}, lambda e: e.k IS NOT NULL)"
    sql = f"list_transform([{present}], lambda f: CASE WHEN len(f) > 0 THEN {made} END)[1]"
    return Typed(f"CAST({sql} AS {entries.type.duckdb})", entries.type)


def _order(translator: Translator, call: Call, entries: Typed) -> str:
    """Write the order of distinct keys, for which it has `{}`."""
    select = call.node.find_ancestor(exp.Select)
    is_grouped = select is not None and select.args.get("group") is not None
    if is_grouped and call.clauses.window is None:
        # Keys are added at the front of a group, and merging turns it again.
        return "range(len({0}), 0, -1)" if call.clauses.distinct else "range(1, len({0}) + 1)"
    order = order_as_hash_table("{0}", entries.type.key)
    if order is None:
        return "range(1, len({0}) + 1)"
    if not is_merged(translator, call):
        return order
    merged = order_as_hash_table("list_select({0}, m)", entries.type.key)
    return f"list_transform([{order}], lambda m: list_select(m, {merged}))[1]"


FUNCTIONS: dict[str, FunctionHandler] = dict.fromkeys(_VALUES, _map_aggregate)
