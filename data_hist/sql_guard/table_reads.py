"""Tell what a query may read of each table: the names of its folders.

Conditions of equality on partition columns name folders. In doubt a condition names none.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from typing import Final, TypeAlias

from sqlglot import exp

from data_hist.catalog.tables import Table
from data_hist.pruning.partitions import FolderNames, TableRead
from data_hist.pruning.time_range import TimeBounds
from data_hist.sql_guard.literals import Parameter
from data_hist.sql_guard.parser import offset_of
from data_hist.sql_guard.rewrite import NamedTable
from data_hist.sql_guard.scope import TableReference, Where
from data_hist.sql_guard.time_bounds import find_in_wheres

# What a condition leaves, by the name of the relation and the level of its folders.
_Names: TypeAlias = Mapping[tuple[str, str], frozenset[str | int]]
_NO_NAMES: Final[FolderNames] = {}
_TEXT_TYPES: Final = frozenset({"varchar", "char"})


def find_folder_names(
    references: Sequence[TableReference], parameters: Mapping[int, Parameter]
) -> tuple[FolderNames, ...]:
    """Return the names of folders that the WHERE of each table reference leaves.

    Args:
        references: The table references of a query.
        parameters: The value of each `?`, by its offset in the text.
    """
    return find_in_wheres(references, partial(_names_in, parameters=parameters), _NO_NAMES)


def table_reads(
    tables: Iterable[NamedTable],
    arrivals: Iterable[TimeBounds],
    days: Iterable[TimeBounds],
    names: Iterable[FolderNames],
    customer_id: int | None,
) -> tuple[TableRead, ...]:
    """Return what each table reference may read, for one customer or for all."""
    return tuple(
        TableRead(each.table, arrival, day, _of_customer(each.table, named, customer_id))
        for each, arrival, day, named in zip(tables, arrivals, days, names, strict=True)
    )


def _of_customer(table: Table, names: FolderNames, customer_id: int | None) -> FolderNames:
    tenant = table.tenant
    levels = {level.column for level in table.partitions.levels}
    if customer_id is None or tenant is None or tenant.name not in levels:
        return names
    own = frozenset({str(customer_id) if tenant.is_text else customer_id})
    return {**names, tenant.name: names.get(tenant.name, own) & own}


def _names_in(
    where: Where, parameters: Mapping[int, Parameter]
) -> Mapping[str, dict[str, frozenset[str | int]]]:
    found: dict[str, dict[str, frozenset[str | int]]] = {}
    for (relation, level), names in _Conditions(where, parameters).names().items():
        found.setdefault(relation, {})[level] = names
    return found


class _Conditions:
    """The conditions of equality in a WHERE."""

    def __init__(self, where: Where, parameters: Mapping[int, Parameter]) -> None:
        self._where = where
        self._parameters = parameters

    def names(self) -> _Names:
        """Return the names that they leave."""
        return self._names_of(self._where.condition)

    def _names_of(self, node: exp.Expr) -> _Names:
        node = node.unnest()
        if isinstance(node, exp.And):
            return reduce(_both, map(self._names_of, node.flatten()))
        if isinstance(node, exp.Or):
            return reduce(_either, map(self._names_of, node.flatten()))
        if isinstance(node, exp.In) and node.expressions:
            return reduce(_either, (self._equality(node.this, one) for one in node.expressions))
        if isinstance(node, exp.EQ):
            return self._equality(node.this, node.expression)
        return {}

    def _equality(self, first: exp.Expr, second: exp.Expr) -> _Names:
        for column, value in ((first.unnest(), second), (second.unnest(), first)):
            constant = self._constant(value.unnest())
            if isinstance(column, exp.Column) and constant is not None:
                return self._named(column, constant)
        return {}

    def _named(self, column: exp.Column, name: str | int) -> _Names:
        relation = self._where.relation_of(column)
        if relation is None:
            return {}
        level = self._where.tables[relation].level_columns.get(column.name.lower())
        return {} if level is None else {(relation, level): frozenset({name})}

    def _constant(self, node: exp.Expr) -> str | int | None:
        if isinstance(node, exp.Literal):
            if node.is_string:
                return node.name
            return int(node.name) if node.name.isdecimal() else None
        if not isinstance(node, exp.Placeholder):
            return None
        value = self._parameters.get(offset_of(node))
        if isinstance(value, Mapping):
            return str(value["value"]) if str(value["type"]).lower() in _TEXT_TYPES else None
        return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _merge(
    first: _Names,
    second: _Names,
    combine: Callable[[frozenset[str | int], frozenset[str | int]], frozenset[str | int]],
) -> _Names:
    return {key: combine(first[key], second[key]) for key in first.keys() & second.keys()}


def _both(first: _Names, second: _Names) -> _Names:
    return {**first, **second, **_merge(first, second, frozenset.intersection)}


def _either(first: _Names, second: _Names) -> _Names:
    return _merge(first, second, frozenset.union)
