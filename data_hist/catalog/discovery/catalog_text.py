"""Write a catalog of found tables as YAML, with comments on what could not be decided."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from data_hist.catalog.discovery.columns import FoundColumn
from data_hist.catalog.discovery.example_queries import example_queries
from data_hist.catalog.discovery.found_table import FoundTable
from data_hist.catalog.discovery.names import make_name
from data_hist.catalog.discovery.payload_fields import PayloadField, is_payload, payload_fields
from data_hist.catalog.discovery.value_kinds import percent
from data_hist.catalog.discovery.yaml_text import comment, comment_out, entry, item, scalar

_ABOUT: Final = (
    "A first catalog, made from a sample of the archive. It works as it is; comments say what was "
    "found, and what could not be decided. docs/catalog.md explains all keys, and `data-hist "
    "catalog check` compares the file with an archive (--data DIR) or with AWS Glue (--glue)."
)
_ABOUT_TENANTS: Final = (
    "As long as the tenant is null, only the operator may query a table. Name the column that says "
    "which customer a record belongs to, and each customer sees its own records."
)
SKIPS_LINES: Final = "ignore.malformed.json"
_SHOWN_GROUPS: Final = 3
_TENANT: Final = re.compile(
    r"tenant|customer|account|(^|_)org(_|id|$)|organi[sz]ation|client|company|workspace|subscriber"
)
_TENANT_TYPES: Final = frozenset({"bigint", "integer", "smallint", "tinyint", "varchar"})


def render_catalog(database: str, tables: Sequence[FoundTable]) -> str:
    """Write the catalog of an archive, whose tables callers find in a database."""
    return "\n".join(_lines(database, tables)) + "\n"


def _lines(database: str, tables: Sequence[FoundTable]) -> Iterator[str]:
    yield from comment(_ABOUT, 0)
    yield "#"
    yield from comment(_ABOUT_TENANTS, 0)
    yield "sources:"
    for table in tables:
        yield from _source(table)
    yield "versions:"
    yield "  v0:"
    yield from entry("database", database, 4)
    yield "    tables:"
    for table in tables:
        yield from _version_table(table)


def _source(table: FoundTable) -> Iterator[str]:
    yield f"  {scalar(table.name)}:"
    yield from (line for each in table.comments for line in comment(each, 4))
    database, name = table.stored
    yield from entry("database", database, 4)
    yield from entry("table", name, 4)
    if table.folder:
        yield from entry("folder", table.folder, 4)
    yield from entry("format", table.format, 4)
    if table.template is not None:
        yield from entry("template", table.template, 4)
    if table.serde:
        yield "    serde:"
    for key, value in table.serde.items():
        about = ("Lines that are no JSON objects are rows of NULL.",) if key == SKIPS_LINES else ()
        yield from entry(key, value, 6, about)
    yield from entry("tenant", None, 4, (_about_tenant(table),))
    if table.levels:
        yield "    partitions:"
    for name, level in table.levels.items():
        fields = level.level.model_dump(mode="json", exclude_unset=True)
        yield from entry(name, fields, 6, (level.comment,))
    yield "    columns:"
    for column in table.columns:
        yield from entry(column.name, _column(table, column), 6, column.comments)


def _about_tenant(table: FoundTable) -> str:
    found = [name for name, level in table.levels.items() if _TENANT.search(level.key.lower())]
    found += [
        column.name
        for column in table.columns
        if _TENANT.search(column.key.lower()) and column.type in _TENANT_TYPES
    ]
    candidates = ", ".join(found[:8])
    return f"Columns that look like a tenant: {candidates}." if found else ""


def _column(table: FoundTable, column: FoundColumn) -> dict[str, Any]:
    fields: dict[str, Any] = {"type": column.type}
    if table.format == "json" and column.key != column.name:
        fields["key"] = column.key
    return fields | ({"time": column.time} if column.time else {})


def _version_table(table: FoundTable) -> Iterator[str]:
    yield f"      {scalar(table.name)}:"
    yield from entry("source", table.name, 8)
    renamed = _names_for_callers(table)
    payloads = [column for column in table.columns if is_payload(column.values)]
    has_renamed = any(name != new for name, new in renamed.items())
    proposals = list(_proposals(table, payloads)) if table.format == "json" else []
    if proposals or has_renamed:
        yield "        columns:"
        for name, new in renamed.items():
            yield from entry(new, {} if name == new else {"from": name}, 10)
        yield from proposals
    if payloads and table.format == "json":
        yield from entry("roles", {"payloads": [column.name for column in payloads]}, 8)
    examples = list(example_queries(table, renamed))
    yield from ["        examples:"] if examples else []
    for title, sql in examples:
        yield from item({"title": title, "sql": sql}, 10)


def _names_for_callers(table: FoundTable) -> dict[str, str]:
    """Rename columns whose names need quotes: those of Parquet and of AWS are what they are."""
    taken = {*table.levels, *(column.name for column in table.columns)}
    renamed = {}
    for name in (*(column.name for column in table.columns), *table.levels):
        plain = make_name(name, "column")
        renamed[name] = plain if plain == name else make_name(plain, "column", taken)
        taken.add(renamed[name])
    return renamed


def _proposals(table: FoundTable, payloads: Sequence[FoundColumn]) -> Iterator[str]:
    """Propose a column for each field of the payloads, as comments."""
    taken = {*table.levels, *(column.name for column in table.columns)}
    for payload in payloads:
        fields = _payload_fields(table, payload)
        if fields:
            text = f"Fields of {payload.name}. To make one a column, remove the # before it:"
            yield from comment(text, 10)
        for field in fields:
            own = "_".join(field.keys)
            is_taken = make_name(own, "field") in taken
            name = make_name(f"{payload.name}_{own}" if is_taken else own, "field", taken)
            taken.add(name)
            value = {"from": payload.name, "path": field.path}
            value |= {} if field.type == "varchar" else {"type": field.type}
            share = f"in {percent(field.payloads, len(payload.values))}"
            note = f"{share}{_about_groups(table, field)}"
            yield from comment_out(entry(name, value, 12, (note,)), 10)


def _payload_fields(table: FoundTable, payload: FoundColumn) -> list[PayloadField]:
    group_key = table.group_column.key if table.group_column else ""
    found = (
        (record.values.get(payload.key), str(record.values.get(group_key)))
        for record in table.records
    )
    pairs = [(value, group) for value, group in found if value is not None]
    return payload_fields([value for value, _ in pairs], [group for _, group in pairs])


def _about_groups(table: FoundTable, field: PayloadField) -> str:
    """Name the groups that have a field, if they are few of them."""
    column = table.group_column
    if column is None or len(field.groups) > _SHOWN_GROUPS:
        return ""
    is_in_all = len(field.groups) == len(set(column.values))
    return "" if is_in_all else f", {column.name}: {', '.join(field.groups)}"
