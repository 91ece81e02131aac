"""The embedded engine and a real Trino give the same rows, and fail in the same way."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.api_calls import as_tenant
from tests.support.endpoint import running_endpoint
from tests.support.running_service import running_service, settings_for
from tests.support.shared_files import shared_cases

OPERATOR = 1
STATEMENTS = [
    line
    for line in Path(__file__).with_name("statements_of_both_engines.txt").read_text().splitlines()
    if not line.startswith("#")
]
FAILING = {
    "SELECT 1 / 0": "DIVISION_BY_ZERO",
    "SELECT CAST('x' AS bigint)": "INVALID_CAST_ARGUMENT",
    "SELECT nope FROM events": "COLUMN_NOT_FOUND",
    "SELECT count(*)\nFROM events\nWHERE NOT tags": "TYPE_MISMATCH",
    "SELECT json_parse('{')": "INVALID_FUNCTION_ARGUMENT",
    "SELECT 9223372036854775807 + 1": "NUMERIC_VALUE_OUT_OF_RANGE",
    "SELECT servicename, count(*) FROM events": "EXPRESSION_NOT_AGGREGATE",
    "SELECT (SELECT min FROM events)": "SUBQUERY_MULTIPLE_ROWS",
}
# What the shared cases leave to the engine, or what Athena itself does otherwise than Trino.
UNDETERMINED = {
    *("A001", "A002", "A006", "A026", "A111"),  # LIMIT without ORDER BY
    *("A065", "A067"),  # the time
    *("A162", "A163"),  # a random sample
    "A119",  # an approximate percentile
    "A121",  # the order of the entries of a map
    "A160",  # a decimal literal without decoration
}
SHARED = [
    pytest.param(
        "".join(text * count for text, count in case.get("parts", [[case.get("sql"), 1]])),
        case.get("parameters"),
        case.get("tenant", OPERATOR),
        id=case["id"],
    )
    for name in ("cases/sql_allowed.jsonl", "cases/sql_scope.jsonl")
    for case in shared_cases(name)
    if case["verdict"] == "allow" and case["id"] not in UNDETERMINED
]


@pytest.fixture(scope="module")
def on_trino(endpoint_url: str, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    if request.config.getoption("--engine") != "trino":
        pytest.skip("it compares with a real Trino: scripts/test --engine trino")
    with running_service(settings_for(endpoint_url, tenant_required=True)) as client:
        yield client


@pytest.fixture(scope="module")
def embedded(
    on_trino: httpx.Client, archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with (
        running_endpoint(archive, tmp_path_factory.mktemp("embedded")) as url,
        running_service(settings_for(url, tenant_required=True)) as client,
    ):
        yield client


def answer(
    client: httpx.Client,
    sql: str,
    tenant: int = OPERATOR,
    parameters: list[Any] | None = None,
) -> dict[str, Any]:
    """The rows of a query in an order of their own, or how it failed."""
    body = {"query": sql, "wait_seconds": 30, "results_per_page": 1000, "row_format": "arrays"}
    if parameters is not None:
        body["parameters"] = parameters
    response = client.post("/query", json=body, headers=as_tenant(tenant))
    document = response.json()
    assert response.status_code in (200, 422), document
    if response.status_code == 422:
        return {key: document.get(key) for key in ("status", "code", "line", "column")}
    page = document["page"]
    assert page["paging_token"] is None
    rows = [
        [Double(value) if isinstance(value, float) else value for value in row]
        for row in page["rows"]
    ]
    return {"columns": page["columns"], "rows": sorted(rows, key=sort_key)}


class Double(float):
    """A double whose last digits, which depend on the order of additions, are not compared."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and math.isclose(self, other, rel_tol=1e-10)

    __hash__ = float.__hash__


def sort_key(row: list[Any]) -> str:
    return json.dumps([f"{each:.6g}" if isinstance(each, float) else each for each in row])


@pytest.mark.parametrize("sql", STATEMENTS)
def test_both_give_the_same_rows(on_trino: httpx.Client, embedded: httpx.Client, sql: str) -> None:
    expected = answer(on_trino, sql)

    assert expected.get("rows"), expected
    assert answer(embedded, sql) == expected


@pytest.mark.parametrize(("sql", "code"), FAILING.items(), ids=FAILING)
def test_both_fail_at_the_same_place(
    on_trino: httpx.Client, embedded: httpx.Client, sql: str, code: str
) -> None:
    expected = answer(on_trino, sql)

    assert expected["code"] == code
    assert answer(embedded, sql) == expected


@pytest.mark.parametrize(
    "sql", ["SELECT 1 FROM events WHERE tags > 5", "SELECT length(tags) + tags FROM events"]
)
def test_operands_that_do_not_match_fail_on_both(
    on_trino: httpx.Client, embedded: httpx.Client, sql: str
) -> None:
    """Trino points to the operator, the embedded engine to the first operand."""
    answers = [answer(client, sql) for client in (on_trino, embedded)]

    assert [(each["code"], each["line"]) for each in answers] == [("TYPE_MISMATCH", 1)] * 2


@pytest.mark.parametrize(("sql", "parameters", "tenant"), SHARED)
def test_shared_cases_have_the_same_rows(
    on_trino: httpx.Client,
    embedded: httpx.Client,
    sql: str,
    parameters: list[Any] | None,
    tenant: int,
) -> None:
    expected = answer(on_trino, sql, tenant, parameters)

    assert answer(embedded, sql, tenant, parameters) == expected
