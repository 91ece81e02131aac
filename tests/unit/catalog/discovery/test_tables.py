"""Which folders are tables, and what is told of those that are none."""

from pathlib import Path
from typing import Any

import pytest

from data_hist.catalog.discovery.limits import SampleLimits
from tests.support.archives import write_lines
from tests.unit.catalog.discovery.discovered import Discovered


@pytest.mark.parametrize(
    ("files", "folders"),
    [
        (
            {"events/a.json": {"a": 1}, "metrics/dt=2026-11-20/a.json": {"b": 1}},
            ["events", "metrics"],
        ),
        # One table, if the folders are partitions.
        ({"dt=2026-11-20/a.json": {"a": 1}}, [""]),
        ({"2026/11/20/a.json": {"a": 1}}, [""]),
        ({"a.json": {"a": 1}}, [""]),
        # Folders of like records are a level, others are tables.
        ({"logs/eu/a.json": {"a": 1}, "logs/us/a.json": {"a": 1, "b": 1}}, ["logs"]),
        ({"logs/app/a.json": {"a": 1}, "logs/web/a.json": {"b": 1}}, ["logs/app", "logs/web"]),
        ({"logs/app/v1/a.json": {"a": 1}}, ["logs/app/v1"]),
        ({"e/_SUCCESS": {}, "e/.a.crc": {}, ".git/a.json": {}, "e/a": {"a": 1}}, ["e"]),
    ],
)
def test_tables(root: Path, files: dict[str, dict[str, Any]], folders: list[str]) -> None:
    for name, record in files.items():
        write_lines(root / name, [record])

    assert [source.folder for source in Discovered(root).sources.values()] == folders


def test_many_folders_of_like_records_are_one_table(root: Path) -> None:
    for number in range(30):
        write_lines(root / f"device-{number * number:x}" / "a.json", [{"a": number}])

    found = Discovered(root, SampleLimits(tables=20))

    assert [source.folder for source in found.sources.values()] == [""]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"t/a.csv": b"a,b,c\n1,2,3"}, ["a.csv is CSV", "has no records that could be read"]),
        ({"t/": b""}, ["t has no files"]),
        ({"t/a.json": b""}, ["t has no files"]),
        ({"t$/a.json": b'{"a": 1}'}, ["rename folders that have a $"]),
        ({"t/a.json": b'{"a": 1}', "t/x/a.json": b'{"a": 1}'}, ["a folder deeper than most of"]),
        ({"t/a.json": b'{"a": 1}', "b.json": b'{"a": 1}'}, ["b.json in", "a table is a folder"]),
        ({"t/a.json": b'{"a": 1}', "t/b.parquet": b"PAR1"}, ["b.parquet is Parquet, unlike most"]),
        ({"t/a.parquet": b"PAR1"}, ["a.parquet is damaged"]),
        ({f"t/{n}.csv": b"a,b,c" for n in range(9)}, ["6 more files of"]),
        (
            {**{f"t/dt=2026-11-{n}/a": b'{"a": 1}' for n in (19, 20)}, "t/old/a": b'{"a": 1}'},
            ["old below", "rename or move it"],
        ),
    ],
)
def test_what_is_left_out_is_told(root: Path, files: dict[str, bytes], told: list[str]) -> None:
    for name, content in files.items():
        path = root / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_bytes(content)

    found = Discovered(root)

    assert all(any(part in warning for warning in found.warnings) for part in told), found.warnings
    assert len(set(found.warnings)) == len(found.warnings)
