"""Credentials are optional, checked before anything else, and never logged."""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import httpx
import pytest

from data_hist.app import create_app
from data_hist.settings import SettingsError
from tests.support.api_calls import as_tenant, assert_problem, submitted
from tests.support.running_service import running_service, settings_for

SECRET = "gateway-secret-of-this-test"
PASSWORD = "correct horse: battery é"
JSON = {"Content-Type": "application/json"}


def basic(user: str, password: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


@pytest.fixture(scope="module")
def htpasswd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("users") / "htpasswd"
    digest = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, b"2b")).decode()
    # Apache's htpasswd calls the same algorithm 2y.
    path.write_text(f"# users\n\ngateway:{digest.replace('$2b$', '$2y$')}\n")
    return path


@pytest.fixture(scope="module")
def guarded(endpoint_url: str, htpasswd: Path) -> Iterator[httpx.Client]:
    settings = settings_for(
        endpoint_url, tenant_required=True, htpasswd_file=htpasswd, gateway_secret=SECRET
    )
    with running_service(settings) as client:
        yield client


@pytest.mark.parametrize(
    "credentials",
    [{"X-Gateway-Secret": SECRET}, basic("gateway", PASSWORD)],
    ids=["secret", "user"],
)
def test_either_kind_of_credentials_is_enough(
    guarded: httpx.Client, credentials: dict[str, str]
) -> None:
    headers = as_tenant(11000) | credentials

    document = submitted(guarded, "SELECT 1", headers=headers)

    assert guarded.get(f"/status/{document['query_id']}", headers=headers).json() == document


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"X-Gateway-Secret": ""},
        {"X-Gateway-Secret": SECRET[:-1]},
        {"X-Gateway-Secret": SECRET + "x"},
        {"X-Gateway-Secret": SECRET.upper()},
        basic("gateway", "wrong"),
        basic("gateway", ""),
        basic("nobody", PASSWORD),
        basic("", PASSWORD),
        basic("gateway", PASSWORD + "x" * 72),
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:x").decode()},
        {"Authorization": "Basic " + base64.b64encode(b"gateway").decode()},
        {"Authorization": f"Bearer {SECRET}"},
    ],
)
def test_anything_else_is_refused_before_the_request_is_read(
    guarded: httpx.Client, credentials: dict[str, str]
) -> None:
    headers = as_tenant(11000) | credentials

    for response in (
        guarded.get("/tables", headers=headers),
        guarded.get("/queries", headers=headers),
        guarded.post("/query", content=b"{not json", headers=headers | JSON),
    ):
        assert_problem(response, 401, "unauthenticated")
        assert response.headers["www-authenticate"] == 'Gateway realm="data_hist"'


def test_repeated_secret_is_refused(guarded: httpx.Client) -> None:
    headers = [*as_tenant(1).items(), ("X-Gateway-Secret", SECRET), ("X-Gateway-Secret", SECRET)]

    assert_problem(guarded.get("/tables", headers=headers), 401, "unauthenticated")


def test_credentials_do_not_replace_a_tenant(guarded: httpx.Client) -> None:
    response = guarded.get("/tables", headers={"X-Gateway-Secret": SECRET})

    assert_problem(response, 401, "unauthenticated")


def test_specification_swagger_ui_and_health_need_no_credentials(guarded: httpx.Client) -> None:
    for path in ("/v0/data_hist/ui/", "/v0/data_hist/openapi.json", "/healthz", "/readyz"):
        assert guarded.get(guarded.base_url.copy_with(path=path)).status_code == 200


def test_specification_declares_the_security_schemes(guarded: httpx.Client) -> None:
    document = guarded.get("/openapi.json").json()

    schemes = document["components"]["securitySchemes"]
    assert schemes["tenant"]["name"] == "X-Trebuchet-Tenant-Id"
    assert schemes["gateway"]["name"] == "X-Gateway-Secret"
    assert schemes["password"] | {"description": ""} == {
        "type": "http",
        "scheme": "basic",
        "description": "",
    }
    assert {"tenant": [], "password": []} in document["security"]


def test_specification_names_the_headers_of_the_deployment(endpoint_url: str) -> None:
    settings = settings_for(endpoint_url, tenant_header="X-T", gateway_secret_header="X-G")
    with running_service(settings) as client:
        schemes = client.get("/openapi.json").json()["components"]["securitySchemes"]

    assert (schemes["tenant"]["name"], schemes["gateway"]["name"]) == ("X-T", "X-G")


def test_credentials_are_never_logged(
    guarded: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "data_hist"):
        guarded.get("/tables", headers=as_tenant(1) | basic("gateway", "hunter2"))
        guarded.get("/tables", headers=as_tenant(1) | {"X-Gateway-Secret": "hunter2"})

    assert "hunter2" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "names no user"),
        ("gateway", "line 1"),
        ("gateway:plain-secret", "line 1"),
        ("# ok\ngateway:$apr1$x$y", "line 2"),
        (":$2b$04$abcdefghijklmnopqrstuu", "line 1"),
    ],
)
def test_unusable_htpasswd_file_is_refused_at_startup(
    tmp_path: Path, content: str, reason: str
) -> None:
    path = tmp_path / "htpasswd"
    path.write_text(content)

    with pytest.raises(SettingsError, match=reason) as refusal:
        create_app(settings_for("http://127.0.0.1:9", htpasswd_file=path))

    assert "secret" not in str(refusal.value)
    assert str(refusal.value).startswith("DATA_HIST_HTPASSWD_FILE")
