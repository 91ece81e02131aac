"""Ask about an archive, and say which of its folders a query has read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from tests.support.api_calls import as_tenant, submitted

OPERATOR = 1


def answer(client: httpx.Client, sql: str, tenant: int = OPERATOR) -> dict[str, Any]:
    """The page of a query: its columns and rows."""
    page: dict[str, Any] = submitted(
        client, sql, headers=as_tenant(tenant), results_per_page=1000, row_format="arrays"
    )["page"]
    assert page["paging_token"] is None
    return page


def ask(client: httpx.Client, sql: str, tenant: int = OPERATOR) -> list[list[Any]]:
    """The rows of a query."""
    rows: list[list[Any]] = answer(client, sql, tenant)["rows"]
    return rows


def scanned_bytes(client: httpx.Client, sql: str, tenant: int = OPERATOR) -> int:
    """How many bytes of the archive a query has read."""
    statistics = submitted(client, sql, headers=as_tenant(tenant))["statistics"]
    return int(statistics["scanned_bytes"])


def bytes_of(root: Path, *folders: str) -> int:
    """How many bytes the files below some folders have; each is a pattern that has to match."""
    return sum(path.stat().st_size for folder in folders for path in _files(root, folder))


def _files(root: Path, folder: str) -> Iterable[Path]:
    found = [path for path in root.glob(f"{folder}/**/[!_.]*") if path.is_file()]
    assert found, f"no files below {folder}"
    return found


def refusal(client: httpx.Client, sql: str, tenant: int = OPERATOR) -> dict[str, Any]:
    """The problem of a query that has to be refused."""
    body = {"query": sql, "wait_seconds": 30}
    response = client.post("/query", json=body, headers=as_tenant(tenant))
    assert response.status_code == 422, response.text
    problem: dict[str, Any] = response.json()
    return problem
