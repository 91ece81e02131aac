"""Hidden columns: `$path` and its like, which a query has to name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients import AthenaSession

FIRST = "orders/day=2026-03-01/hr=9/1.json"


def test_the_path_is_that_of_the_object(shop: AthenaSession) -> None:
    rows = shop.rows('SELECT "$path", id FROM shop.orders ORDER BY "$path"')

    assert rows == [
        ["s3://lake/orders/day=2026-03-01/hr=10/1.json", "0"],
        [f"s3://lake/{FIRST}", "0"],
        ["s3://lake/orders/day=2026-03-02/hr=9/1.json", "1"],
        ["s3://lake/orders/day=a b/hr=9/1.json", "2"],
    ]


def test_size_and_time_are_those_of_the_file(shop: AthenaSession, lake: Path) -> None:
    status = (lake / FIRST).stat()
    ((size, modified),) = shop.rows(
        'SELECT "$file_size", "$file_modified_time" FROM shop.orders '
        "WHERE day = '2026-03-01' AND hr = 9"
    )

    moment = datetime.fromtimestamp(status.st_mtime_ns // 10**6 / 1000, UTC)
    assert size == str(status.st_size)
    assert modified == f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d} UTC"


def test_the_partition_is_named_by_its_keys(shop: AthenaSession) -> None:
    rows = shop.rows('SELECT DISTINCT o."$PARTITION" FROM shop.orders AS o ORDER BY 1 DESC LIMIT 1')

    assert rows == [["day=a b/hr=9"]]


def test_their_types_are_those_of_trino(shop: AthenaSession) -> None:
    names = ("$path", "$file_size", "$file_modified_time", "$partition")
    items = ", ".join(f'typeof("{name}")' for name in names)

    assert shop.rows(f"SELECT {items} FROM shop.orders LIMIT 1") == [
        ["varchar", "bigint", "timestamp(3) with time zone", "varchar"]
    ]


def test_a_star_leaves_them_out(shop: AthenaSession) -> None:
    (row,) = shop.rows("SELECT *, o.* FROM shop.orders AS o WHERE day = '2026-03-02'")

    assert row == ["1", "1.5", "2026-03-02", "9"] * 2


def test_two_scans_of_a_table_have_paths_of_their_own(shop: AthenaSession) -> None:
    rows = shop.rows(
        'SELECT a."$path" = b."$path", count(*) FROM shop.orders AS a CROSS JOIN shop.orders AS b '
        "GROUP BY 1 ORDER BY 1"
    )

    assert rows == [["false", "12"], ["true", "4"]]


def test_a_subquery_hands_on_what_it_names(shop: AthenaSession) -> None:
    rows = shop.rows(
        'SELECT count("$path") FROM (SELECT "$path" FROM shop.orders WHERE "$path" LIKE \'%hr=9%\')'
    )

    assert rows == [["3"]]


@pytest.mark.parametrize(
    ("sql", "column"),
    [
        ('SELECT "$path" FROM (SELECT * FROM shop.orders)', "$path"),
        ('SELECT "$partition" FROM shop.wide', "$partition"),
        ('SELECT "$bucket" FROM shop.orders', "$bucket"),
        ('SELECT "$path" FROM shop.orders AS o (a, b, c, d)', "$path"),
    ],
)
def test_what_is_not_there_does_not_resolve(shop: AthenaSession, sql: str, column: str) -> None:
    reason = shop.run(sql)["Status"]["StateChangeReason"]

    assert reason == f"COLUMN_NOT_FOUND: line 1:8: Column '{column}' cannot be resolved"


def test_naming_them_does_not_read_more_partitions(shop: AthenaSession, lake: Path) -> None:
    execution = shop.run('SELECT "$path", "$file_size" FROM shop.orders WHERE day = \'2026-03-02\'')

    expected = (lake / "orders/day=2026-03-02/hr=9/1.json").stat().st_size
    assert execution["Statistics"]["DataScannedInBytes"] == expected
