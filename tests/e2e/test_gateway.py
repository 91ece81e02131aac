"""The gateway before several workers: who gets in and as whom, and what passes unharmed."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from data_hist.http.middleware import MAX_BODY_BYTES
from data_hist.http.problems import INTERNAL, PROBLEMS
from data_hist.server.gunicorn_conf import keepalive
from data_hist.settings import Settings
from tests.api.test_site import PREFIXES
from tests.e2e.gateway import (
    CONFIGURATION,
    PASSWORD,
    SECRET,
    TENANTS,
    HeldUpstream,
    add_user,
    nginx_is_missing,
    running_gateway,
    running_prefix_proxy,
    running_workers,
)
from tests.support.api_calls import all_rows, as_tenant, assert_problem, next_page, submitted
from tests.support.archive_files import record, write_records
from tests.support.endpoint import running_endpoint
from tests.test_conventions import HEALTH_SPEC, SPEC, operations

if nginx_is_missing():
    pytest.skip("nginx is not installed", allow_module_level=True)

API = "/v0/data_hist"
# More rows than all the buffers on the way hold.
LONG_RESULT = (
    "SELECT a.createdtimestamp, b.data AS one, c.data AS other "
    "FROM events a, events b, events c, events d WHERE d.createdtimestamp IN "
    "(SELECT createdtimestamp FROM events ORDER BY 1 LIMIT 12)"
)


@pytest.fixture(scope="module")
def workers(endpoint_url: str) -> Iterator[int]:
    with running_workers(endpoint_url, workers=3) as port:
        yield port


@pytest.fixture(scope="module")
def gateway(workers: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_gateway(tmp_path_factory.mktemp("gateway"), workers) as url:
        yield url


def api(url: str, user: str, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=url + API, auth=(user, PASSWORD), headers=headers, timeout=120)


@pytest.fixture
def alice(gateway: str) -> Iterator[httpx.Client]:
    with api(gateway, "alice") as client:
        yield client


def directive(name: str) -> str:
    found = re.findall(rf"^\s*{name} (.*);", CONFIGURATION.read_text(), re.M)
    return str(found[-1])


def test_every_route_passes(alice: httpx.Client) -> None:
    query_id = submitted(alice, "SELECT 1 AS one FROM events")["query_id"]
    routes: dict[str, Callable[[], httpx.Response]] = {
        "submit_query": lambda: alice.post("/query", json={"query": "SELECT 1"}),
        "get_status": lambda: alice.get(f"/status/{query_id}", params={"wait_seconds": 1}),
        "next_page": lambda: alice.post("/next", json={"query_id": query_id}),
        "get_results": lambda: alice.get(f"/results/{query_id}", params={"format": "csv"}),
        "list_queries": lambda: alice.get("/queries"),
        "list_tables": lambda: alice.get("/tables"),
        "get_table": lambda: alice.get("/tables/events"),
        "cancel_query": lambda: alice.delete(f"/query/{query_id}"),
        "get_health": lambda: alice.get(str(alice.base_url).replace(f"{API}/", "/healthz")),
        "get_readiness": lambda: alice.get(str(alice.base_url).replace(f"{API}/", "/readyz")),
    }

    assert {name: call().status_code for name, call in routes.items()} == dict.fromkeys(routes, 200)
    everything = set(operations(SPEC)) | set(operations(HEALTH_SPEC))
    # The metrics are nobody's business out there.
    assert set(routes) == everything - {"get_metrics"}
    assert alice.get("/ui/").status_code == 200
    assert alice.get("/openapi.json").json()["paths"].keys() == SPEC["paths"].keys()


def test_each_user_has_the_rows_of_its_tenant(gateway: str) -> None:
    sql = "SELECT DISTINCT customerid FROM events ORDER BY 1"

    seen = {}
    for user in TENANTS:
        with api(gateway, user) as client:
            seen[user] = all_rows(client, sql)

    assert seen == {"alice": [[11000]], "bob": [[11001]], "operator": [[11000], [11001]]}


@pytest.mark.parametrize(
    "spoofed",
    [
        [("X-Trebuchet-Tenant-Id", "11001")],
        [("x-trebuchet-tenant-id", "1"), ("X-TREBUCHET-TENANT-ID", "1")],
        [("X_Trebuchet_Tenant_Id", "1")],
        [("X-Trebuchet-Tenant-Id", "1"), ("X-Gateway-Secret", SECRET)],
        [("X-Gateway-Secret", "a guess")],
        [("Connection", "X-Trebuchet-Tenant-Id, X-Gateway-Secret")],
    ],
)
def test_a_tenant_header_from_outside_counts_for_nothing(
    gateway: str, spoofed: list[tuple[str, str]]
) -> None:
    with httpx.Client(
        base_url=gateway + API, auth=("alice", PASSWORD), headers=spoofed, timeout=120
    ) as client:
        rows = all_rows(client, "SELECT DISTINCT customerid FROM events")

    assert rows == [[11000]]


@pytest.mark.parametrize("user", ["carol", "ALICE"])
def test_a_user_without_a_tenant_is_nobody(gateway: str, user: str) -> None:
    with api(gateway, user, **as_tenant(1)) as client:
        assert_problem(client.get("/tables"), 401, "unauthenticated")


@pytest.mark.parametrize("auth", [None, ("alice", "wrong"), ("mallory", PASSWORD), ("", "")])
@pytest.mark.parametrize("path", [f"{API}/tables", f"{API}/ui/", f"{API}/openapi.json", "/readyz"])
def test_without_a_password_nothing_is_seen(
    gateway: str, path: str, auth: tuple[str, str] | None
) -> None:
    answer = httpx.get(gateway + path, auth=auth, headers={**as_tenant(1)})

    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_past_the_gateway_the_service_wants_its_secret(workers: int) -> None:
    url = f"http://127.0.0.1:{workers}{API}/tables"

    assert_problem(httpx.get(url, headers=as_tenant(1)), 401, "unauthenticated")


def test_the_password_stays_at_the_gateway(tmp_path: Path) -> None:
    upstream = HeldUpstream()
    upstream.go_on.set()
    with running_gateway(tmp_path, upstream.port) as url, api(url, "alice") as client:
        client.get("/tables")
    upstream.close()

    (request,) = upstream.requests
    assert b"authorization" not in request.lower()
    assert b"X-Trebuchet-Tenant-Id: 11000\r\n" in request
    assert f"X-Gateway-Secret: {SECRET}\r\n".encode() in request


@pytest.mark.parametrize(
    "path",
    [
        *("/metrics", "//metrics", "/metrics/", "/%6detrics", f"{API}/../../metrics"),
        *(f"{API}/..%2f..%2fmetrics", "/none", "/errors/401", "/problems/401", "/v0/other"),
    ],
)
def test_what_is_not_the_api_is_not_there(gateway: str, path: str) -> None:
    # By hand: a client would tidy the path up.
    answer = exchanged(
        gateway, f"GET {path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"
    )

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b'"/problems/not-found"' in answer


@pytest.mark.parametrize("path", ["/", "/problems", "/problems/invalid-sql"])
def test_pages_that_say_nothing_of_anybody_need_no_password(gateway: str, path: str) -> None:
    answer = httpx.get(gateway + path, headers={"Accept": "text/html"}, timeout=120)

    assert answer.status_code == 200
    assert "</html>" in answer.text


def test_the_landing_page_names_the_gateway(gateway: str) -> None:
    page = httpx.get(gateway, headers={"Accept": "text/html"}, timeout=120).text

    assert f"curl -u NAME {gateway}{API}/query" in page


@pytest.mark.parametrize("path", [API, f"{API}/"])
def test_the_base_path_leads_to_swagger_ui(gateway: str, path: str) -> None:
    answer = httpx.get(gateway + path, auth=("alice", PASSWORD), follow_redirects=True, timeout=120)

    assert (answer.status_code, answer.url) == (200, f"{gateway}{API}/ui/")


PREFIX = "/archive/events"


@pytest.fixture(scope="module")
def prefixed(gateway: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prefix")
    with running_prefix_proxy(folder, PREFIX, gateway) as url:
        yield url + PREFIX


def test_all_is_right_under_a_path_prefix(prefixed: str) -> None:
    with httpx.Client(auth=("alice", PASSWORD), follow_redirects=True, timeout=120) as client:
        landing = client.get(f"{prefixed}/", headers={"Accept": "text/html"}).text
        links = client.get(f"{prefixed}/").json()
        base_path = client.get(prefixed + API)
        (server,) = client.get(f"{prefixed}{API}/openapi.json").json()["servers"]
        problem = client.get(f"{prefixed}{API}/none").json()

        assert f"curl -u NAME {prefixed}{API}/query" in landing
        assert base_path.url == f"{prefixed}{API}/ui/"
        assert server == {"url": f"{PREFIX}{API}"}
        assert problem["type"] == f"{PREFIX}/problems/not-found"
        for path in (links["problems"], links["versions"][0]["swagger_ui"], problem["type"]):
            assert client.get(httpx.URL(prefixed).join(path)).status_code == 200


def test_a_problem_of_the_gateway_has_the_prefix(prefixed: str) -> None:
    answer = httpx.get(f"{prefixed}{API}/tables", timeout=120)

    assert answer.json()["type"] == f"{PREFIX}/problems/unauthenticated"


@pytest.mark.parametrize(("given", "prefix"), PREFIXES)
def test_the_gateway_takes_the_prefixes_that_the_service_takes(
    gateway: str, given: str, prefix: str
) -> None:
    headers = {"X-Forwarded-Prefix": given}
    of_gateway = httpx.get(f"{gateway}{API}/tables", headers=headers, timeout=120).json()["type"]
    of_service = httpx.get(f"{gateway}/problems/none", headers=headers, timeout=120).json()["type"]

    assert of_gateway == f"{prefix}/problems/unauthenticated"
    assert of_service == f"{prefix}/problems/not-found"


def test_a_preflight_needs_no_password(gateway: str) -> None:
    headers = {"Origin": "https://portal.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(f"{gateway}{API}/query", headers=headers, timeout=120)

    # No origin is allowed by default.
    assert_problem(answer, 405, "method-not-allowed")
    assert "access-control-allow-origin" not in answer.headers


def test_pages_of_allowed_origins_read_why_the_gateway_refuses(
    workers: int, tmp_path: Path
) -> None:
    origin, stranger = "https://portal.example", "https://evil.example"
    with running_gateway(tmp_path, workers, allowed_origin=origin) as url:
        read, not_read = (
            httpx.get(f"{url}{API}/tables", headers={"Origin": name}, timeout=120)
            for name in (origin, stranger)
        )

    assert_problem(read, 401, "unauthenticated")
    assert read.headers["access-control-allow-origin"] == origin
    assert_problem(not_read, 401, "unauthenticated")
    assert "access-control-allow-origin" not in not_read.headers


def test_health_needs_no_password(gateway: str) -> None:
    assert httpx.get(f"{gateway}/healthz").status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_an_oversized_body_is_refused(alice: httpx.Client, chunked: bool) -> None:
    body = b'{"query": "' + b"x" * MAX_BODY_BYTES + b'"}'

    answer = alice.post(
        "/query",
        content=iter([body]) if chunked else body,
        headers={"Content-Type": "application/json"},
    )

    assert_problem(answer, 413, "query-too-large")


def test_the_largest_query_passes(alice: httpx.Client) -> None:
    body = json.dumps({"query": "SELECT 1", "dry_run": True})

    answer = alice.post(
        "/query",
        content=body + " " * (MAX_BODY_BYTES - len(body)),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 200


def test_a_problem_of_the_service_passes(alice: httpx.Client) -> None:
    answer = alice.post("/query", json={"query": "SELECT resourceid FROM events"})

    assert_problem(answer, 422, "statement-not-allowed")


@pytest.mark.parametrize("given", ["an-id.of_mine-1", None])
def test_a_request_has_one_id_all_the_way(gateway: str, given: str | None) -> None:
    headers = {"X-Request-Id": given} if given else {}
    paths = [f"{API}/tables", f"{API}/none", "/none"]
    with httpx.Client(base_url=gateway, auth=("alice", PASSWORD), headers=headers) as client:
        ids = [client.get(path).headers.get_list("X-Request-Id") for path in paths]

    assert all(len(found) == 1 for found in ids)
    assert given is None or ids == [[given]] * len(paths)


def test_the_first_rows_come_before_the_last_are_sent(tmp_path: Path) -> None:
    upstream = HeldUpstream()
    try:
        with (
            running_gateway(tmp_path, upstream.port) as url,
            api(url, "alice") as client,
            client.stream("GET", "/results/x") as answer,
        ):
            blocks = answer.iter_raw()
            assert next(blocks) == b"first"
            assert not upstream.go_on.is_set()

            upstream.go_on.set()

            assert b"".join(blocks) == b"second"
    finally:
        upstream.close()


def test_a_stream_that_breaks_is_seen_to_be_broken(tmp_path: Path) -> None:
    upstream = HeldUpstream()
    upstream.ends_well = False
    upstream.go_on.set()
    try:
        with (
            running_gateway(tmp_path, upstream.port) as url,
            api(url, "alice") as client,
            pytest.raises(httpx.RemoteProtocolError),
        ):
            client.get("/results/x")
    finally:
        upstream.close()


def test_a_long_result_arrives_whole(gateway: str, workers: int) -> None:
    with api(gateway, "operator") as client:
        query_id = submitted(client, LONG_RESULT)["query_id"]
        through = client.get(f"/results/{query_id}", params={"format": "csv"})
        headers = as_tenant(1) | {"X-Gateway-Secret": SECRET}
        direct = httpx.get(
            f"http://127.0.0.1:{workers}{API}/results/{query_id}",
            params={"format": "csv"},
            headers=headers,
            timeout=120,
        )
        ranged = client.get(
            f"/results/{query_id}", params={"format": "csv"}, headers={"Range": "bytes=10-19"}
        )
        packed = client.get(f"/results/{query_id}", params={"format": "ndjson"})

    assert len(direct.content) > 8_000_000
    assert through.content == direct.content
    assert ranged.status_code == 206
    assert ranged.content == direct.content[10:20]
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content.count(b"\n") == 20**3 * 12


def test_pages_come_from_whichever_worker(alice: httpx.Client) -> None:
    query_id = submitted(alice, "SELECT createdtimestamp FROM events ORDER BY 1")["query_id"]

    pages = [next_page(alice, query_id, results_per_page=3) for _ in range(12)]

    assert all(page == pages[0] for page in pages)


def test_a_long_poll_is_not_cut(tmp_path: Path) -> None:
    write_records(tmp_path / "archive", "events", (record(n, 11000) for n in range(300)))
    (tmp_path / "gateway").mkdir()
    slow = (
        "SELECT count(*) FROM events a, events b, events c, events d "
        "WHERE a.data || b.data < c.data || d.data"
    )
    with (
        running_endpoint(tmp_path / "archive", tmp_path / "state") as endpoint,
        running_workers(endpoint, workers=2) as port,
        running_gateway(tmp_path / "gateway", port) as url,
        api(url, "alice") as client,
    ):
        query = client.post("/query", json={"query": slow}).json()

        waited = client.get(f"/status/{query['query_id']}", params={"wait_seconds": 3})

        assert waited.status_code == 200
        assert waited.json()["status"] == "RUNNING"
        assert client.delete(f"/query/{query['query_id']}").json()["status"] == "CANCELLED"


def test_the_gateway_waits_longer_than_the_service() -> None:
    (wait,) = (
        parameter["schema"]["maximum"]
        for parameter in operations(SPEC)["get_status"]["parameters"]
        if parameter.get("name") == "wait_seconds"
    )

    assert int(directive("proxy_read_timeout").removesuffix("s")) > wait
    assert int(directive("client_max_body_size")) == MAX_BODY_BYTES
    upstream_keepalive, _ = re.findall(r"keepalive_timeout (\d+)s;", CONFIGURATION.read_text())
    assert int(upstream_keepalive) < keepalive


def exchanged(url: str, request: str) -> bytes:
    """Send bytes as they are, and read until the other side closes."""
    with _connected(url) as connection:
        connection.sendall(request.encode())
        return _until_closed(connection)


def _connected(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=120)


def _until_closed(connection: socket.socket) -> bytes:
    received = b""
    while block := connection.recv(65536):
        received += block
    return received


def dripped(connection: socket.socket) -> bytes:
    """Send a byte, and another for each tenth of a second without an answer."""
    connection.settimeout(0.1)
    try:
        while True:
            connection.sendall(b"x")
            try:
                connection.settimeout(0.1)
                first = connection.recv(1)
            except TimeoutError:
                continue
            connection.settimeout(60)
            return first + _until_closed(connection)
    except (ConnectionResetError, BrokenPipeError):
        return b""


def test_a_header_that_drips_is_cut_off(workers: int, tmp_path: Path) -> None:
    with (
        running_gateway(tmp_path, workers, client_header_timeout="1s") as url,
        _connected(url) as connection,
    ):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\nX-Slow: ")

        assert dripped(connection) == b""


def test_a_body_that_stops_is_cut_off(workers: int, tmp_path: Path) -> None:
    with (
        running_gateway(tmp_path, workers, client_body_timeout="1s") as url,
        _connected(url) as connection,
    ):
        connection.sendall(_post_of(1000) + b'{"query"')

        assert _until_closed(connection) == b""


def test_a_body_that_drips_is_refused_by_the_service(gateway: str) -> None:
    with _connected(gateway) as connection:
        connection.sendall(_post_of(10_000))

        answer = dripped(connection)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"/problems/request-timeout"' in answer


def _post_of(body_bytes: int) -> bytes:
    authorization = httpx.BasicAuth("alice", PASSWORD)._auth_header
    return (
        f"POST {API}/query HTTP/1.1\r\nHost: gateway\r\nAuthorization: {authorization}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {body_bytes}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GARBAGE\r\n\r\n", 400),
        (f"GET /{'a' * 10_000} HTTP/1.1\r\nHost: gateway\r\n\r\n", 414),
        (f"GET / HTTP/1.1\r\nHost: gateway\r\nX-Large: {'a' * 10_000}\r\n\r\n", 431),
        ("TRACE /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n", 405),
    ],
)
def test_what_is_no_request_is_a_problem_too(gateway: str, request_line: str, status: int) -> None:
    answer = exchanged(gateway, request_line)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(body)["status"] == status


def test_a_service_that_is_down_is_a_problem_to_try_again(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with running_gateway(tmp_path, nobody.getsockname()[1]) as url, api(url, "bob") as client:
            answer = client.get("/tables")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["retryable"] is True


def test_the_log_tells_who_came_and_nothing_that_they_sent(
    workers: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with running_gateway(tmp_path, workers) as url, api(url, "alice") as client:
        client.get("/queries", params={"paging_token": "a-token"})
        client.post("/query", json={"query": "SELECT 'a literal'", "dry_run": True})
        client.get("/tables", auth=("alice", "a-guess"))

    log = (tmp_path / "log").read_text()
    entries = [json.loads(line) for line in log.splitlines()]
    assert [(entry["user"], entry["path"], entry["status"]) for entry in entries] == [
        ("alice", f"{API}/queries", 400),
        ("alice", f"{API}/query", 200),
        ("alice", f"{API}/tables", 401),
    ]
    written = log + capfd.readouterr().err
    assert not any(sent in written for sent in ("a-token", "literal", "a-guess", PASSWORD))


def problems_of_the_gateway() -> list[dict[str, Any]]:
    bodies = re.findall(r"return (\d+) '(.*)';", CONFIGURATION.read_text())
    documents = [json.loads(body.replace("$prefix", "")) for _, body in bodies]
    assert [document["status"] for document in documents] == [int(status) for status, _ in bodies]
    return documents


def test_problems_of_the_gateway_are_those_of_the_service() -> None:
    kinds = {kind.slug: kind for kind in [*PROBLEMS.values(), INTERNAL]}
    documents = problems_of_the_gateway()

    assert documents
    for document in documents:
        assert set(SPEC["components"]["schemas"]["Problem"]["required"]) <= set(document)
        if document["type"] != "about:blank":
            kind = kinds[document["type"].removeprefix("/problems/")]
            assert (document["title"], document["status"]) == (kind.title, kind.status)


def test_the_headers_are_those_of_the_service() -> None:
    text = CONFIGURATION.read_text()

    assert f"proxy_set_header {Settings.model_fields['tenant_header'].default} $tenant;" in text
    assert f"`proxy_set_header {Settings.model_fields['gateway_secret_header'].default} " in text


@pytest.mark.parametrize("there_before", [False, True])
def test_nobody_else_reads_the_secrets(tmp_path: Path, there_before: bool) -> None:
    folder = tmp_path / "secrets"
    if there_before:
        folder.mkdir()
        for name in ("users", "tenants", "header", "service.env"):
            (folder / name).touch(0o644)

    assert add_user(folder, "alice", 11000).returncode == 0

    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == dict.fromkeys(("users", "tenants", "header", "service.env"), 0o600)
    assert there_before or folder.stat().st_mode & 0o777 == 0o700


def test_the_first_user_makes_the_secret(tmp_path: Path) -> None:
    assert add_user(tmp_path / "secrets", "alice", 11000).returncode == 0
    header = (tmp_path / "secrets/header").read_text()
    assert add_user(tmp_path / "secrets", "bob", 1).returncode == 0

    assert (tmp_path / "secrets/header").read_text() == header
    name, _, secret = (tmp_path / "secrets/service.env").read_text().strip().partition("=")
    assert name == "DATA_HIST_GATEWAY_SECRET"
    assert len(secret) == 64
    assert f'"{secret}"' in header
    assert (tmp_path / "secrets/tenants").read_text() == '"alice" 11000;\n"bob" 1;\n'


@pytest.mark.parametrize(
    ("user", "tenant"),
    [("Alice", 1), ("a:b", 1), ("", 1), ("alice", 0), ("alice", "1; x y"), ("known", 1)],
)
def test_a_user_that_makes_no_sense_is_not_added(tmp_path: Path, user: str, tenant: object) -> None:
    add_user(tmp_path, "known", 11000)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}

    assert add_user(tmp_path, user, tenant).returncode != 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before
