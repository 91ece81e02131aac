"""An invalid request gets an error that names the place and suggests a correction."""

import json
from typing import Any

import httpx
import pytest

from tests.support.api_calls import UNKNOWN_ID, assert_problem
from tests.support.contract import SPEC

SQL = "SELECT 1"

Place = tuple[str, str]


def meant(name: str, kind: str = "field") -> str:
    return f"is not a known {kind}; did you mean '{name}'?"


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        (
            "/query",
            {"query": SQL, "wait_second": 5},
            [("/wait_second", meant("wait_seconds"))],
        ),
        ("/query", {"query": SQL, "Wait_Seconds": 5}, [("/Wait_Seconds", meant("wait_seconds"))]),
        (
            "/query",
            {"sql": SQL},
            [
                (
                    "/sql",
                    "is not a known field; the fields are big_integers, dry_run, max_age_minutes, "
                    "parameters, query, results_per_page, retention_minutes, row_format, "
                    "wait_seconds",
                ),
                ("", "lacks query"),
            ],
        ),
        (
            "/query",
            {"query": SQL, "dryrun": True, "parameter": []},
            [("/dryrun", meant("dry_run")), ("/parameter", meant("parameters"))],
        ),
        (
            "/query",
            {"query": "SELECT ?", "parameters": [{"typ": "date", "value": "2026-01-01"}]},
            [("/parameters/0/typ", meant("type")), ("/parameters/0", "lacks type")],
        ),
        (
            "/query",
            {"query": "SELECT ?", "parameters": [1, {"type": "date", "value": 5}]},
            [("/parameters/1/value", "must be of type string")],
        ),
        (
            "/query",
            {"query": "SELECT ?", "parameters": [{"type": "timestmp", "value": "x"}]},
            [("/parameters/0/type", "is not a known type; did you mean 'timestamp'?")],
        ),
        (
            "/next",
            {"query_id": UNKNOWN_ID, "row_format": "object"},
            [("/row_format", "must be one of arrays, objects; did you mean 'objects'?")],
        ),
        (
            "/next",
            {"query_id": UNKNOWN_ID, "pagingToken": "x", "page_size": 5},
            [
                ("/pagingToken", meant("paging_token")),
                (
                    "/page_size",
                    "is not a known field; the fields are big_integers, paging_token, query_id, "
                    "results_per_page, row_format, wait_seconds",
                ),
            ],
        ),
        ("/query", {"query": SQL, "a/b~c": 1}, None),
    ],
)
def test_a_wrong_field_is_named_with_the_nearest_allowed_one(
    client: httpx.Client, path: str, body: dict[str, Any], errors: list[Place] | None
) -> None:
    problem = assert_problem(client.post(path, json=body), 400, "invalid-request")

    found = [(error["pointer"], error["detail"]) for error in problem["errors"]]
    if errors is None:
        assert [pointer for pointer, _ in found] == ["/a~1b~0c"]
    else:
        assert sorted(found) == sorted(errors)
        assert all(reason.rstrip("?") in problem["detail"] for _, reason in errors)


@pytest.mark.parametrize(
    ("target", "detail"),
    [
        (
            "/queries?statuss=FINISHED",
            "The query parameter 'statuss' is not a known parameter; did you mean 'status'?",
        ),
        (
            "/queries?status=FINISHD",
            "The query parameter 'status' must be one of QUEUED, RUNNING, FINISHED, FAILED, "
            "CANCELLED; did you mean 'FINISHED'?",
        ),
        (
            "/queries?status=running",
            "The query parameter 'status' must be one of QUEUED, RUNNING, FINISHED, FAILED, "
            "CANCELLED; did you mean 'RUNNING'?",
        ),
        (
            "/queries?limit=ten",
            "The query parameter 'limit' must be of type integer.",
        ),
        ("/queries?limit=1&limit=2", "The query parameter 'limit' stands twice."),
        (
            f"/results/{UNKNOWN_ID}?fromat=csv",
            "The query parameter 'fromat' is not a known parameter; did you mean 'format'?",
        ),
        (
            f"/results/{UNKNOWN_ID}?format=cvs",
            "The query parameter 'format' must be one of csv, ndjson, json, arrow, parquet; "
            "did you mean 'csv'?",
        ),
        ("/tables?page=1", "The query parameter 'page' is not a known parameter."),
    ],
)
def test_a_wrong_query_parameter_is_named_with_the_nearest_allowed_one(
    client: httpx.Client, target: str, detail: str
) -> None:
    problem = assert_problem(client.get(target), 400, "invalid-request")

    assert problem["detail"] == detail
    assert [error["pointer"] for error in problem["errors"]] == [f"/{detail.split(chr(39))[1]}"]


