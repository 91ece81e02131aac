"""The request examples of the specification run, and the response examples are accurate."""

from typing import Any

import httpx
import pytest
from connexion.json_schema import Draft4ResponseValidator

from data_hist.catalog.resolve import load_catalog
from data_hist.http.specification import api_specification
from data_hist.http.version_specification import specification_of_version

BASE = api_specification("X-Tenant", "X-Secret")
VERSIONS = {
    name: specification_of_version(BASE, version)
    for name, version in load_catalog().versions.items()
}


def requests_of(document: dict[str, Any]) -> dict[str, Any]:
    body = document["paths"]["/query"]["post"]["requestBody"]["content"]["application/json"]
    return {name: sample["value"] for name, sample in body["examples"].items()}


def answers_of(document: dict[str, Any]) -> dict[str, Any]:
    examples = document["components"]["examples"]
    return {"rows": examples["FinishedWithRows"]["value"], "dry_run": examples["DryRun"]["value"]}


CASES = [(name, each) for name, document in VERSIONS.items() for each in requests_of(document)]
ANSWERS = [(name, each) for name, document in VERSIONS.items() for each in answers_of(document)]


def post(client: httpx.Client, version: str, request: Any) -> httpx.Response:
    return client.post(client.base_url.join(f"/{version}/data_hist/query"), json=request)


def check(document: Any, schema: str) -> None:
    reference = {**BASE, "$ref": f"#/components/schemas/{schema}"}
    Draft4ResponseValidator(reference).validate(document)


def shape_of(value: Any) -> Any:
    """Return the members of a document and their types; of a list, those of its first entry."""
    if isinstance(value, dict):
        return {name: shape_of(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape_of(value[0])] if value else []
    return type(value)


@pytest.mark.parametrize(("version", "name"), CASES)
def test_request_example_runs(client: httpx.Client, version: str, name: str) -> None:
    request = requests_of(VERSIONS[version])[name]
    response = post(client, version, request)

    assert response.status_code == 200, response.text
    check(response.json(), "DryRun" if request.get("dry_run") else "Query")
    assert response.json()["status"] == (None if request.get("dry_run") else "FINISHED")


@pytest.mark.parametrize(("version", "name"), ANSWERS)
def test_response_example_is_accurate(client: httpx.Client, version: str, name: str) -> None:
    expected = answers_of(VERSIONS[version])[name]
    answer = post(client, version, requests_of(VERSIONS[version])[name]).json()

    check(expected, "DryRun" if name == "dry_run" else "Query")
    assert expected["query"] == answer["query"]
    if name == "rows":
        assert expected["page"]["columns"] == answer["page"]["columns"]
    # The values of these depend on the rows and on the time.
    for part in ("page", "estimate"):
        assert expected.get(part, {}).keys() == answer.get(part, {}).keys()
        answer[part] = expected.get(part)
    # Without a lower bound, some records may be archived.
    assert {warning["code"] for warning in answer["warnings"]} <= {"RANGE_PARTLY_ARCHIVED"}
    answer["warnings"] = expected["warnings"]
    assert shape_of(answer) == shape_of({"page": None, "estimate": None} | expected)


def test_dry_runs_and_queries_have_different_schemas() -> None:
    answers = answers_of(next(iter(VERSIONS.values())))
    for name, other in (("rows", "DryRun"), ("dry_run", "Query")):
        reference = {**BASE, "$ref": f"#/components/schemas/{other}"}
        assert not Draft4ResponseValidator(reference).is_valid(answers[name])
