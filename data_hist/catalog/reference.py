"""Render the reference of the catalog file from its models, for people and for editors."""

from collections.abc import Iterator
from typing import Any, Final

from data_hist.catalog.sources import (
    DateLevel,
    Entry,
    EnumLevel,
    InjectedLevel,
    IntegerLevel,
    Source,
    SourceColumn,
    Time,
)
from data_hist.catalog.versions import (
    CatalogDocument,
    Example,
    RoleField,
    TableRoles,
    Version,
    VersionColumn,
    VersionTable,
)

_PARTS: Final[dict[str, type[Entry]]] = {
    "The file": CatalogDocument,
    "`sources.<name>`": Source,
    "`sources.<name>.columns.<column>`": SourceColumn,
    "`time` of a column": Time,
    "`sources.<name>.partitions.<level>`, `projection: date`": DateLevel,
    "`projection: integer`": IntegerLevel,
    "`projection: enum`": EnumLevel,
    "`projection: injected`": InjectedLevel,
    "`versions.<version>`": Version,
    "`versions.<version>.tables.<table>`": VersionTable,
    "`tables.<table>.columns.<column>`": VersionColumn,
    "`roles` of a table": TableRoles,
    "`service`, `level` and `shown` in `roles`": RoleField,
    "`examples` of a table": Example,
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a catalog file."""
    schema = CatalogDocument.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def reference() -> str:
    """Render the keys of a catalog file as Markdown tables."""
    return "\n".join(line for title, model in _PARTS.items() for line in _part(title, model))


def _part(title: str, model: type[Entry]) -> Iterator[str]:
    yield from (f"### {title}", "", model.__doc__ or "", "")
    yield from ("| key | default | what it is |", "| --- | --- | --- |")
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else _default(field.default)
        yield f"| `{field.alias or name}` | {default} | {field.description or ''} |"
    yield ""


def _default(value: object) -> str:
    if value is None or value in ("", {}, (), TableRoles()):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
