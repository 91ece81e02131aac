"""Write example queries of a table."""

from collections.abc import Iterator, Sequence

from data_hist.catalog.discovery.found_table import FoundTable
from data_hist.catalog.sources import InjectedLevel


def example_queries(table: FoundTable, renamed: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Write queries with their titles, which return rows.

    Args:
        table: The table.
        renamed: The names of the columns for callers, by those in the source.
    """
    levels = list(zip(table.levels.items(), table.folder_values, strict=True))
    needed = [
        _is_value(name, value)
        for (name, level), value in levels
        if isinstance(level.level, InjectedLevel)
    ]
    counted = "count(*) AS records"
    yield "The number of records", _select(counted, table, needed)
    yield "Some records", _select("*", table, needed, "LIMIT 10")
    if grouped := table.group_column:
        name = renamed[grouped.name]
        rest = f"GROUP BY {name} ORDER BY records DESC"
        yield f"Records by {name}", _select(f"{name}, {counted}", table, needed, rest)
    if times := [_is_value(name, value) for (name, level), value in levels if level.units]:
        yield "Records of one folder", _select("*", table, [*needed, *times], "LIMIT 10")


def _select(items: str, table: FoundTable, conditions: Sequence[str], rest: str = "") -> str:
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    # Names are made so that they need no quotes, and values are in quotes.
    pieces = ("SELECT", items, "FROM", table.name, where, rest)
    return " ".join(filter(None, pieces))


def _is_value(name: str, value: str) -> str:
    return f"{name} = '{value.replace(chr(39), chr(39) * 2)}'"
