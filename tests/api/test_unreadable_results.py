"""A result whose object cannot be read: pages come through Athena, and streams are refused."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.awsrequest import AWSResponse

from data_hist.athena.client import AthenaClient
from tests.support.api_calls import assert_problem, next_page, submitted
from tests.support.aws_answers import aws_answer
from tests.support.queries import EVERY_TYPE, MEDIA_TYPES, NULLS, numbers
from tests.support.running_service import running_service, settings_for

_DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def _deny(request: Any, **_: Any) -> AWSResponse:
    return aws_answer(request.url, 403, _DENIED)


@pytest.fixture(scope="module")
def blind(endpoint_url: str) -> Iterator[httpx.Client]:
    """A service without permission to read its result objects."""
    settings = settings_for(endpoint_url)
    engine = AthenaClient(settings)
    for operation in ("GetObject", "HeadObject"):
        engine._s3.meta.events.register(f"before-send.s3.{operation}", _deny)
    with running_service(settings, engine=engine) as client:
        yield client


def all_pages(client: httpx.Client, query_id: str, per_page: int) -> list[dict[str, Any]]:
    pages = [next_page(client, query_id, results_per_page=per_page)]
    while token := pages[-1]["paging_token"]:
        page = next_page(client, query_id, results_per_page=per_page, paging_token=token)
        pages.append(page)
    return pages


@pytest.mark.parametrize(
    ("count", "per_page", "sizes"),
    [
        (1, 1000, [1]),
        (999, 1000, [999]),
        (1000, 1000, [1000]),
        (2500, 1000, [1000, 1000, 500]),
        (2998, 999, [999, 999, 999, 1]),
        (5, 1, [1, 1, 1, 1, 1]),
    ],
)
def test_pages_are_full(blind: httpx.Client, count: int, per_page: int, sizes: list[int]) -> None:
    query_id = submitted(blind, numbers(count))["query_id"]

    pages = all_pages(blind, query_id, per_page)

    assert [len(page["rows"]) for page in pages] == sizes
    assert [page["row_offset"] for page in pages] == [n * per_page for n in range(len(sizes))]
    rows = [row for page in pages for row in page["rows"]]
    assert rows == [[n, f"row {n}"] for n in range(1, count + 1)]


@pytest.mark.parametrize("sql", [EVERY_TYPE, NULLS, "SELECT 1 WHERE false"])
@pytest.mark.parametrize("limit", [1, 1000])
def test_pages_are_those_of_the_object(
    client: httpx.Client, blind: httpx.Client, sql: str, limit: int
) -> None:
    query_id = submitted(client, sql)["query_id"]

    through_engine = [(page["columns"], page["rows"]) for page in all_pages(blind, query_id, limit)]

    assert through_engine == [
        (page["columns"], page["rows"]) for page in all_pages(client, query_id, limit)
    ]


def test_page_may_be_read_again(blind: httpx.Client) -> None:
    query_id = submitted(blind, numbers(1500))["query_id"]
    token = next_page(blind, query_id, results_per_page=700)["paging_token"]

    again = [next_page(blind, query_id, results_per_page=700, paging_token=token) for _ in range(2)]

    assert again[0] == again[1]
    assert again[0]["rows"][0] == [701, "row 701"]


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_stream_of_an_unreadable_object_is_refused(blind: httpx.Client, name: str) -> None:
    query_id = submitted(blind, numbers(3))["query_id"]

    response = blind.get(f"/results/{query_id}", params={"format": name})

    document = assert_problem(response, 503, "result-unreadable")
    assert document["query_id"] == query_id
    assert "/next" in document["detail"]
    assert int(response.headers["retry-after"]) > 0


def test_page_within_an_object_that_can_no_longer_be_read(
    client: httpx.Client, blind: httpx.Client
) -> None:
    query_id = submitted(client, numbers(30))["query_id"]
    token = next_page(client, query_id, results_per_page=10)["paging_token"]

    response = blind.post("/next", json={"query_id": query_id, "paging_token": token})

    assert_problem(response, 503, "result-unreadable")
