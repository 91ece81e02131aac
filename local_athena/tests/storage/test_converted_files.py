"""Files that a statement has read are converted, and which of them the next statement reads."""

import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.converter import ConverterLimits, convert
from local_athena.backends.duckdb.database import Database, ScanOutcome
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.converted_files import (
    ConversionOptions,
    ConversionTask,
    ConvertedFiles,
)
from local_athena.tables import JsonSerde, Table

from tests.archive_tree import CATALOG, EVENTS, add_file

LIMITS = ConverterLimits(10**9, 0)
SECOND = 1_000_000_000


class Place:
    """An archive, the folder of its converted files, and a worker's database."""

    def __init__(self, folder: Path) -> None:
        self.archive, self.converted = folder / "archive", folder / "converted"
        self.worker = folder / "worker"
        self.worker.mkdir()
        self.options = ConversionOptions(self.converted, 10**9, least_bytes=0, settled_seconds=0)

    def scan(self, table: Table = EVENTS, now: int | None = None, **options: int) -> ConversionTask:
        """What a scan of the table reads converted, and what it leaves to convert."""
        clock = (lambda: now) if now else time.time_ns
        converted = ConvertedFiles(replace(self.options, **options), clock)  # type: ignore[arg-type]
        Archive(self.archive, converted).scan(table)
        return converted.task

    def convert(self, task: ConversionTask | None = None, total_bytes: int = 10**9) -> str | None:
        options = replace(self.options, total_bytes=total_bytes)
        return convert(self.archive, options, LIMITS, task or self.scan())

    def run(self, sql: str) -> tuple[list[str], ScanOutcome]:
        """The lines of the result of a statement, and its outcome."""
        archive = Archive(self.archive, ConvertedFiles(self.options))
        database = Database(archive, self.worker, "200MB", 1)
        plan = dialect.translate(sql, CATALOG, "data_hist")
        outcome = database.run(plan, self.worker / "result", lambda: False)
        database.close()
        assert isinstance(outcome, ScanOutcome)
        return sorted((self.worker / "result").read_text().splitlines()[1:]), outcome

    def files(self) -> list[Path]:
        return sorted(self.converted.iterdir()) if self.converted.exists() else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def add_events(place: Place, *numbers: int, name: str = "a.json") -> Path:
    lines = (f'{{"customerid": {number}, "data": {{"share": 1.50}}}}' for number in numbers)
    return add_file(place.archive, *lines, name=name)


SQL = """SELECT customerid, data, dt, "$path", "$file_size" FROM events_v0"""


def test_a_statement_gives_the_same_from_converted_files(place: Place) -> None:
    add_events(place, 1, 2)
    add_events(place, 3, name="b.json.gz")
    add_file(place.archive, name="c.json").write_bytes(b'{"customerid": 4, "tags": "\xf6"}\r{}\n')
    first, outcome = place.run(SQL)
    assert place.convert(outcome.conversion) is None

    repeated, again = place.run(SQL)

    assert repeated == first
    assert len(first) == 5
    assert again.scanned_bytes == outcome.scanned_bytes
    assert again.conversion == ConversionTask(used=frozenset(place.files()))
    assert len(place.files()) == 3


def test_records_keep_their_order(place: Place) -> None:
    add_events(place, *range(50_000))
    place.convert()

    _, outcome = place.run("SELECT customerid FROM events_v0")

    assert outcome.conversion.used
    numbers = (place.worker / "result").read_text().splitlines()[1:]
    assert numbers == [f'"{number}"' for number in range(50_000)]


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write('{"customerid": 9}\n')


def truncate(path: Path) -> None:
    os.truncate(path, path.read_bytes().index(b"\n") + 1)


