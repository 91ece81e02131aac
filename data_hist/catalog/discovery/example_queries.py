"""Write example queries of a table."""

from collections.abc import Iterator, Sequence

from data_hist.catalog.discovery.found_table import FoundTable
from data_hist.catalog.discovery.level_names import FoundLevel
from data_hist.catalog.sources import InjectedLevel


def example_queries(table: FoundTable, renamed: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Write queries with their titles, which return rows.

    Args:
        table: The table.
        renamed: The names of the columns for callers, by those in the source.
    """
    if not table.folder_values and any(map(_has_to_be_given, table.levels.values())):
        return
    # Without records, no folder is known.
    levels = list(zip(table.levels.items(), table.folder_values, strict=False))
    conditions = {name: _is_value(renamed[name], level, value) for (name, level), value in levels}
    times = [conditions[name] for (name, level), _ in levels if level.units]
    needed = [
        conditions[name]
        for (name, level), _ in levels
        if _has_to_be_given(level) or (table.reads_one_folder and level.units)
    ]
    counted = "count(*) AS records"
    yield "The number of records", _select(counted, table, needed)
    yield "Some records", _select("*", table, needed, "LIMIT 10")
    if grouped := table.group_column:
        name = renamed[grouped.name]
        rest = f"GROUP BY {name} ORDER BY records DESC"
        yield f"Records by {name}", _select(f"{name}, {counted}", table, needed, rest)
    if times and not table.reads_one_folder:
        yield "Records of one folder", _select("*", table, [*needed, *times], "LIMIT 10")


def _select(items: str, table: FoundTable, conditions: Sequence[str], rest: str = "") -> str:
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    # Names are made so that they need no quotes, and values are in quotes.
    pieces = ("SELECT", items, "FROM", table.name, where, rest)
    return " ".join(filter(None, pieces))


def _has_to_be_given(level: FoundLevel) -> bool:
    return isinstance(level.level, InjectedLevel)


def _is_value(name: str, level: FoundLevel, value: str) -> str:
    quoted = f"'{value.replace(chr(39), chr(39) * 2)}'"
    literals = {"varchar": quoted, "date": f"date {quoted}"}
    return f"{name} = {literals.get(level.level.type, value)}"
