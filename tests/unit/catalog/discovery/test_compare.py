"""What a catalog says otherwise than the files is found, with what to write."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
import yaml

from data_hist.catalog.discovery.compare import compare_with_archive
from data_hist.catalog.discovery.discover import discover
from data_hist.catalog.discovery.findings import Finding
from data_hist.catalog.document import load_document
from tests.support.archives import write_lines

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FOLDER = "day=2026-11-20/hour=12"
NOON_MS = int(NOON.timestamp()) * 1000
SOURCE: dict[str, Any] = {
    "database": "d",
    "table": "t",
    "folder": "t",
    "tenant": None,
    "partitions": {
        "day": {"projection": "date", "format": "yyyy-MM-dd", "range": ["NOW-30DAYS", "NOW"]},
        "hour": {"projection": "integer", "range": [0, 23], "digits": 2, "tells": "hour"},
    },
    "columns": {"at": {"type": "bigint", "time": {"unit": "ms", "greatest_delay": "1h"}}},
    "serde": {"case.insensitive": "FALSE"},
}


def compare(root: Path, **changes: Any) -> Iterator[Finding]:
    file = root.with_suffix(".yaml")
    document = {
        "sources": {"s": SOURCE | changes},
        "versions": {"v0": {"database": "d", "tables": {"t": {"source": "s"}}}},
    }
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    return compare_with_archive(load_document(file), root, NOON, print)


def described(findings: Iterator[Finding]) -> list[tuple[str, str, bool]]:
    found = list(findings)
    assert all(finding.path[:2] == ("sources", "s") for finding in found)
    return [(".".join(each.path[2:]), each.text, each.is_note) for each in found]


def write(
    root: Path, records: list[Mapping[str, Any]], folder: str = "day=2026-11-20/hour=12"
) -> None:
    write_lines(root / "t" / folder / "a.json", records)


def only(found: list[tuple[str, str, bool]]) -> tuple[str, str, bool]:
    assert len(found) == 1, found
    return found[0]


def test_what_fits_has_no_findings(root: Path) -> None:
    write(root, [{"at": NOON_MS}, {"at": NOON_MS - 3_600_000}, {"at": None}])
    write(root, [{"at": NOON_MS - 86_400_000}], "day=2026-11-19/hour=12")

    assert described(compare(root)) == []


@pytest.mark.parametrize(
    ("folders", "path", "told"),
    [
        (["day=2026-11-20/hour=7"], "partitions.hour", "as they have them"),
        (["date=2026-11-20/hour=07"], "partitions.day", "are not named day=${day}"),
        (["day=2015-11-20/hour=12"], "partitions.day", "write range: [2015-11-20, NOW]"),
        (["day=2027-11-20/hour=12"], "partitions.day", "Athena does not read 2027-11-20"),
        (["day=20261120/hour=12"], "partitions.day", "write `format` as they have it"),
        (["day=2026-11-20/hour=24"], "partitions.hour", "write range: [0, 24]"),
    ],
)
def test_folders_that_no_query_reads(root: Path, folders: list[str], path: str, told: str) -> None:
    for folder in folders:
        write(root, [], folder)
        write(root, [{"at": None}])

    found = described(compare(root))

    where, text, is_note = only([each for each in found if each[0] != "folder"])
    assert (where, is_note) == (path, False)
    assert told in text


def test_a_template_is_walked(root: Path) -> None:
    levels = {
        "region": {"projection": "enum", "values": ["eu"]},
        "day": {"projection": "date", "format": "yyyy/MM/dd", "range": ["2026/01/01", "NOW"]},
    }
    write(root, [{"at": NOON_MS}], "data/eu/2026/11/20/x")
    write(root, [{"at": NOON_MS}], "data/us/2026/11/20/x")
    template = "data/${region}/${day}/x/"

    found = described(compare(root, partitions=levels, template=template))

    assert only(found)[0] == "partitions.region"
    assert "add them to `values`" in only(found)[1]


def test_a_folder_that_is_missing(root: Path) -> None:
    write_lines(root / "T" / "a.json", [{"at": 1}])

    path, text, _ = only(described(compare(root)))

    assert path == "folder"
    assert "did you mean 'T'?" in text


@pytest.mark.parametrize(
    ("column", "records", "path", "told"),
    [
        ({"type": "varchar"}, [{"X": "a"}], "x", "the records spell the key X; write key: X"),
        (
            {"type": "varchar", "key": "userID"},
            [{"userId": "a"}],
            "x",
            "the records spell the key userId; write key: userId",
        ),
        (
            {"type": "bigint"},
            [{"x": 1}, {"x": "a"}],
            "x.type",
            "1 of 2 values are no bigint",
        ),
        ({"type": "bigint"}, [{"x": {}}], "x.type", "queries of it fail; write varchar"),
        ({"type": "integer"}, [{"x": 2**31}], "x.type", "1 of 1 values are no integer"),
        ({"type": "double"}, [{"x": "?"}], "x.type", "so that they are NULL; write varchar"),
        ({"type": "boolean"}, [{"x": 1}], "x.type", "no boolean"),
        (
            {"type": "bigint", "time": {"unit": "s"}},
            [{"x": NOON_MS}],
            "x.time.unit",
            "no moments in s; write unit: ms",
        ),
        (
            {"type": "varchar", "time": {"unit": "iso8601"}},
            [{"x": "yesterday"}],
            "x.time.unit",
            "no moments in iso8601; remove `time`",
        ),
        (
            {"type": "bigint", "time": {"unit": "ms", "greatest_delay": "1h"}},
            [{"x": NOON_MS - 5_400_000}, {"x": NOON_MS}],
            "x.time.greatest_delay",
            "1 of 2 records came up to 90 minutes later than this time; write greatest_delay: 6h",
        ),
        (
            {"type": "bigint", "time": {"unit": "ms"}},
            [{"x": NOON_MS + 4 * 86_400_000}],
            "x.time",
            "lie up to 4 days after their folder, where bounds lose them; remove `time`",
        ),
    ],
)
def test_columns_that_do_not_fit(
    root: Path, column: dict[str, Any], records: list[Mapping[str, Any]], path: str, told: str
) -> None:
    write(root, records)

    where, text, is_note = only(described(compare(root, columns={"x": column})))

    assert (where, is_note) == (f"columns.{path}", False)
    assert told in text


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("bigint", [1, "2", "-3"]),
        ("double", [1, 1.5, "1e5", "NaN"]),
        ("boolean", [True, "false"]),
        ("varchar", [1, "a", {}, [1], False]),
        ("decimal(5,2)", [1.25]),
    ],
)
def test_values_that_become_the_type(root: Path, column: str, values: list[Any]) -> None:
    write(root, [{"x": value} for value in values])

    assert described(compare(root, columns={"x": {"type": column}})) == []


def test_keys_without_a_column_and_columns_without_a_key_are_notes(root: Path) -> None:
    write(root, [{"at": NOON_MS, "more": 1}, {"at": NOON_MS}])
    columns = SOURCE["columns"] | {"moer": {"type": "bigint"}}

    assert described(compare(root, columns=columns)) == [
        ("columns.moer", "none of 2 records has the key moer; did you mean 'more'?", True),
        ("columns", "no column shows the keys more (in 50%)", True),
    ]


def test_keys_count_in_lower_case_by_default(root: Path) -> None:
    write(root, [{"AT": NOON_MS}])

    assert described(compare(root, serde={})) == []


def test_broken_lines_and_another_format(root: Path) -> None:
    write(root, [{"at": NOON_MS}])
    with (root / "t" / FOLDER / "a.json").open("a") as file:
        file.write("oops\n")

    assert only(described(compare(root)))[0] == "serde"
    found = described(compare(root, format="parquet"))
    assert ("format", "the files hold json; write format: json", False) in found


def test_types_of_parquet(root: Path) -> None:
    folder = root / "t" / FOLDER
    folder.mkdir(parents=True)
    pyarrow.parquet.write_table(pyarrow.table({"At": ["a"], "n": [1]}), folder / "a.parquet")
    columns = {"at": {"type": "bigint"}, "n": {"type": "double"}}

    found = described(compare(root, format="parquet", columns=columns))

    text = "the files hold varchar, not bigint; write type: varchar"
    assert found == [("columns.at.type", text, False)]


def test_what_is_discovered_fits(root: Path) -> None:
    for hour in range(3):
        moment = NOON + timedelta(hours=hour)
        records = [{"createdAt": moment.isoformat(), "$n": 1, "user": {"a": 1}}] * 200
        write_lines(root / "topics" / "app" / f"{moment:%Y/%m/%d/%H}" / "a.json.gz", records)
        write_lines(root / "other" / f"dt={moment:%Y%m%d%H}" / "a.json", [{"x": hour}])
    file = root.with_suffix(".yaml")
    file.write_text(discover(root, print) or "")

    assert list(compare_with_archive(load_document(file), root, NOON, print)) == []
