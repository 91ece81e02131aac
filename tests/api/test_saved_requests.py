"""What may be saved, and by whom: texts, sizes, media types, origins."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.api_calls import assert_problem
from tests.support.saved_questions import QUESTION, a_tenant, caller, saved


@pytest.fixture
def mine(tenants: httpx.Client) -> Callable[..., httpx.Response]:
    """Sends requests of a tenant that this test alone has."""
    return caller(tenants, a_tenant())


@pytest.mark.parametrize(
    "text",
    [
        '"quoted" \'twice\' \\ {"json": 1}',
        "<script>alert(1)</script> & friends",
        "Kundenübersicht: 顧客 🙂 مرحبا \u202e",
        " \t\r\n",
        "\x01\x7f\x85\u2028",
        "e\u0301 is not \u00e9",
        "🙂" * 200,
    ],
)
def test_texts_come_back_as_they_were_sent(mine: Callable[..., httpx.Response], text: str) -> None:
    document = saved(mine, title=text, state=text * 20)
    again = mine("GET", f"/saved/{document['id']}").json()

    assert (document["title"], document["state"]) == (text, text * 20)
    assert again == document == mine("GET", "/saved").json()["saved"][0]


def test_a_state_may_be_long(mine: Callable[..., httpx.Response]) -> None:
    assert saved(mine, state="🙂" * 16_384)["state"] == "🙂" * 16_384


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "", "state": ""}, "/title"),
        ({"title": "x" * 201, "state": ""}, "/title"),
        ({"title": "x", "state": "x" * 16_385}, "/state"),
        ({"title": "x", "state": {"sql": "SELECT 1"}}, "/state"),
        ({"title": None, "state": ""}, "/title"),
        ({"title": "x", "state": "", "id": "x"}, "/id"),
        ({"title": "x"}, ""),
    ],
)
def test_a_body_is_what_the_specification_says(
    mine: Callable[..., httpx.Response], body: dict[str, Any], pointer: str
) -> None:
    document = saved(mine)

    for response in (
        mine("POST", "/saved", json=body),
        mine("PUT", f"/saved/{document['id']}", {"If-Match": "*"}, json=body),
    ):
        problem = assert_problem(response, 400, "invalid-request")
        assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_page_of_another_origin_cannot_write(
    mine: Callable[..., httpx.Response], media_type: str
) -> None:
    """A browser sends JSON to another origin, and PUT and DELETE, only after a preflight."""
    document = saved(mine)
    path = f"/saved/{document['id']}"
    headers = {"Content-Type": media_type, "Origin": "https://evil.example"}

    posted = mine("POST", "/saved", headers, content=b'{"title": "x", "state": ""}')
    put = mine("PUT", path, headers | {"If-Match": "*"}, content=b'{"title": "x", "state": ""}')
    preflights = [
        mine("OPTIONS", each, {**headers, "Access-Control-Request-Method": method})
        for each, method in (("/saved", "POST"), (path, "PUT"), (path, "DELETE"))
    ]

    assert_problem(posted, 415, "unsupported-media-type")
    assert_problem(put, 415, "unsupported-media-type")
    for preflight in preflights:
        assert_problem(preflight, 405, "method-not-allowed")
        assert "Access-Control-Allow-Origin" not in preflight.headers
    assert mine("GET", path).json() == document


def test_the_path_of_a_new_question_is_that_before_a_proxy(
    mine: Callable[..., httpx.Response],
) -> None:
    created = mine("POST", "/saved", {"X-Forwarded-Prefix": "/archive"}, json=QUESTION)

    assert created.headers["Location"].startswith("/archive/v0/data_hist/saved/")
