"""A query about an hour reads the files of that hour: the bytes that the engine says it read.

An hour of slack on either side is read as well, for the clocks of those who write the records.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.api_calls import all_rows, as_tenant, assert_problem, submitted
from tests.support.archive_files import FIRST_ARRIVAL
from tests.support.month import CUSTOMER, DAYS, bytes_of_hours, month_catalog
from tests.support.running_service import running_service, settings_for

HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000
ASKED = FIRST_ARRIVAL + timedelta(days=12, hours=3)  # 2026-12-02T08:00Z
START = FIRST_ARRIVAL
END = FIRST_ARRIVAL + timedelta(days=DAYS)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


MS = milliseconds(ASKED)
AT, IN_AN_HOUR = "timestamp '2026-12-02 08:00:00'", "timestamp '2026-12-02 09:00:00'"
ARRIVAL, CREATION = (
    "from_unixtime(arrivaltimestamp / 1000)",
    "from_unixtime(createdtimestamp / 1000)",
)
ALL = (START, END)
FROM_ASKED = (ASKED - HOUR, END)
UNTIL_ASKED = (START, ASKED + HOUR)
AROUND_ASKED = (ASKED - HOUR, ASKED + HOUR)
AN_HOUR = (ASKED - HOUR, ASKED + 2 * HOUR)

# The condition, and the first and the last hour whose files it reads.
READ: list[tuple[str, tuple[datetime, datetime]]] = [
    ("true", ALL),
    # Comparisons of the arrival.
    (f"arrivaltimestamp >= {MS}", FROM_ASKED),
    (f"arrivaltimestamp > {MS}", FROM_ASKED),
    (f"{MS} <= arrivaltimestamp", FROM_ASKED),
    (f"arrivaltimestamp < {MS}", UNTIL_ASKED),
    (f"arrivaltimestamp <= {MS}", UNTIL_ASKED),
    (f"arrivaltimestamp = {MS}", AROUND_ASKED),
    (f"arrivaltimestamp >= {MS} AND arrivaltimestamp < {MS + HOUR_MS}", AN_HOUR),
    (f"arrivaltimestamp BETWEEN {MS} AND {MS + HOUR_MS}", AN_HOUR),
    (f"arrivaltimestamp IN ({MS}, {MS + HOUR_MS})", AN_HOUR),
    # A bound on the creation says nothing of how late a record may arrive.
    (f"createdtimestamp >= {MS}", FROM_ASKED),
    (f"createdtimestamp < {MS}", ALL),
    (f"createdtimestamp >= {MS} AND arrivaltimestamp < {MS + HOUR_MS}", AN_HOUR),
    # Two hours in the viewer: without its bound on the arrival, all that came later is read.
    (f"createdtimestamp >= {MS} AND createdtimestamp < {MS + 2 * HOUR_MS}", FROM_ASKED),
    (
        f"createdtimestamp >= {MS} AND createdtimestamp < {MS + 2 * HOUR_MS} "
        f"AND arrivaltimestamp < {MS + 3 * HOUR_MS}",
        (ASKED - HOUR, ASKED + 4 * HOUR),
    ),
    # Every branch of an OR needs a bound.
    (f"arrivaltimestamp = {MS} OR arrivaltimestamp = {MS + HOUR_MS}", AN_HOUR),
    (f"arrivaltimestamp = {MS} OR servicename = 'iam-admin'", ALL),
    (f"arrivaltimestamp >= {MS} AND (servicename = 'x' OR tags <> '')", FROM_ASKED),
    # Expressions of the column, and of constants.
    (f"{ARRIVAL} >= {AT}", FROM_ASKED),
    (f"{ARRIVAL} BETWEEN {AT} AND {IN_AN_HOUR} - interval '1' second", AN_HOUR),
    (f"{CREATION} >= {AT} AND {ARRIVAL} < {AT}", AN_HOUR),
    (f"{ARRIVAL} >= from_iso8601_timestamp('2026-12-02T08:00:00Z')", FROM_ASKED),
    (f"{ARRIVAL} >= date_parse('2026-12-02', '%Y-%m-%d') + interval '8' hour", FROM_ASKED),
    (f"{ARRIVAL} >= CAST('2026-12-02 08:00:00' AS timestamp)", FROM_ASKED),
    (f"arrivaltimestamp / 1000 >= {MS // 1000}", FROM_ASKED),
    (f"arrivaltimestamp >= 1000 * to_unixtime({AT})", FROM_ASKED),
    (f"arrivaltimestamp - {HOUR_MS} >= {MS - HOUR_MS}", FROM_ASKED),
    (f"date({ARRIVAL}) >= date '2026-12-02'", (ASKED - 9 * HOUR, END)),
    # Partitions that the caller names are those that are read.
    ("dt = '2026-12-02'", (ASKED - 8 * HOUR, ASKED + 15 * HOUR)),
    ("dt = '2026-12-02' AND hr = '08'", (ASKED, ASKED)),
    ("dt = '2026-12-02' AND hr IN ('08', '09')", (ASKED, ASKED + HOUR)),
    ("dt BETWEEN '2026-12-01' AND '2026-12-02'", (ASKED - 32 * HOUR, ASKED + 15 * HOUR)),
    ("dt || hr >= '2026-12-0208' AND dt || hr < '2026-12-0210'", (ASKED, ASKED + HOUR)),
    ("substr(dt, 1, 7) = '2026-11'", (START, ASKED - 33 * HOUR)),
    ("CAST(dt AS date) = date '2026-12-02'", (ASKED - 8 * HOUR, ASKED + 15 * HOUR)),
    (f"dt = '2026-12-02' AND arrivaltimestamp < {MS}", (ASKED - 8 * HOUR, ASKED + HOUR)),
]


@pytest.fixture(scope="module")
def month(endpoint_url: str) -> Iterator[httpx.Client]:
    """A service whose events are those of the month."""
    with running_service(settings_for(endpoint_url), catalog=month_catalog()) as client:
        yield client


def scanned_bytes(month: httpx.Client, where: str) -> int:
    # It has to read the records: what no column needs is not read.
    sql = f"SELECT max(tags) FROM events WHERE {where}"
    return int(submitted(month, sql)["statistics"]["scanned_bytes"])


@pytest.mark.parametrize(("where", "hours"), READ, ids=[where for where, _ in READ])
def test_only_the_files_of_the_hours_are_read(
    month: httpx.Client, archive: Path, where: str, hours: tuple[datetime, datetime]
) -> None:
    assert scanned_bytes(month, where) == bytes_of_hours(archive, *hours)


# The same bounds on the columns of v1, which are timestamps.
READ_IN_V1: list[tuple[str, tuple[datetime, datetime]]] = [
    (f"time >= {AT}", FROM_ASKED),
    (f"time < {AT}", ALL),
    (f"time BETWEEN {AT} AND {IN_AN_HOUR} AND arrived < {IN_AN_HOUR}", AN_HOUR),
    (f"arrived >= {AT}", FROM_ASKED),
    (f"arrived < {AT}", UNTIL_ASKED),
    (f"arrived = {AT}", AROUND_ASKED),
    (f"arrived >= {AT} AND arrived < {AT} + interval '1' hour", AN_HOUR),
    ("arrived >= date '2026-12-02'", (ASKED - 9 * HOUR, END)),
    ("date(arrived) >= date '2026-12-02'", (ASKED - 9 * HOUR, END)),
    (f"date_trunc('hour', time) >= {AT}", FROM_ASKED),
    (f"arrived >= {AT} OR level = 'ERROR'", ALL),
]


@pytest.mark.parametrize(("where", "hours"), READ_IN_V1, ids=[where for where, _ in READ_IN_V1])
def test_only_the_files_of_the_hours_are_read_in_v1(
    month: httpx.Client, archive: Path, where: str, hours: tuple[datetime, datetime]
) -> None:
    with httpx.Client(base_url=month.base_url.join("/v1/data_hist/"), timeout=60) as newest:
        assert scanned_bytes(newest, where) == bytes_of_hours(archive, *hours)


@pytest.mark.parametrize(
    "now",
    ["now()", "current_timestamp", "CAST(now() AS timestamp)"],
)
@pytest.mark.parametrize(
    "form",
    [
        "{arrival} >= date_add('hour', {hours}, {now})",
        "{arrival} >= {now} {sign} interval '{count}' hour",
    ],
)
def test_a_bound_that_depends_on_the_clock_prunes(
    month: httpx.Client, archive: Path, now: str, form: str
) -> None:
    hours = hours_from_now()
    where = form.format(
        arrival=ARRIVAL, hours=hours, now=now, sign="-" if hours < 0 else "+", count=abs(hours)
    )

    scanned = scanned_bytes(month, where)

    # The hour may end between this clock and that of the engine.
    assert scanned in {bytes_of_hours(archive, ASKED + slack * HOUR, END) for slack in (-1, 0)}


def hours_from_now() -> int:
    """Return how many hours after now is a moment of the hour that is asked about."""
    return -((datetime.now(UTC) - ASKED) // HOUR)


def test_a_bound_that_depends_on_the_clock_prunes_in_v1(month: httpx.Client, archive: Path) -> None:
    hours = hours_from_now()
    bound = f"now() {'-' if hours < 0 else '+'} INTERVAL '{abs(hours)}' HOUR"

    with httpx.Client(base_url=month.base_url.join("/v1/data_hist/"), timeout=60) as newest:
        scanned = scanned_bytes(newest, f"time >= {bound}")

    # The hour may end between this clock and that of the engine.
    assert scanned in {bytes_of_hours(archive, ASKED + slack * HOUR, END) for slack in (-1, 0)}


def test_a_day_that_depends_on_the_clock_prunes(month: httpx.Client, archive: Path) -> None:
    moment = f"date_add('hour', {hours_from_now()}, now())"

    scanned = {
        scanned_bytes(month, f"dt >= {day}")
        for day in (
            f"date_format({moment}, '%Y-%m-%d')",
            f"CAST(date({moment}) AS varchar)",
            f"CAST(CAST({moment} AS date) AS varchar)",
        )
    }

    assert scanned == {bytes_of_hours(archive, ASKED - 8 * HOUR, END)}


def test_the_rows_are_those_of_the_hour(month: httpx.Client) -> None:
    where = f"arrivaltimestamp >= {MS} AND arrivaltimestamp < {MS + HOUR_MS}"

    assert all_rows(month, f"SELECT dt, hr FROM events WHERE {where}") == [["2026-12-02", "08"]]


def test_each_table_of_a_join_is_pruned_by_its_own_bounds(
    month: httpx.Client, archive: Path
) -> None:
    sql = (
        f"SELECT max(a.tags), max(b.tags) FROM events a JOIN events b ON a.dt = b.dt "
        f"WHERE a.arrivaltimestamp = {MS} AND b.dt = '2026-12-02' AND b.hr = '20'"
    )

    scanned = submitted(month, sql)["statistics"]["scanned_bytes"]

    assert scanned == sum(
        bytes_of_hours(archive, *hours)
        for hours in (AROUND_ASKED, (ASKED + 12 * HOUR, ASKED + 12 * HOUR))
    )


def test_the_position_of_an_error_is_in_the_callers_text(month: httpx.Client) -> None:
    sql = f"SELECT 1 FROM events\nWHERE arrivaltimestamp > {MS} AND nope = 1"

    response = month.post("/query", json={"query": sql, "wait_seconds": 30})

    problem = assert_problem(response, 422, "invalid-sql")
    assert (problem["line"], problem["column"]) == (2, sql.index("nope") - sql.index("\n"))


def test_a_limit_on_days_refuses_unbounded_queries(endpoint_url: str) -> None:
    settings = settings_for(endpoint_url, max_query_days=7, tenant_required=True)
    bounded = f"SELECT count(*) FROM events WHERE dt BETWEEN '{START:%Y-%m-%d}' AND '2026-11-21'"
    with running_service(settings) as client:
        headers = as_tenant(CUSTOMER)
        refused = client.post("/query", json={"query": "SELECT 1 FROM events"}, headers=headers)
        allowed = submitted(client, bounded, headers=headers)

    problem = assert_problem(refused, 422, "statement-not-allowed")
    assert (problem["code"], problem["line"], problem["column"]) == ("TIME_RANGE_TOO_LONG", 1, 15)
    assert "arrivaltimestamp or dt" in problem["detail"]
    assert allowed["status"] == "FINISHED"
