"""The request examples of the specification run, and the response examples are accurate."""

from typing import Any

import httpx
import pytest
from connexion.json_schema import Draft4ResponseValidator

from data_hist.http.specification import api_specification

SPECIFICATION = api_specification("X-Tenant", "X-Secret")
COMPONENTS = SPECIFICATION["components"]
SUBMIT = SPECIFICATION["paths"]["/query"]["post"]["requestBody"]["content"]["application/json"]
REQUESTS = {name: sample["value"] for name, sample in SUBMIT["examples"].items()}
ANSWERS = {
    "rows": COMPONENTS["examples"]["FinishedWithRows"]["value"],
    "dry_run": COMPONENTS["examples"]["DryRun"]["value"],
}


def check(document: Any, schema: str) -> None:
    reference = {**SPECIFICATION, "$ref": f"#/components/schemas/{schema}"}
    Draft4ResponseValidator(reference).validate(document)


def shape_of(value: Any) -> Any:
    """Return the members of a document and their types; of a list, those of its first entry."""
    if isinstance(value, dict):
        return {name: shape_of(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape_of(value[0])] if value else []
    return type(value)


@pytest.mark.parametrize("name", REQUESTS)
def test_request_example_runs(client: httpx.Client, name: str) -> None:
    response = client.post("/query", json=REQUESTS[name])

    assert response.status_code == 200, response.text
    check(response.json(), "DryRun" if REQUESTS[name].get("dry_run") else "Query")


@pytest.mark.parametrize("name", ANSWERS)
def test_response_example_is_accurate(client: httpx.Client, name: str) -> None:
    answer = client.post("/query", json=REQUESTS[name]).json()

    check(ANSWERS[name], "DryRun" if name == "dry_run" else "Query")
    assert ANSWERS[name]["query"] == answer["query"]
    # The values of these depend on the rows and on the time.
    for part in ("page", "estimate"):
        assert ANSWERS[name].get(part, {}).keys() == answer.get(part, {}).keys()
        answer[part] = ANSWERS[name].get(part)
    assert shape_of(answer) == shape_of({"page": None, "estimate": None} | ANSWERS[name])


def test_dry_runs_and_queries_have_different_schemas(client: httpx.Client) -> None:
    for document, other in ((ANSWERS["rows"], "DryRun"), (ANSWERS["dry_run"], "Query")):
        reference = {**SPECIFICATION, "$ref": f"#/components/schemas/{other}"}
        assert not Draft4ResponseValidator(reference).is_valid(document)