def replace_in_place(path: Path) -> None:
    """Another content of the same size and with the same time of change."""
    status = path.stat()
    path.write_text(path.read_text().replace("1.50", "2.50"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace_by_another(path: Path) -> None:
    status = path.stat()
    other = path.with_name("_other")
    other.write_text(path.read_text().replace("1.50", "2.50"))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("change", [append, truncate, replace_in_place, replace_by_another])
def test_a_changed_file_is_read_itself(change: Callable[[Path], None], place: Place) -> None:
    path = add_events(place, 1, 2)
    place.convert()
    before, _ = place.run(SQL)

    change(path)

    after, outcome = place.run(SQL)
    assert after != before
    assert outcome.conversion.used == frozenset()


def test_a_file_is_not_converted_if_it_changes_before(place: Place) -> None:
    path = add_events(place, 1)
    task = place.scan()
    append(path)

    assert place.convert(task) is None

    assert place.files() == []


def test_a_removed_file_is_gone(place: Place) -> None:
    add_events(place, 1).unlink()
    add_events(place, 2, name="b.json")
    place.convert()

    assert len(place.run(SQL)[0]) == 1


@pytest.mark.parametrize("lines", [['{"customerid": 1}', '{"customerid": 2'], ['{"data": {}']])
def test_a_broken_file_is_not_converted(lines: list[str], place: Place) -> None:
    add_file(place.archive, *lines, name="broken.json")
    add_events(place, 1)

    assert place.convert() is None

    assert len(place.files()) == 1
    assert place.run("SELECT count(*) FROM events_v0")[0] == [f'"{len(lines) + 1}"']


def test_each_definition_of_a_table_has_its_own_files(place: Place) -> None:
    add_events(place, 1)
    place.convert()

    assert place.scan().used
    assert not place.scan(replace(EVENTS, columns=EVENTS.columns[1:])).used
    assert not place.scan(replace(EVENTS, serde=JsonSerde(case_insensitive=True))).used


def test_small_files_and_those_that_may_still_change_are_left(place: Place) -> None:
    status = add_events(place, 1).stat()

    def found(seconds: float, least_bytes: int = 0) -> int:
        now = status.st_ctime_ns + int(seconds * SECOND)
        task = place.scan(now=now, least_bytes=least_bytes, settled_seconds=2)
        return len(task.conversions)

    assert found(seconds=1.9) == 0
    assert found(seconds=2.1) == 1
    assert found(seconds=2.1, least_bytes=status.st_size) == 1
    assert found(seconds=2.1, least_bytes=status.st_size + 1) == 0


def test_those_unused_for_longest_make_room(place: Place) -> None:
    for number in range(3):
        add_events(place, number, name=f"{number}.json")
    task = place.scan()
    first, second, third = (each.target for each in task.conversions)
    place.convert(task)
    size = first.stat().st_size
    add_events(place, 3, name="3.json")
    (new,) = place.scan().conversions
    for age, path in enumerate((second, first, third)):
        os.utime(path, ns=(age * SECOND, age * SECOND))

    place.convert(ConversionTask((new,)), total_bytes=3 * size + size // 2)

    assert place.files() == sorted((first, third, new.target))


def test_a_statement_does_not_evict_its_own_files(place: Place) -> None:
    for number in range(3):
        add_events(place, number, name=f"{number}.json")
    task = place.scan()
    place.convert(replace(task, conversions=task.conversions[:1]))
    size = place.files()[0].stat().st_size

    for _ in range(2):
        assert place.convert(total_bytes=2 * size + size // 2) is None
        assert len(place.files()) == 2


def test_a_damaged_converted_file_is_replaced_by_the_file_itself(place: Place) -> None:
    add_events(place, 1, 2)
    first, _ = place.run(SQL)
    place.convert()
    (converted,) = place.files()
    converted.write_bytes(b"PAR1")

    assert place.run(SQL)[0] == first
    assert place.files() == []


def test_a_folder_that_cannot_be_written_is_reported(place: Place) -> None:
    add_events(place, 1)
    place.converted.write_text("a file")

    assert "File exists" in (place.convert() or "")


def test_a_full_disk_leaves_nothing_behind(place: Place) -> None:
    add_events(place, *range(100))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        trouble = place.convert()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert trouble
    assert "unfinished" in trouble
    assert place.files() == []
