"""Which partitions of a table a statement can need, read from its conditions.

Conditions count where they stand in the WHERE of the select that reads the table, in the ON of a
join that does not preserve its rows, or further out as long as the column comes through unchanged
and leaving rows out early changes nothing else. In doubt a condition does not count: a partition
read in vain costs time, one left out makes the answer wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from local_athena.backends.duckdb.dialect.partition_conditions import Condition, condition
from local_athena.backends.duckdb.dialect.predicate_pushdown import (
    Relation,
    enclosing_relation,
    reading_select,
)


@dataclass(frozen=True)
class PartitionPredicates:
    """Conditions that every wanted row of a table fulfils."""

    conditions: tuple[Condition, ...] = ()

    def admits(self, values: Mapping[str, str], /) -> bool:
        """Whether partitions with these values, as far as they are known, can hold wanted rows."""
        return all(holds(values) is not False for holds in self.conditions)


NO_PREDICATES = PartitionPredicates()


def partition_predicates(table: exp.Table, columns: Sequence[str]) -> PartitionPredicates:
    """What the statement around `table` demands of its partition columns.

    The node must stand in its whole statement, as parsed and not yet rewritten.
    """
    relation: Relation | None = Relation.of_table(table, columns)
    conditions: list[Condition] = []
    while relation and (select := reading_select(relation.node)):
        conditions += _conditions(relation, select)
        relation = enclosing_relation(relation, select)
    return PartitionPredicates(tuple(conditions))


def _conditions(relation: Relation, select: exp.Select) -> Iterator[Condition]:
    # A condition is false or unknown for the NULLs of an outer join as well, so it may come early.
    for clause in [select.args.get("where"), *_join_conditions(relation, select)]:
        if clause is not None:
            found = clause.this if isinstance(clause, exp.Where) else clause
            conjuncts = found.flatten() if isinstance(found, exp.And) else [found]
            yield from (condition(conjunct, relation.resolve) for conjunct in conjuncts)


def _join_conditions(relation: Relation, select: exp.Select) -> Iterator[exp.Expr | None]:
    for join in select.args.get("joins") or ():
        plain = not join.method and join.kind in ("", "INNER", "OUTER")
        inner = not join.side and join.kind != "OUTER"
        brought_in = join.side == "LEFT" and join.this is relation.node
        if plain and (inner or brought_in):
            yield join.args.get("on")
