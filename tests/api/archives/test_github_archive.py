"""Hours of the GitHub Archive: in names of files, where nothing prunes, and in folders."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.archives.asking import answer, ask, bytes_of, scanned_bytes
from tests.support.foreign_archives import serving
from tests.support.foreign_archives.github_archive import HOURS

EVENTS = sum(3 + number % 4 for number in range(HOURS))
FIRST, SECOND = "2015-01-01", "2015-01-02"


@pytest.fixture(scope="module")
def github(endpoint_url: str) -> Iterator[httpx.Client]:
    with serving("github_archive", endpoint_url) as client:
        yield client


def test_an_event_has_its_values_and_types(github: httpx.Client) -> None:
    sql = (
        "SELECT id, time, day, hour, type, login, repository, commits, distinct_commit, "
        "organization, public FROM events WHERE day = '2015-01-02' AND hour = 9 ORDER BY id LIMIT 2"
    )
    page = answer(github, sql)

    assert page["rows"] == [
        [
            *(2_489_651_165, "2015-01-02T09:00:00.000", SECOND, 9, "PushEvent", "user-0"),
            *("owner/repo-0", 1, True, None, True),
        ],
        [
            *(2_489_651_166, "2015-01-02T09:01:00.000", SECOND, 9, "WatchEvent", "user-1"),
            *("owner/repo-0", None, None, "owner", True),
        ],
    ]
    assert [each["type"] for each in page["columns"]][:4] == [
        *("bigint", "timestamp", "varchar", "integer")
    ]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*), min(hour), max(hour) FROM events", [[EVENTS, 0, 23]]),
        ("SELECT count(*) FROM flat", [[EVENTS]]),
        (
            "SELECT type, count(*) AS n FROM events GROUP BY type ORDER BY n DESC, type",
            [["PushEvent", 28], ["WatchEvent", 24], ["IssuesEvent", 20]],
        ),
        ("SELECT sum(commits) FROM events WHERE distinct_commit AND login <> 'user-0'", [[48]]),
        (
            "SELECT e.repository, count(*) FROM events e "
            "JOIN flat f ON CAST(e.id AS varchar) = f.id "
            "WHERE json_extract_scalar(f.payload, '$.action') = 'started' GROUP BY 1 ORDER BY 1",
            [["owner/repo-0", 12], ["owner/repo-1", 12]],
        ),
    ],
)
def test_questions(github: httpx.Client, sql: str, rows: list[list[Any]]) -> None:
    assert ask(github, sql) == rows


def test_names_of_files_prune_nothing(github: httpx.Client, archive: Path) -> None:
    sql = (
        "SELECT count(*) FROM flat "
        "WHERE created_at BETWEEN '2015-01-01T22:00:00Z' AND '2015-01-01T22:59:59Z'"
    )

    assert ask(github, sql) == [[4]]
    assert scanned_bytes(github, sql) == bytes_of(archive, "gharchive")


@pytest.mark.parametrize(
    ("where", "folders"),
    [
        ("true", [f"{FIRST}/*", f"{SECOND}/*"]),
        # As numbers, 9 is before 10.
        ("time >= timestamp '2015-01-02 09:30:00'", [f"{SECOND}/[89]", f"{SECOND}/1?"]),
        (
            "time < timestamp '2015-01-02 08:30:00'",
            [f"{FIRST}/2[123]", f"{SECOND}/?", f"{SECOND}/10"],
        ),
        (
            "time BETWEEN timestamp '2015-01-01 23:10:00' AND timestamp '2015-01-01 23:20:00'",
            [f"{FIRST}/2[23]", f"{SECOND}/[01]"],
        ),
        ("day = '2015-01-02' AND hour BETWEEN 9 AND 10", [f"{SECOND}/9", f"{SECOND}/10"]),
        ("hour = 23", [f"{FIRST}/23"]),
    ],
)
def test_bounds_prune_hours(
    github: httpx.Client, archive: Path, where: str, folders: list[str]
) -> None:
    scanned = scanned_bytes(github, f"SELECT max(login) FROM events WHERE {where}")

    assert scanned == bytes_of(archive, *(f"gharchive-by-hour/{folder}" for folder in folders))
