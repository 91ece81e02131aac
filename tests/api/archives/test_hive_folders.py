"""Parquet in `year=/month=/day=` of numbers without zeros, as Spark writes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.archives.asking import OPERATOR, answer, ask, bytes_of, scanned_bytes
from tests.support.foreign_archives import serving


@pytest.fixture(scope="module")
def shop(endpoint_url: str) -> Iterator[httpx.Client]:
    with serving("hive_folders", endpoint_url) as client:
        yield client


def test_an_order_has_its_values_and_types(shop: httpx.Client) -> None:
    bounded = "FROM {} WHERE month = 10 ORDER BY {} DESC LIMIT 2"
    plain = answer(
        shop,
        "SELECT order_id, ordered_at, amount, note, year, month, day "
        + bounded.format("orders", "order_id"),
    )
    derived = answer(
        shop, 'SELECT "order", at, amount, month, note ' + bounded.format("sales", '"order"')
    )

    assert plain["rows"] == [
        [62, "2026-10-11T12:00:00.000", "12.05", None, 2026, 10, 11],
        [61, "2026-10-11T12:00:00.000", "11.05", "gift" * 5, 2026, 10, 11],
    ]
    assert derived["rows"] == [
        [62, "2026-10-11T12:00:00.000", 12.05, 10, None],
        [61, "2026-10-11T12:00:00.000", 11.05, 10, "gift" * 5],
    ]
    assert plain["columns"][2]["type"] == "decimal"
    assert [each["type"] for each in derived["columns"]][1:4] == ["timestamp", "double", "integer"]


@pytest.mark.parametrize(
    ("sql", "tenant", "rows"),
    [
        ("SELECT count(*), count(note) FROM orders", OPERATOR, [[12, 6]]),
        ("SELECT count(*), max(customer) FROM orders", 12, [[6, 12]]),
        (
            "SELECT month, sum(amount) FROM orders GROUP BY month ORDER BY 1",
            11,
            [[9, "22.01"], [10, "44.14"]],
        ),
        (
            'SELECT s.note FROM orders o JOIN sales s ON o.order_id = s."order" '
            "WHERE o.day = 30 AND s.amount > 11",
            11,
            [["gift"]],
        ),
    ],
)
def test_questions(shop: httpx.Client, sql: str, tenant: int, rows: list[list[Any]]) -> None:
    assert ask(shop, sql, tenant) == rows


# A sum is compared, since Trino skips Parquet files by the least and greatest value of a column.
@pytest.mark.parametrize(
    ("where", "folders"),
    [
        ("true", ["month=9/*", "month=10/*"]),
        # As numbers, September is before October, and the 3rd before the 11th.
        ("at >= timestamp '2026-10-01 12:00:00'", ["month=10/*"]),
        ("at >= timestamp '2026-10-03 02:00:00'", ["month=10/day=3", "month=10/day=11"]),
        (
            "at + interval '0' day < timestamp '2026-10-02 12:00:00'",
            ["month=9/*", "month=10/day=[12]"],
        ),
        (
            "at + interval '0' day <= timestamp '2026-09-30 23:30:00'",
            ["month=9/*", "month=10/day=1"],
        ),
        ("date(at) = date '2026-10-11'", ["month=10/day=11"]),
        (
            "at + interval '0' day BETWEEN timestamp '2026-09-30 02:00:00' "
            "AND timestamp '2026-10-01 02:00:00'",
            ["month=9/day=30", "month=10/day=1"],
        ),
        ("at >= timestamp '2027-01-02 00:00:00'", []),
        ("month = 9", ["month=9/*"]),
    ],
)
def test_bounds_prune_days(
    shop: httpx.Client, archive: Path, where: str, folders: list[str]
) -> None:
    scanned = scanned_bytes(shop, f"SELECT max(note) FROM sales WHERE {where}")

    assert scanned == bytes_of(archive, *(f"sales/orders/year=2026/{each}" for each in folders))
