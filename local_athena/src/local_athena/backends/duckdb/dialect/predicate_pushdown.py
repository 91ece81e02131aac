"""How the partition columns of a table come through the selects around it.

From the table outwards: under which names a query hands the columns on, and whether a condition on
them may be moved into it. It may not be moved past what looks at several rows at once, such as
LIMIT, a window or a grouping by something else. Knows names, no conditions.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlglot import exp

# The clauses a condition may be moved past, for each kind of node; any other stops the search.
_TABLE: Final = {"this", "db", "catalog", "alias"}
_SUBQUERY: Final = {"this", "alias"}
_CTE: Final = {"this", "alias", "materialized"}
_SELECT: Final = {
    "expressions",
    "from_",
    "joins",
    "where",
    "group",
    "having",
    "order",
    "distinct",
    "with_",
}
_UNION: Final = {"this", "expression", "distinct", "order", "with_"}


@dataclass(frozen=True)
class Output:
    """A column that is handed on, and the partition column it is, if it is one."""

    name: str
    column: str | None


@dataclass(frozen=True)
class Relation:
    """A node of the tree and what it hands on; `complete` if no other columns stand between."""

    node: exp.Expr
    outputs: tuple[Output, ...]
    complete: bool

    @classmethod
    def of_table(cls, table: exp.Table, columns: Sequence[str]) -> "Relation | None":
        """The table itself."""
        outputs = tuple(Output(column.lower(), column) for column in columns)
        return cls(table, outputs, complete=False) if _plain(table, _TABLE) else None

    def resolve(self, column: exp.Column) -> str | None:
        """The partition column that a name means in the select that reads this relation."""
        name, qualifier = column.name.lower(), column.table.lower()
        if qualifier and qualifier != self.node.alias_or_name.lower():
            return None
        if not qualifier and _may_mean_another(name, self.node):
            return None
        return {output.name: output.column for output in self.outputs}.get(name)


def reading_select(node: exp.Expr) -> exp.Select | None:
    """The select that has the node as its FROM or as one side of its joins."""
    place = node.parent
    select = place.parent if isinstance(place, exp.From | exp.Join) else None
    return select if isinstance(select, exp.Select) else None


def enclosing_relation(relation: Relation, select: exp.Select) -> Relation | None:
    """The select as a relation of the query around it, if conditions may be moved into it."""
    distinct = select.args.get("distinct")
    if not _only(select, _SELECT) or (distinct and distinct.args.get("on")):
        return None
    if any(projection.find(exp.Window) for projection in select.expressions):
        return None
    outputs = _projected(relation, select)
    if outputs is None:
        return None
    complete = relation.complete or not select.is_star
    kept = _unambiguous(_grouped(outputs, relation, select))
    return _in_from(Relation(select, kept, complete))


def _projected(relation: Relation, select: exp.Select) -> list[Output] | None:
    outputs: list[Output] = []
    for projection in select.expressions:
        if projection.is_star:
            if not _stands_for(projection, relation, select):
                return None
            outputs += relation.outputs
        else:
            plain = projection.unalias().unnest()
            column = relation.resolve(plain) if isinstance(plain, exp.Column) else None
            outputs.append(Output(projection.alias_or_name.lower(), column))
    return outputs


def _stands_for(star: exp.Expr, relation: Relation, select: exp.Select) -> bool:
    """Whether the star is all columns of the relation and nothing else."""
    if isinstance(star, exp.Column):
        return star.table.lower() == relation.node.alias_or_name.lower()
    return _only(star, set()) and not select.args.get("joins")


def _grouped(outputs: list[Output], relation: Relation, select: exp.Select) -> list[Output]:
    """Of a grouped select only the keys are the same for all rows that make up one."""
    group = select.args.get("group")
    if group is None:
        return outputs
    keys: set[str | None] = set()
    for key in group.expressions if _only(group, {"expressions"}) else ():
        if isinstance(key, exp.Column):
            keys.add(relation.resolve(key))
        elif key.is_int and 0 < int(key.name) <= len(outputs) and not select.is_star:
            keys.add(outputs[int(key.name) - 1].column)
    return [out if out.column in keys else replace(out, column=None) for out in outputs]


def _unambiguous(outputs: list[Output]) -> tuple[Output, ...]:
    uses = Counter(output.name for output in outputs)
    return tuple(out if uses[out.name] == 1 else replace(out, column=None) for out in outputs)


def _in_from(relation: Relation) -> Relation | None:
    """The relation as the node that stands in a FROM: a sub-select or a common table expression."""
    parent = relation.node.parent
    match parent:
        case exp.Subquery() if _plain(parent, _SUBQUERY):
            wrapped = replace(relation, node=parent)
            in_from = isinstance(parent.parent, exp.From | exp.Join)
            return wrapped if in_from else None if parent.alias else _in_from(wrapped)
        case exp.Union() if _only(parent, _UNION):
            renamed = _named_by_first_branch(relation, parent)
            return _in_from(replace(renamed, node=parent)) if renamed else None
        case exp.CTE() if _plain(parent, _CTE):
            reference = _only_reference(parent)
            return replace(relation, node=reference) if reference else None
    return None


def _named_by_first_branch(relation: Relation, union: exp.Union) -> Relation | None:
    if union.this is relation.node:
        return relation
    first: exp.Expr = union
    while isinstance(first, exp.Union | exp.Subquery):
        first = first.this
    if not isinstance(first, exp.Select) or first.is_star or not relation.complete:
        return None
    if len(first.expressions) != len(relation.outputs):
        return None
    names = [projection.alias_or_name.lower() for projection in first.expressions]
    renamed = [replace(out, name=name) for out, name in zip(relation.outputs, names, strict=True)]
    return replace(relation, outputs=_unambiguous(renamed))


def _only_reference(cte: exp.CTE) -> exp.Table | None:
    """The only reader of a common table expression; two would each have their own conditions."""
    clause = cte.parent
    if not isinstance(clause, exp.With) or clause.recursive or clause.parent is None:
        return None
    name, siblings = cte.alias.lower(), clause.expressions
    same_name = [other for other in cte.root().find_all(exp.CTE) if other.alias.lower() == name]
    # In its own text and in the siblings before it the name means something else.
    elsewhere = siblings[: siblings.index(cte) + 1]
    references = [
        table
        for table in clause.parent.find_all(exp.Table)
        if table.name.lower() == name and not table.db and not _within(table, elsewhere)
    ]
    if len(same_name) != 1 or len(references) != 1 or not _plain(references[0], _TABLE):
        return None
    return references[0]


def _within(node: exp.Expr, ancestors: Sequence[exp.Expr]) -> bool:
    current: exp.Expr | None = node
    while current is not None:
        if any(current is ancestor for ancestor in ancestors):
            return True
        current = current.parent
    return False


def _may_mean_another(name: str, node: exp.Expr) -> bool:
    """Whether another relation of the same select may offer a column of this name."""
    select = reading_select(node)
    if select is None or select.args.get("laterals"):
        return True
    joins: list[exp.Join] = select.args.get("joins") or []
    if any(join.method or join.args.get("using") for join in joins):
        return True
    others = [place.this for place in [select.args["from_"], *joins] if place.this is not node]
    return any(_may_offer(name, other) for other in others)


def _may_offer(name: str, relation: exp.Expr) -> bool:
    alias = relation.args.get("alias")
    if alias and alias.columns:
        return name in {column.name.lower() for column in alias.columns}
    query = relation.this if isinstance(relation, exp.Subquery) else None
    if not isinstance(query, exp.Select) or query.is_star:
        return True
    return name in {projection.alias_or_name.lower() for projection in query.expressions}


def _plain(node: exp.Expr, clauses: set[str]) -> bool:
    """Whether the node has no other clauses, and does not rename its columns."""
    alias = node.args.get("alias")
    renames = isinstance(alias, exp.TableAlias) and bool(alias.columns)
    return not renames and _only(node, clauses)


def _only(node: exp.Expr, clauses: set[str]) -> bool:
    return all(name in clauses for name, found in node.args.items() if found)
