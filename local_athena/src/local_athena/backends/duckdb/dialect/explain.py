"""EXPLAIN: parse its options as Athena has them, and write the plan that they ask for."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from local_athena.backends.duckdb.dialect.context import Scan
from local_athena.errors import MalformedQuery, find_position
from local_athena.tables import CATALOG_NAME

_BLANK = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*+"
_START = re.compile(rf"{_BLANK}EXPLAIN\b", re.IGNORECASE | re.DOTALL)
_ANALYZE = re.compile(rf"{_BLANK}ANALYZE\b(?:{_BLANK}VERBOSE\b)?", re.IGNORECASE | re.DOTALL)
# Another parenthesis belongs to the query.
_OPENING = re.compile(rf"{_BLANK}\((?={_BLANK}(?:TYPE|FORMAT)\b)", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(rf"{_BLANK}(?P<text>\w+|\S|$)", re.DOTALL)
_TYPES = ("DISTRIBUTED", "IO", "LOGICAL", "VALIDATE")
_FORMATS = ("GRAPHVIZ", "JSON", "TEXT")
_FORMATS_OF_ANALYZE = ("JSON", "TEXT")
_NO_ESTIMATE = dict.fromkeys(
    ("outputRowCount", "outputSizeInBytes", "cpuCost", "maxMemory", "networkCost"), "NaN"
)
# They only stand for the statement itself.
_WRAPPERS = frozenset({"EXPLAIN_ANALYZE", "RESULT_COLLECTOR"})


@dataclass(frozen=True)
class Explain:
    """The options of an EXPLAIN; of a repeated one, the first counts."""

    type: str = "DISTRIBUTED"
    format: str = "TEXT"
    analyze: bool = False

    @property
    def validates(self) -> bool:
        """Whether it only tells that the query is valid."""
        return self.type == "VALIDATE" and not self.analyze


def split_explain(sql: str) -> tuple[Explain | None, str]:
    """Parse the EXPLAIN in front of a query, and blank it out.

    Raises:
        MalformedQuery: The options are none of Athena's.
    """
    start = _START.match(sql)
    if start is None:
        return None, sql
    analyze = _ANALYZE.match(sql, start.end())
    end = (analyze or start).end()
    opening = _OPENING.match(sql, end)
    if opening is None:
        explain = Explain(analyze=analyze is not None)
    else:
        explain, end = _parse_options(sql, opening.end(), analyze is not None)
    return explain, re.sub(r"[^\n]", " ", sql[:end]) + sql[end:]


def _parse_options(sql: str, position: int, analyze: bool) -> tuple[Explain, int]:
    formats = _FORMATS_OF_ANALYZE if analyze else _FORMATS
    choices = {"FORMAT": formats} if analyze else {"FORMAT": formats, "TYPE": _TYPES}
    given: dict[str, str] = {}
    separator = ","
    while separator == ",":
        name, position = _expect(sql, position, tuple(choices))
        value, position = _expect(sql, position, choices[name])
        given.setdefault(name, value)
        separator, position = _expect(sql, position, (")", ","))
    options = {name.lower(): value for name, value in given.items()}
    return Explain(**options, analyze=analyze), position


def _expect(sql: str, position: int, choices: Sequence[str]) -> tuple[str, int]:
    found = _TOKEN.match(sql, position)
    text = found["text"] if found else ""
    if found is None or text.upper() not in choices:
        offset = found.start("text") if found else position
        expected = ", ".join(f"'{choice}'" for choice in choices)
        message = f"mismatched input '{text or '<EOF>'}'. Expecting: {expected}"
        raise MalformedQuery(message, *find_position(sql, offset))
    return text.upper(), found.end()


def validate(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Bind a query to the views of its scans."""
    connection.execute(f"EXPLAIN {query}")


def write_plan(
    connection: duckdb.DuckDBPyConnection, explain: Explain, query: str, scans: Sequence[Scan]
) -> str:
    """Write the plan of a query; with ANALYZE, run it."""
    if explain.type == "IO" and not explain.analyze:
        validate(connection, query)
        return json.dumps(_describe_inputs(scans), indent=2)
    graph = explain.format == "GRAPHVIZ"
    options = f"{'ANALYZE, ' if explain.analyze else ''}FORMAT {'GRAPHVIZ' if graph else 'JSON'}"
    ((_, plan),) = connection.execute(f"EXPLAIN ({options}) {query}").fetchall()
    text = str(plan).strip()
    if graph or explain.format == "JSON":
        return text
    document = json.loads(text)
    roots = document["operator"] if explain.analyze else document
    lines = [line for root in roots for line in _draw(root)]
    return "\n".join([f"DuckDB version: {duckdb.__version__}", *lines]) + "\n"


def _describe_inputs(scans: Sequence[Scan]) -> dict[str, Any]:
    """Describe the tables that are read as Trino does, whose estimates are not known here."""
    names = dict.fromkeys(
        (scan.table.database, f"{scan.table.name}{'$partitions' if scan.of_partitions else ''}")
        for scan in scans
    )
    tables = [
        {
            "table": {
                "catalog": CATALOG_NAME,
                "schemaTable": {"schema": database, "table": name},
            },
            "constraint": {"none": False, "columnConstraints": []},
            "estimate": _NO_ESTIMATE,
        }
        for database, name in names
    ]
    return {"inputTableColumnInfos": tables, "estimate": _NO_ESTIMATE}


def _draw(node: Mapping[str, Any], first: str = "", rest: str = "") -> Iterator[str]:
    """Draw an operator and those below it; `first` and `rest` stand before its lines."""
    name, children = node.get("name") or node["type"], node.get("children", ())
    if name in _WRAPPERS:
        for child in children:
            yield from _draw(child, first, rest)
        return
    yield first + name
    bar = "│   " if children else "    "
    yield from (f"{rest}{bar}{line}" for line in _details(node))
    for child in children[:-1]:
        yield from _draw(child, f"{rest}├─ ", f"{rest}│  ")
    for child in children[-1:]:
        yield from _draw(child, f"{rest}└─ ", f"{rest}   ")


def _details(node: Mapping[str, Any]) -> Iterator[str]:
    for name, value in node["extra_info"].items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield f"{name}: {' '.join(text.split())}"
    if "timing" in node:
        yield f"Output: {node['intermediate_rows']} rows, {1000 * node['timing']:.2f} ms"
