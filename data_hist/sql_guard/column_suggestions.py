"""Suggest columns, from those that may be queried, in place of one that Athena does not find."""

from collections.abc import Iterable, Mapping, Sequence

from data_hist.catalog.identifiers import render_name
from data_hist.catalog.tables import Table
from data_hist.spelling import MOST_SUGGESTED, nearest_names
from data_hist.sql_guard.visible_columns import ColumnPlace, Relation

# A misspelt one reads as a column: SELECT DISTICT tags.
_KEYWORDS = ("DISTINCT", "FALSE", "NULL", "TRUE")


def suggest_columns(
    place: ColumnPlace | None, written: str, tables: Mapping[str, Table]
) -> list[str]:
    """Return up to three, each as it may stand in place of the whole name, the nearest first.

    Args:
        place: Where the column is in the caller's SQL; None if nobody knows.
        written: Its name as Athena reports it, which counts then.
        tables: Those that the caller may query.
    """
    place = place or _of_any_table(written, tables)
    if place.relation:
        return _qualified(place)
    visible = place.visible or _relations(tables)
    found = _nearest_columns(place.name, visible, _KEYWORDS)
    return [each if each in _KEYWORDS else render_name(each) for each in found]


def suggest_shared_columns(place: ColumnPlace) -> list[str]:
    """Return up to three columns of both sides of a join, for one in its USING."""
    return [render_name(each) for each in _nearest_columns(place.name, place.visible)]


def suggest_qualified(place: ColumnPlace) -> list[str]:
    """Return up to three names of a column that several relations have, with each of them."""
    holders = [each.name for each in place.visible if each.name and place.name in each.columns]
    return [_join(name, place.name) for name in holders[:MOST_SUGGESTED]]


def suggest_relations(place: ColumnPlace) -> list[str]:
    """Return up to three relations for the one before a star."""
    names = dict.fromkeys(each.name for each in place.visible if each.name)
    found = nearest_names(place.relation, names)
    return [render_name(each) for each in found or list(names)[:MOST_SUGGESTED]]


def _qualified(place: ColumnPlace) -> list[str]:
    own = [each for each in place.visible if each.name == place.relation]
    if own:
        names = _nearest_columns(place.name, own)
        return [place.qualifier + render_name(name) for name in names]
    named = [each for each in place.visible if each.name]
    holders = [each.name for each in named if place.name in each.columns]
    if holders:
        nearest = nearest_names(place.relation, holders)
        return [_join(name, place.name) for name in dict.fromkeys([*nearest, *holders])][
            :MOST_SUGGESTED
        ]
    pairs = {
        f"{each.name}.{name}": _join(each.name, name) for each in named for name in each.columns
    }
    return [pairs[each] for each in nearest_names(f"{place.relation}.{place.name}", pairs)]


def _nearest_columns(
    name: str, relations: Iterable[Relation], more: Sequence[str] = ()
) -> list[str]:
    known = dict.fromkeys(column for relation in relations for column in relation.columns)
    # A name that is there is not misspelt; Athena does not find it for another reason.
    return [] if name in known else nearest_names(name, [*known, *more])


def _of_any_table(written: str, tables: Mapping[str, Table]) -> ColumnPlace:
    qualifier, dot, name = written.lower().replace('"', "").rpartition(".")
    columns = [column for relation in _relations(tables) for column in relation.columns]
    relation = qualifier.rpartition(".")[2]
    return ColumnPlace(qualifier + dot, relation, name, [Relation(relation, columns)])


def _relations(tables: Mapping[str, Table]) -> list[Relation]:
    return [
        Relation(name.lower(), [column.name.lower() for column in table.columns])
        for name, table in tables.items()
    ]


def _join(relation: str, column: str) -> str:
    return f"{render_name(relation)}.{render_name(column)}"
