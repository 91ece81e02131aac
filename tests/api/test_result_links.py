"""`delivery=link`: a link to the result in S3, for its owner alone, if the operator wants that."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.api_calls import PLAIN, as_tenant, assert_problem, submitted
from tests.support.endpoint import running_endpoint
from tests.support.log_lines import log_lines
from tests.support.queries import SLOW, numbers
from tests.support.running_service import running_service, settings_for

CLIENTS = Path(__file__).parents[2] / "docs/clients.md"
OWNER, OTHER = 11000, 11001
SECONDS = 120
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def checking_url(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An endpoint that checks the signatures of links."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCAL_ATHENA_SECRET_ACCESS_KEY", "local")
        with running_endpoint(archive, tmp_path_factory.mktemp("state")) as url:
            patch.undo()
            yield url


@pytest.fixture(scope="module")
def service(checking_url: str) -> Iterator[httpx.Client]:
    settings = settings_for(checking_url, tenant_required=True, result_link_seconds=SECONDS)
    with running_service(settings) as client:
        yield client


@pytest.fixture(scope="module")
def query_id(service: httpx.Client) -> str:
    return str(submitted(service, numbers(2_000), headers=as_tenant(OWNER))["query_id"])


def asked(
    service: httpx.Client, query_id: str, tenant: int = OWNER, **options: dict[str, str]
) -> httpx.Response:
    headers = as_tenant(tenant) | options.get("headers", {})
    parameters = {"delivery": "link"} | options.get("params", {})
    return service.get(f"/results/{query_id}", params=parameters, headers=headers)


def test_the_redirect_leads_to_the_bytes_that_the_service_sends(
    service: httpx.Client, query_id: str
) -> None:
    streamed = service.get(f"/results/{query_id}", headers=as_tenant(OWNER) | PLAIN)

    response = asked(service, query_id)

    assert (response.status_code, response.content) == (303, b"")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    # Without the headers that name the tenant.
    followed = httpx.get(response.headers["location"])
    assert followed.status_code == 200
    assert followed.content == streamed.content
    for header in ("content-type", "content-disposition"):
        assert followed.headers[header] == streamed.headers[header]


def test_the_document_describes_the_link(service: httpx.Client, query_id: str) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    response = asked(service, query_id, headers=JSON)

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    document = response.json()
    assert httpx.get(document.pop("url")).status_code == 200
    expires_at = datetime.fromisoformat(document.pop("expires_at"))
    assert before + timedelta(seconds=SECONDS) <= expires_at
    assert expires_at <= datetime.now(UTC) + timedelta(seconds=SECONDS)
    assert document == {"query_id": query_id, "format": "csv"}


def test_a_link_serves_ranges_and_nothing_else(service: httpx.Client, query_id: str) -> None:
    link = asked(service, query_id, headers=JSON).json()["url"]

    part = httpx.get(link, headers={"Range": "bytes=10-19"})

    assert (part.status_code, len(part.content)) == (206, 10)
    assert httpx.delete(link).status_code == 403
    assert httpx.get(link.replace(query_id, query_id[::-1])).status_code == 403


def test_a_link_ends_with_the_retention(service: httpx.Client) -> None:
    document = submitted(service, "SELECT 1", headers=as_tenant(OWNER), retention_minutes=1)

    link = asked(service, document["query_id"], headers=JSON).json()

    assert datetime.fromisoformat(link["expires_at"]) <= datetime.fromisoformat(
        document["expires_at"]
    )


def test_nobody_else_gets_a_link(service: httpx.Client, query_id: str) -> None:
    for tenant in (OTHER, 1):
        assert_problem(asked(service, query_id, tenant), 404, "query-not-found")


def test_a_query_without_rows_has_no_link(service: httpx.Client) -> None:
    mine = as_tenant(OWNER)
    running = service.post("/query", json={"query": SLOW}, headers=mine).json()["query_id"]

    assert_problem(asked(service, running), 409, "query-not-finished")
    service.delete(f"/query/{running}", headers=mine)
    assert_problem(asked(service, running), 409, "query-not-successful")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 303),
        ("text/csv", 303),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 303),
        ("application/json;q=0.5, text/csv", 303),
        ("application/json, text/csv;q=0.5", 200),
        ("application/json, */*;q=0.1", 200),
    ],
)
def test_accept_chooses_between_redirect_and_document(
    service: httpx.Client, query_id: str, accept: str, status: int
) -> None:
    assert asked(service, query_id, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize("accept", ["image/png", "application/x-ndjson"])
def test_what_a_link_cannot_be_is_not_acceptable(
    service: httpx.Client, query_id: str, accept: str
) -> None:
    response = asked(service, query_id, headers={"Accept": accept})

    assert_problem(response, 406, "not-acceptable")


@pytest.mark.parametrize(("name", "status"), [("csv", 303), ("parquet", 400), ("json", 400)])
def test_a_link_leads_to_csv_only(
    service: httpx.Client, query_id: str, name: str, status: int
) -> None:
    response = asked(service, query_id, params={"format": name})

    assert response.status_code == status
    if status == 400:
        (error,) = assert_problem(response, 400, "invalid-request")["errors"]
        assert error["pointer"] == "/format"


def test_no_log_line_has_the_link(service: httpx.Client, query_id: str) -> None:
    headers = {"X-Request-Id": "of-a-link"}
    with log_lines() as lines:
        link = asked(service, query_id, headers=headers).headers["location"]
        line = lines.about("of-a-link")

    assert "X-Amz" not in str(line)
    assert link.partition("Signature=")[2] not in str(line)


def test_the_commands_of_the_documentation(checking_url: str, tmp_path: Path) -> None:
    chapter = CLIENTS.read_text().partition("## A large result, straight from S3")[2]
    blocks = chapter.split("```")
    commands = "\n".join(blocks[number].strip() for number in (1, 3))
    shown = json.loads(blocks[5].removeprefix("json"))
    with running_service(settings_for(checking_url, result_link_seconds=SECONDS)) as open_service:
        query_id = submitted(open_service, numbers(10))["query_id"]
        local = commands.replace(
            "http://127.0.0.1:8080", str(open_service.base_url.join("/")).rstrip("/")
        )
        ended = subprocess.run(
            ["bash", "-c", local],
            env=os.environ | {"ID": query_id},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        streamed = open_service.get(f"/results/{query_id}", headers=PLAIN).content

    assert (tmp_path / "result.csv").read_bytes() == streamed
    assert json.loads(ended.stdout).keys() == shown.keys()


def test_by_default_there_are_no_links(client: httpx.Client) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]

    response = client.get(f"/results/{query_id}", params={"delivery": "link"})

    assert_problem(response, 403, "forbidden")
    assert client.get("/session").json()["result_link_seconds"] is None
