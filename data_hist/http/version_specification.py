"""Complete the API specification for one version: its name, its tables, and examples over them.

The names of tables and columns all come from the catalog.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from data_hist.catalog.identifiers import render_identifier
from data_hist.catalog.tables import ApiVersion, Table, TableColumn, TableField

_MOST_TABLES: Final = 20
_MOST_EXAMPLES: Final = 12
_WAIT_SECONDS: Final = 20
_COMPARED_TYPES: Final = {"varchar": str, "bigint": int}
# Any numbers: what a response looks like.
_RECORDS: Final = (13693, 11056)


def specification_of_version(
    specification: Mapping[str, Any], version: ApiVersion
) -> dict[str, Any]:
    """Return the document that describes a version of the API."""
    document: dict[str, Any] = deepcopy(dict(specification))
    # Whoever reads the document has not said who they are.
    tables = version.tables_for_everyone
    table = next(iter(tables.values()))
    document["info"]["version"] = version.name
    document["info"]["description"] += _render_tables(tables)
    _set_request_examples(document, _request_examples(version, tables))
    _set_response_examples(document["components"]["examples"], table)
    _set_names(document, table)
    return document


def _render_tables(tables: Mapping[str, Table]) -> str:
    lines = [f"* `{name}`: {of.description}".rstrip(": ") for name, of in tables.items()]
    more = len(lines) - _MOST_TABLES
    if more > 0:
        lines[_MOST_TABLES:] = [f"* and {more} more"]
    return "\n".join(["", "The tables of this version:", "", *lines, ""])


def _request_examples(version: ApiVersion, tables: Mapping[str, Table]) -> dict[str, Any]:
    table = next(iter(tables.values()))
    checked = _compared(table) or {"query": _counted(table)}
    examples = dict(_catalog_examples(tables)) or {
        "first": _example("A first query", {"query": version.first_query})
    }
    if compared := _compared(table):
        examples["parameters"] = _example("With parameters", compared | {"retention_minutes": 60})
    rows = {"query": _counted(table), "results_per_page": 2, "row_format": "objects"}
    examples["rows"] = _example("With the first rows in the response", rows)
    examples["dry_run"] = {"summary": "Check only", "value": checked | {"dry_run": True}}
    return examples


def _catalog_examples(tables: Mapping[str, Table]) -> Iterator[tuple[str, Any]]:
    """Give the example queries of the catalog, the first ones of each table."""
    most = max(1, _MOST_EXAMPLES // len(tables))
    for name, table in list(tables.items())[:_MOST_EXAMPLES]:
        for number, example in enumerate(table.examples[:most], 1):
            title = f"{name}: {example.title}"
            yield f"{name}_{number}", _example(title, {"query": example.sql})


def _example(summary: str, request: Mapping[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "value": {**request, "wait_seconds": _WAIT_SECONDS}}


def _counted(table: Table) -> str:
    """Count records by service where the catalog says which column that is."""
    name, service = render_identifier(table.name), _service(table)
    if service is None:
        return f"SELECT count(*) AS records FROM {name}"  # noqa: S608 - names of the catalog
    return (
        f"SELECT {render_identifier(service.name)}, count(*) AS records "  # noqa: S608
        f"FROM {name} GROUP BY 1 ORDER BY 2 DESC"
    )


def _compared(table: Table) -> dict[str, Any] | None:
    """Return a query with a parameter, if the catalog has an example value for one."""
    service = _service(table)
    columns = table.columns if service is None else (service, *table.columns)
    column = next((each for each in columns if _is_comparable(each)), None)
    if column is None:
        return None
    compared = render_identifier(column.name)
    sql = (
        f"SELECT count(*) AS records FROM {render_identifier(table.name)} "  # noqa: S608
        f"WHERE {compared} = ?"
    )
    return {"query": sql, "parameters": [column.examples[0]]}


def _is_comparable(column: TableColumn) -> bool:
    kind = _COMPARED_TYPES.get(column.type)
    return kind is not None and bool(column.examples) and type(column.examples[0]) is kind


def _service(table: Table) -> TableColumn | None:
    """Return the column of the service, if it is one with example values."""
    role = table.roles.service
    if role is None or role.path is not None:
        return None
    return next((c for c in table.columns if c.name == role.column and c.examples), None)


def _set_request_examples(document: dict[str, Any], examples: Mapping[str, Any]) -> None:
    _body_of(document, "/query")["examples"] = examples
    of_runs = {name: example for name, example in examples.items() if name != "dry_run"}
    _body_of(document, "/query/cancel")["examples"] = of_runs


def _body_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    content = document["paths"][path]["post"]["requestBody"]["content"]
    body: dict[str, Any] = content["application/json"]
    return body


def _set_response_examples(examples: dict[str, Any], table: Table) -> None:
    finished, checked = examples["FinishedWithRows"]["value"], examples["DryRun"]["value"]
    finished["query"] = examples["Cancelled"]["value"]["query"] = _counted(table)
    checked["query"] = (_compared(table) or finished)["query"]
    page, service = finished["page"], _service(table)
    page["columns"] = [{"name": "records", "type": "bigint"}]
    if service is None:
        page["rows"], page["paging_token"] = [{"records": _RECORDS[0]}], None
        return
    page["columns"].insert(0, {"name": service.name, "type": service.type})
    page["rows"] = [
        {service.name: value, "records": records}
        for value, records in zip(service.examples, _RECORDS, strict=False)
    ]


def _set_names(document: dict[str, Any], table: Table) -> None:
    """Set the examples that are names of tables and columns."""
    schemas = document["components"]["schemas"]
    for name in ("QueryRequest", "Query"):
        schemas[name]["properties"]["query"]["example"] = _counted(table)
    schemas["Table"]["properties"]["name"]["example"] = table.name
    _set_column(schemas["TableColumn"]["properties"], table)
    _set_roles(schemas, table)
    service = _service(table)
    values = {"table": table.name, "text": table.name}
    if service is not None:
        values["service"] = str(service.examples[0])
    for parameter in _parameters(document):
        if parameter.get("name") in values:
            parameter["example"] = values[parameter["name"]]


def _set_column(properties: dict[str, Any], table: Table) -> None:
    column = next((each for each in table.columns if each.examples), table.columns[0])
    properties["name"]["example"] = column.name
    properties["type"]["example"] = column.type
    properties["examples"]["example"] = list(column.examples)


def _set_roles(schemas: dict[str, Any], table: Table) -> None:
    roles, properties = table.roles, schemas["Roles"]["properties"]
    for role, column in (("time", roles.time), ("arrival", roles.arrival)):
        if column is not None:
            properties[role]["example"] = column
    if roles.payloads:
        properties["payloads"]["example"] = list(roles.payloads)
    field = roles.level or roles.service
    if field is not None:
        _set_field(schemas["TableField"]["properties"], field)
    if field is not None and field.path is not None:
        _set_field(schemas["PayloadField"]["properties"], field)


def _set_field(properties: dict[str, Any], field: TableField) -> None:
    properties["column"]["example"] = field.column
    properties["path"]["example"] = field.path


def _parameters(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the parameters of all paths and operations."""
    yield from document["components"]["parameters"].values()
    for path in document["paths"].values():
        yield from path.get("parameters", ())
        for method, operation in path.items():
            if method != "parameters":
                yield from operation.get("parameters", ())
