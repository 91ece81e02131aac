"""The specification shows, for each operation, the problems that it can respond with."""

from typing import Any

import httpx
import pytest
from jsonschema import Draft4Validator

from data_hist.http.problems import INTERNAL, PROBLEMS, TYPE_PREFIX
from data_hist.http.specification import api_specification, problem_descriptions


def name_of(reference: dict[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


SPECIFICATION = api_specification("X-Tenant", "X-Secret")
COMPONENTS = SPECIFICATION["components"]
REFUSALS = [
    (f"{method.upper()} {path}", int(status), COMPONENTS["responses"][name_of(response)])
    for path, operations in SPECIFICATION["paths"].items()
    for method, operation in operations.items()
    if method != "parameters"
    for status, response in operation["responses"].items()
    if int(status) >= 400
]


@pytest.mark.parametrize(
    ("status", "response"),
    [case[1:] for case in REFUSALS],
    ids=[f"{operation} {status}" for operation, status, _ in REFUSALS],
)
def test_a_response_shows_problems_of_its_status(status: int, response: dict[str, Any]) -> None:
    samples = samples_of(response)

    assert samples
    assert {slug: name_of(sample) for slug, sample in samples.items()} == {s: s for s in samples}
    assert {COMPONENTS["examples"][slug]["value"]["status"] for slug in samples} == {status}


@pytest.mark.parametrize("slug", problem_descriptions())
def test_a_sample_is_a_problem_of_its_kind(slug: str) -> None:
    sample = problem_descriptions()[slug]["value"]
    retryable = {kind.slug: error.retryable for error, kind in PROBLEMS.items()}

    assert sample["type"] == TYPE_PREFIX + slug
    assert sample["retryable"] is retryable.get(slug, False)
    Draft4Validator({**SPECIFICATION, "$ref": "#/components/schemas/Problem"}).validate(sample)


def test_every_problem_but_those_of_no_operation_is_shown() -> None:
    shown = {slug for _, _, response in REFUSALS for slug in samples_of(response)}

    assert {kind.slug for kind in [*PROBLEMS.values(), INTERNAL]} - shown == {
        "method-not-allowed",
    }


def samples_of(response: dict[str, Any]) -> dict[str, Any]:
    samples: dict[str, Any] = response["content"]["application/problem+json"]["examples"]
    return samples


def test_the_served_document_is_complete(client: httpx.Client) -> None:
    assert ".yaml" not in client.get("/openapi.json").text