@pytest.mark.parametrize(
    ("table", "detail", "suggestions"),
    [
        ("event", "There is no such table; did you mean 'events'?", ["events"]),
        ("users", "There is no such table; GET /tables lists them.", None),
    ],
)
def test_an_unknown_table_is_reported_with_the_nearest(
    client: httpx.Client, table: str, detail: str, suggestions: list[str] | None
) -> None:
    problem = assert_problem(client.get(f"/tables/{table}"), 404, "not-found")

    assert problem["detail"] == detail
    assert problem.get("suggestions") == suggestions


def test_a_repeated_field_is_named(client: httpx.Client) -> None:
    body = b'{"query": "SELECT 1", "wait_seconds": 1, "wait_seconds": 2}'

    response = client.post("/query", content=body, headers={"Content-Type": "application/json"})

    problem = assert_problem(response, 400, "invalid-request")
    assert problem["detail"] == "The body names the field 'wait_seconds' twice."


@pytest.mark.parametrize("name", ["x" * 5_000, "né\u202e<b>\r\n" * 20, "a" * 64 + "b"])
def test_a_name_is_quoted_shortened_and_in_printable_ascii(client: httpx.Client, name: str) -> None:
    body = json.dumps({"query": SQL, name: "value"})
    headers = {"Content-Type": "application/json"}

    for response in (
        client.post("/query", content=body, headers=headers),
        client.get("/queries", params={name: "value"}),
    ):
        problem = assert_problem(response, 400, "invalid-request")
        (error,) = problem["errors"]
        assert 1 < len(error["pointer"]) <= 66
        assert all(text.isascii() and text.isprintable() for text in (problem["detail"], *error))


def test_response_to_many_errors_is_bounded(client: httpx.Client) -> None:
    body = {"query": SQL} | {f"{'f' * 60}{number}": number for number in range(5_000)}

    problem = assert_problem(client.post("/query", json=body), 400, "invalid-request")

    assert len(problem["errors"]) == 10
    assert len(problem["detail"]) < 1_500


def limits() -> list[tuple[tuple[str, str], str, int, str]]:
    """Yield each bound of the specification: operation, name, invalid value, and expected text."""
    found = []
    for path, operations in SPEC["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            for name, schema in schemas_of(operation):
                for rule, word, step in (("minimum", "least", -1), ("maximum", "most", 1)):
                    if rule in schema:
                        says = f"must be at {word} {schema[rule]}"
                        found.append(((method, path), name, schema[rule] + step, says))
    return found


def schemas_of(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Yield the parameters and body fields of an operation with their schemas."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    fields = resolved(body.get("schema", {})).get("properties", {})
    parameters = map(resolved, operation.get("parameters", []))
    named = [(each["name"], each["schema"]) for each in parameters if each["in"] == "query"]
    return [(name, resolved(schema)) for name, schema in [*named, *fields.items()]]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    for inner in (schema, *schema.get("allOf", [])):
        if "$ref" in inner:
            kind, name = inner["$ref"].split("/")[-2:]
            found: dict[str, Any] = SPEC["components"][kind][name]
            return found
    return schema


@pytest.mark.parametrize(("operation", "name", "value", "says"), limits())
def test_error_about_a_number_out_of_bounds_names_the_bound(
    client: httpx.Client, operation: tuple[str, str], name: str, value: int, says: str
) -> None:
    method, path = operation
    target = path.replace("{query_id}", UNKNOWN_ID).replace("{table}", "events")
    if method == "get":
        needed = {"from": "2026-11-20", "to": "2026-11-21"} if path.endswith("/fields") else {}
        response = client.get(target, params={**needed, name: value})
    else:
        required = {"query_id": UNKNOWN_ID} if path == "/next" else {"query": SQL}
        headers = {"Idempotency-Key": "a key"} if path == "/query/cancel" else {}
        response = client.post(target, json={**required, name: value}, headers=headers)

    problem = assert_problem(response, 400, "invalid-request")
    assert problem["errors"] == [{"pointer": f"/{name}", "detail": says}]
    assert name in problem["detail"]
    assert says in problem["detail"]


def test_every_bound_of_the_specification_is_tested() -> None:
    assert {name for _, name, _, _ in limits()} >= {
        *("limit", "results_per_page", "wait_seconds", "retention_minutes"),
    }
