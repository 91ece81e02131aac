"""Saved questions over HTTP, as a tenant of one's own."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx

from tests.support.api_calls import as_tenant

QUESTION = {"title": "Errors of the night", "state": "#t=events&from=now-24h"}
OTHER = {"title": "Errors of the day", "state": ""}
_TENANTS = count(20_000)


def a_tenant() -> int:
    """A tenant that nobody else has had."""
    return next(_TENANTS)


def caller(tenants: httpx.Client, tenant: int) -> Callable[..., httpx.Response]:
    def send(method: str, path: str, headers: Any = None, **rest: Any) -> httpx.Response:
        return tenants.request(
            method, path, headers={**as_tenant(tenant), **(headers or {})}, **rest
        )

    return send


def saved(send: Callable[..., httpx.Response], **fields: str) -> dict[str, Any]:
    response = send("POST", "/saved", json=QUESTION | fields)
    assert response.status_code == 201, response.text
    document: dict[str, Any] = response.json()
    return document


def listed(send: Callable[..., httpx.Response], **parameters: Any) -> Iterator[list[str]]:
    """The titles on each page."""
    token: str | None = None
    while True:
        given = parameters | ({"paging_token": token} if token else {})
        page = send("GET", "/saved", params=given).json()
        token = page["paging_token"]
        yield [each["title"] for each in page["saved"]]
        if token is None:
            return
