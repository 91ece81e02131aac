"""Folders of days alone, over a leap day, beside a table without any levels."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.archives.asking import OPERATOR, answer, ask, bytes_of, refusal, scanned_bytes
from tests.support.foreign_archives import serving

TENANT = 11001


@pytest.fixture(scope="module")
def web(endpoint_url: str) -> Iterator[httpx.Client]:
    with serving("days", endpoint_url) as client:
        yield client


def test_a_click_has_its_values_and_types(web: httpx.Client) -> None:
    sql = (
        "SELECT dt, tenant, page, clicked, at, milliseconds, reported FROM clicks "
        "WHERE dt = '2028-02-29' AND milliseconds >= 1 ORDER BY at"
    )
    page = answer(web, sql, TENANT)

    assert page["rows"] == [
        [
            *("2028-02-29", TENANT, 2, 1_835_409_600_000, "2028-02-29T04:00:00.000", 1.0),
            "2028-02-29T04:00:00.000",
        ],
        [
            *("2028-02-29", TENANT, 3, 1_835_424_000_000, "2028-02-29T08:00:00.000", 2.0),
            "2028-02-29T08:00:00.000",
        ],
    ]
    assert [each["type"] for each in page["columns"]] == [
        *("varchar", "bigint", "integer", "bigint", "timestamp", "double", "timestamp")
    ]


@pytest.mark.parametrize(
    ("sql", "tenant", "rows"),
    [
        ("SELECT count(*) FROM clicks", OPERATOR, [[30]]),
        ("SELECT count(*), max(tenant) FROM clicks", TENANT, [[15, TENANT]]),
        ("SELECT title FROM pages ORDER BY id", OPERATOR, [["Start"], ["Prices"], [None]]),
        (
            "SELECT coalesce(p.title, 'none') AS title, count(*) AS n FROM clicks c "
            "JOIN pages p ON c.page = p.id GROUP BY 1 ORDER BY n DESC, title",
            OPERATOR,
            [["Start", 14], ["Prices", 10], ["none", 6]],
        ),
        (
            "WITH late AS (SELECT * FROM clicks WHERE at >= timestamp '2028-03-01 00:00:00') "
            "SELECT dt, max(milliseconds) FROM late GROUP BY dt ORDER BY dt",
            TENANT,
            [["2028-03-01", 3.0], ["2028-03-02", 4.0]],
        ),
    ],
)
def test_questions(web: httpx.Client, sql: str, tenant: int, rows: list[list[Any]]) -> None:
    assert ask(web, sql, tenant) == rows


@pytest.mark.parametrize(
    ("where", "days"),
    [
        ("true", ["02-2[789]", "03-0[12]"]),
        ("dt = '2028-02-29'", ["02-29"]),
        ("clicked >= 1835481600000", ["02-29", "03-0[12]"]),  # 2028-03-01 in milliseconds
        # It may come a day later, and clocks may differ by an hour.
        ("clicked < 1835388000000", ["02-2[789]"]),  # 2028-02-28T22:00
        ("clicked <= 1835391600000", ["02-2[789]", "03-01"]),  # 2028-02-28T23:00
        ("at >= timestamp '2028-03-01 02:00:00'", ["03-0[12]"]),
        ("at < timestamp '2028-02-29 00:00:00' - interval '1' day", ["02-2[78]"]),
        (
            "reported BETWEEN timestamp '2028-02-29 04:00:00' AND timestamp '2028-02-29 08:00:00'",
            ["02-29"],
        ),
        ("at >= date_add('month', 1, timestamp '2028-01-31 02:00:00')", ["02-29", "03-0[12]"]),
        ("date(at) IN (date '2028-02-28', date '2028-03-01')", ["02-2[789]", "03-0[12]"]),
        ("milliseconds >= 0", ["02-2[789]", "03-0[12]"]),
    ],
)
def test_bounds_prune_days(web: httpx.Client, archive: Path, where: str, days: list[str]) -> None:
    scanned = scanned_bytes(web, f"SELECT max(page) FROM clicks WHERE {where}")

    assert scanned == bytes_of(archive, *(f"clicks/dt=2028-{day}" for day in days))


def test_a_tenant_has_no_pages(web: httpx.Client) -> None:
    problem = refusal(web, "SELECT count(*) FROM clicks c JOIN pages p ON c.page = p.id", TENANT)

    assert problem["code"] == "TABLE_NOT_ALLOWED"
