"""The specification of a version names its own tables, and nothing that it does not have."""

import json
from dataclasses import replace
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from data_hist.catalog.resolve import resolve
from data_hist.catalog.tables import ApiVersion
from data_hist.catalog.versions import CatalogDocument
from data_hist.http.specification import api_specification
from data_hist.http.version_specification import specification_of_version

BASE = api_specification("X-Tenant", "X-Secret")
COLUMNS = {
    "account": {"type": "bigint", "examples": [77]},
    "app": {"type": "varchar", "examples": ["shop", "cart"]},
    "at": {"type": "bigint", "time": {"unit": "s"}},
}


def version_of(tables: dict[str, Any], tenant: str | None = "account") -> ApiVersion:
    source = {"database": "d", "table": "t", "tenant": tenant, "columns": COLUMNS}
    open_to_all = source | {"tenant": "account"}
    return resolve(
        CatalogDocument.model_validate(
            {
                "sources": {"s": source, "open": open_to_all},
                "versions": {"v7": {"database": "d", "tables": tables}},
            }
        )
    ).newest


def requests_of(document: dict[str, Any], path: str = "/query") -> dict[str, Any]:
    body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    return {name: example["value"] for name, example in body["examples"].items()}


def test_examples_are_those_of_the_catalog_and_some_of_its_columns() -> None:
    example = {"title": "All", "sql": "SELECT app FROM audit"}
    roles = {"service": "app"}
    version = version_of({"audit": {"source": "s", "roles": roles, "examples": [example]}})

    document = specification_of_version(BASE, version)

    counted = "SELECT app, count(*) AS records FROM audit GROUP BY 1 ORDER BY 2 DESC"
    compared = {
        "query": "SELECT count(*) AS records FROM audit WHERE app = ?",
        "parameters": ["shop"],
    }
    assert requests_of(document) == {
        "audit_1": {"query": "SELECT app FROM audit", "wait_seconds": 20},
        "parameters": compared | {"retention_minutes": 60, "wait_seconds": 20},
        "rows": {
            "query": counted,
            "results_per_page": 2,
            "row_format": "objects",
            "wait_seconds": 20,
        },
        "dry_run": compared | {"dry_run": True},
    }
    runs = {name: each for name, each in requests_of(document).items() if name != "dry_run"}
    assert requests_of(document, "/query/cancel") == runs
    assert document["components"]["examples"]["Cancelled"]["value"]["query"] == counted
    page = document["components"]["examples"]["FinishedWithRows"]["value"]["page"]
    assert [row["app"] for row in page["rows"]] == ["shop", "cart"]
    assert document["info"]["version"] == "v7"
    assert "* `audit`" in document["info"]["description"]


def test_a_catalog_without_examples_and_roles_has_queries_of_its_first_table() -> None:
    document = specification_of_version(BASE, version_of({"order": {"source": "s"}}))
    requests = requests_of(document)

    assert requests["first"]["query"] == 'SELECT * FROM "order" LIMIT 5'
    assert requests["rows"]["query"] == 'SELECT count(*) AS records FROM "order"'
    assert requests["parameters"]["parameters"] == [77]


def test_without_example_values_no_parameter_is_shown() -> None:
    version = version_of({"a": {"source": "s"}})
    table = version.tables["a"]
    bare = replace(table, columns=tuple(each._replace(examples=()) for each in table.columns))

    requests = requests_of(specification_of_version(BASE, replace(version, tables={"a": bare})))

    assert sorted(requests) == ["dry_run", "first", "rows"]
    assert "parameters" not in requests["dry_run"]


def test_tables_of_the_operator_are_not_shown_to_everyone() -> None:
    tables = {"vault": {"source": "s"}, "visits": {"source": "open"}}

    document = specification_of_version(BASE, version_of(tables, tenant=None))
    alone = specification_of_version(BASE, version_of({"vault": {"source": "s"}}, tenant=None))

    assert "vault" not in json.dumps(document)
    assert requests_of(document)["rows"]["query"] == "SELECT count(*) AS records FROM visits"
    assert requests_of(alone)["rows"]["query"] == "SELECT count(*) AS records FROM vault"


@pytest.mark.parametrize("count", [1, 200])
def test_a_large_catalog_has_a_short_valid_document(count: int) -> None:
    examples = [{"title": "All", "sql": "SELECT 1"}] * 3
    tables = {f"t{n}": {"source": "s", "examples": examples} for n in range(count)}

    document = specification_of_version(BASE, version_of(tables))

    OpenAPIV30SpecValidator(document).validate()
    assert len(requests_of(document)) <= 15
    assert document["info"]["description"].count("* `t") == min(count, 20)
    assert ("and 180 more" in document["info"]["description"]) == (count == 200)


def test_the_document_that_it_is_made_from_stays_as_it_is() -> None:
    before = json.dumps(BASE)

    specification_of_version(BASE, version_of({"audit": {"source": "s"}}))

    assert json.dumps(BASE) == before
    assert "audit" not in before
