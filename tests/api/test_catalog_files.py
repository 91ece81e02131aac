"""Any archive can be served: other folders, keys and tenants, and columns derived from JSON."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.api_calls import all_rows, as_tenant, assert_problem, submitted
from tests.support.archive_files import FIRST_ARRIVAL
from tests.support.foreign_archives import serving
from tests.support.foreign_archives.audit import DAYS
from tests.support.running_service import ANSWER_SECONDS

OWN = as_tenant(11001)
ASKED = FIRST_ARRIVAL + timedelta(days=5)


@pytest.fixture(scope="module")
def audit(endpoint_url: str) -> Iterator[httpx.Client]:
    with (
        serving("audit", endpoint_url) as client,
        httpx.Client(
            base_url=client.base_url.copy_with(path="/v3/data_hist"),
            timeout=ANSWER_SECONDS,
            headers=OWN,
        ) as third,
    ):
        yield third


def test_columns_are_renamed_and_derived(audit: httpx.Client) -> None:
    sql = (
        "SELECT time, at, reported, region, month, day, user, bytes, ratio, ok, details, sent "
        "FROM audit WHERE day = 25 ORDER BY region"
    )
    seconds = int(ASKED.timestamp())
    text = f"{ASKED:%Y-%m-%dT%H:%M:%S}"
    common = [f"{text}.000", seconds, f"{text}Z"]

    assert all_rows(audit, sql) == [
        [*common, "eu", "11", 25, "ann-eu", 125, None, True, {"name": "ann-eu"}, f"{text}.005"],
        [*common, "us", "11", 25, "ann-us", None, 0.5, False, {"name": "ann-us"}, f"{text}.005"],
    ]


def test_the_types_are_those_that_the_catalog_states(audit: httpx.Client) -> None:
    stated = {
        column["name"]: column["type"] for column in audit.get("/tables/audit").json()["columns"]
    }
    document = submitted(audit, "SELECT * FROM audit LIMIT 1", results_per_page=1)

    assert {each["name"]: each["type"] for each in document["page"]["columns"]} == stated
    assert (stated["time"], stated["bytes"], stated["details"]) == ("timestamp", "bigint", "json")


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM audit", [[2 * DAYS]]),
        (
            "SELECT user, count(*) FROM audit GROUP BY user ORDER BY 1",
            [["ann-eu", DAYS], ["ann-us", DAYS]],
        ),
        ("SELECT sum(bytes) FROM audit WHERE ok", [[sum(5 * (20 + day) for day in range(DAYS))]]),
        ("SELECT a.user FROM audit a WHERE a.bytes = 125", [["ann-eu"]]),
        ("SELECT max(b.day) FROM audit a JOIN audit b ON a.user = b.user AND a.at < b.at", [[29]]),
        ("SELECT count(*) FROM audit WHERE ratio IS NULL AND bytes IS NULL", [[0]]),
        (
            "SELECT json_extract_scalar(details, '$.name') FROM audit "
            "WHERE time = timestamp '2026-11-25 05:00:00' AND region = 'us'",
            [["ann-us"]],
        ),
    ],
)
def test_derived_columns_are_columns_like_any_other(
    audit: httpx.Client, sql: str, rows: list[list[Any]]
) -> None:
    assert all_rows(audit, sql) == rows


@pytest.mark.parametrize(
    ("sql", "position"),
    [
        ("SELECT user\nFROM audit WHERE nope = 1", (2, 18)),
        ("SELECT bytes\nFROM audit WHERE\n bytes > 'x'", None),
        ("SELECT accountid FROM audit", (1, 8)),
        ("SELECT payload FROM audit", (1, 8)),
    ],
)
def test_errors_are_at_their_place_in_the_callers_text(
    audit: httpx.Client, sql: str, position: tuple[int, int] | None
) -> None:
    problem = assert_problem(
        audit.post("/query", json={"query": sql, "wait_seconds": 30}), 422, "invalid-sql"
    )

    if position:
        assert (problem["line"], problem["column"]) == position


def test_a_hidden_column_is_refused(audit: httpx.Client) -> None:
    response = audit.post("/query", json={"query": "SELECT secret FROM audit"})

    assert_problem(response, 422, "statement-not-allowed")


def folder_bytes(root: Path, first: datetime, last: datetime) -> int:
    days = {f"{first + timedelta(days=n):%Y/%m/%d}" for n in range((last - first).days + 1)}
    return sum(
        path.stat().st_size
        for path in (root / "audit").rglob("*.json")
        if "/".join(path.parts[-4:-1]) in days
    )


@pytest.mark.parametrize(
    ("where", "first", "last"),
    [
        ("true", 0, 9),
        ("time >= timestamp '2026-11-25 12:00:00'", 5, 9),
        # Six hours later it may be the next day.
        ("time <= timestamp '2026-11-25 12:00:00'", 0, 5),
        ("time <= timestamp '2026-11-25 20:00:00'", 0, 6),
        (
            "at BETWEEN to_unixtime(timestamp '2026-11-25 06:00:00') "
            "AND to_unixtime(timestamp '2026-11-25 12:00:00')",
            5,
            5,
        ),
        ("reported >= '2026-11-25T06:00:00Z' AND reported < '2026-11-26T06:00'", 5, 6),
        ("reported >= '2026-11-25' AND reported < '2026-11-25T12'", 4, 9),
        ("from_iso8601_timestamp(reported) >= timestamp '2026-11-25 06:00:00'", 5, 9),
        ("date(time) = date '2026-11-25'", 4, 6),
        ("month = '11'", 0, 9),
        # Nobody knows how late it came.
        ("sent <= timestamp '2026-11-25 12:00:00'", 0, 9),
        ("sent >= timestamp '2026-11-25 12:00:00'", 5, 9),
    ],
)
def test_bounds_on_any_time_column_prune(
    audit: httpx.Client, archive: Path, where: str, first: int, last: int
) -> None:
    sql = f"SELECT max(user) FROM audit WHERE {where}"

    scanned = submitted(audit, sql)["statistics"]["scanned_bytes"]

    days = (FIRST_ARRIVAL + timedelta(days=each) for each in (first, last))
    assert scanned == folder_bytes(archive, *days)


def test_a_table_whose_records_name_no_tenant_is_the_operators(audit: httpx.Client) -> None:
    operator = as_tenant(1)
    sql = {"query": "SELECT name FROM hosts", "wait_seconds": 30}

    assert [table["name"] for table in audit.get("/tables").json()["tables"]] == ["audit"]
    assert audit.get("/tables/hosts").status_code == 404
    refused = assert_problem(audit.post("/query", json=sql), 422, "statement-not-allowed")
    assert "Only the operator may query 'hosts'" in refused["detail"]
    assert audit.get("/tables/hosts", headers=operator).status_code == 200
    assert audit.post("/query", json=sql, headers=operator).json()["status"] == "FINISHED"
