"""The process that converts files: when it is started, how it ends, and what it leaves."""

import logging
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from local_athena.backends.duckdb.converter import Converter, ConverterLimits
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.converted_files import (
    ConversionOptions,
    ConversionTask,
    ConvertedFiles,
)

from tests.archive_tree import EVENTS, add_file
from tests.clients import AthenaSession
from tests.endpoint import endpoint_process
from tests.processes import children_of, is_running
from tests.waiting import wait_until

LIMITS = ConverterLimits(10**9, 4 * 10**9)
LARGE = 400_000
SQL = "SELECT count(DISTINCT customerid) FROM data_hist.events_v0"


@pytest.fixture
def options(tmp_path: Path) -> ConversionOptions:
    return ConversionOptions(tmp_path / "converted", 10**9, least_bytes=0, settled_seconds=0)


@pytest.fixture
def converter(tmp_path: Path, options: ConversionOptions) -> Iterator[Converter]:
    started = Converter(tmp_path / "archive", options, LIMITS)
    yield started
    started.close()


def add_events(folder: Path, records: int, name: str = "a.json") -> None:
    lines = (f'{{"customerid": {number}, "data": {{"a": 1}}}}' for number in range(records))
    add_file(folder / "archive", *lines, name=name)


def scan(folder: Path, options: ConversionOptions) -> ConversionTask:
    converted = ConvertedFiles(options)
    Archive(folder / "archive", converted).scan(EVENTS)
    return converted.task


def started_pid(others: set[int]) -> int:
    (pid,) = wait_until(lambda: set(children_of(os.getpid())) - others, "a process starts")
    return pid


def unfinished(options: ConversionOptions) -> list[Path]:
    return list(options.folder.glob("*.unfinished"))


def start_writing(folder: Path, converter: Converter, options: ConversionOptions) -> int:
    """Convert a large file; return the process that is writing it."""
    add_events(folder, LARGE)
    others = set(children_of(os.getpid()))
    converter.start(scan(folder, options))
    pid = started_pid(others)
    wait_until(lambda: unfinished(options), "it writes")
    return pid


def test_it_converts_each_file_once(
    tmp_path: Path, converter: Converter, options: ConversionOptions
) -> None:
    add_events(tmp_path, 10)
    add_file(tmp_path / "archive", "{", name="broken.json")
    task = scan(tmp_path, options)
    others = set(children_of(os.getpid()))

    converter.start(task)
    converter.start(task)
    pid = started_pid(others)
    converter.join()
    converter.start(task)

    assert not is_running(pid)
    assert set(children_of(os.getpid())) == others
    after = scan(tmp_path, options)
    assert (len(after.used), len(after.conversions)) == (1, 1)


def test_a_converted_file_that_had_to_make_room_is_written_again(
    tmp_path: Path, converter: Converter, options: ConversionOptions
) -> None:
    add_events(tmp_path, 10)
    task = scan(tmp_path, options)
    converter.start(task)
    converter.join()
    converter.start(scan(tmp_path, options))
    task.conversions[0].target.unlink()

    converter.start(task)
    converter.join()

    assert task.conversions[0].target.exists()


def test_it_has_the_lowest_priority_and_ends_when_it_is_closed(
    tmp_path: Path, converter: Converter, options: ConversionOptions
) -> None:
    others = set(children_of(os.getpid()))
    pid = start_writing(tmp_path, converter, options)
    assert os.getpriority(os.PRIO_PROCESS, pid) == 19

    converter.close()

    assert not is_running(pid)
    assert list(options.folder.iterdir()) == []
    converter.start(scan(tmp_path, options))
    assert set(children_of(os.getpid())) == others


def test_what_a_killed_process_leaves_is_never_read_and_removed_by_the_next(
    tmp_path: Path, converter: Converter, options: ConversionOptions
) -> None:
    pid = start_writing(tmp_path, converter, options)

    os.kill(pid, signal.SIGKILL)
    converter.join()

    assert unfinished(options)
    assert not scan(tmp_path, options).used
    add_events(tmp_path, 10, name="b.json")
    (new,) = (each for each in scan(tmp_path, options).conversions if each.file.size < 1000)
    converter.start(ConversionTask((new,)))
    converter.join()
    assert list(options.folder.iterdir()) == [new.target]


def test_a_folder_that_cannot_be_written_is_logged_once(
    tmp_path: Path,
    converter: Converter,
    options: ConversionOptions,
    caplog: pytest.LogCaptureFixture,
) -> None:
    add_events(tmp_path, 10)
    add_events(tmp_path, 20, name="b.json")
    options.folder.write_text("a file")
    task = scan(tmp_path, options)

    with caplog.at_level(logging.WARNING):
        for conversion in task.conversions:
            converter.start(replace(task, conversions=(conversion,)))
            converter.join()

    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert str(options.folder) in record.getMessage()


def test_an_endpoint_reads_a_file_once_and_keeps_what_it_read(tmp_path: Path) -> None:
    add_events(tmp_path, 5000)
    data, state = tmp_path / "archive", tmp_path / "state"
    # A file that has changed within two seconds is not converted, and nothing asks again later.
    for path in data.rglob("*.json"):
        os.utime(path, (0, 0))
    converted = state / "converted"

    def run(session: AthenaSession) -> tuple[bytes, int]:
        execution = session.run(SQL)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        scanned = execution["Statistics"]["DataScannedInBytes"]
        return session.result_file(execution), scanned

    with endpoint_process(data, state) as endpoint:
        session = AthenaSession(endpoint.url)
        first = run(session)
        # Meanwhile or not, whoever asks gets the same; asked without end, it would hardly come on.
        assert [run(session) for _ in range(3)] == [first] * 3
        wait_until(lambda: list(converted.glob("*.parquet")), "a file")
        assert run(session) == first
    (kept,) = converted.iterdir()
    os.utime(kept, (0, 0))
    with endpoint_process(data, state) as endpoint:
        assert run(AthenaSession(endpoint.url)) == first
    assert list(converted.iterdir()) == [kept]
    assert kept.stat().st_mtime_ns > 0


def test_an_endpoint_may_convert_nothing(tmp_path: Path) -> None:
    add_events(tmp_path, 5000)
    data, state = tmp_path / "archive", tmp_path / "state"

    with endpoint_process(data, state, max_converted_bytes=0) as endpoint:
        execution = AthenaSession(endpoint.url).run(SQL)

    assert execution["Status"]["State"] == "SUCCEEDED"
    assert not (state / "converted").exists()
