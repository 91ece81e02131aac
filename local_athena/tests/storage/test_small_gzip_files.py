"""Which gzip files DuckDB reads by itself, and how often they are examined."""

import gzip
import random
from dataclasses import replace
from pathlib import Path

import pytest
from local_athena.backends.duckdb.storage.partitions import DataFile
from local_athena.backends.duckdb.storage.small_gzip_files import SmallGzipFiles

# Without the time, or the processes that share the tests would each name them otherwise.
WHOLE = gzip.compress(b'{"a":1}\n' * 100, mtime=0)
DEFLATED = WHOLE[10:]


def header(flags: int) -> bytes:
    return b"\x1f\x8b\x08" + bytes([flags]) + WHOLE[4:10]


def write(folder: Path, content: bytes, name: str = "a.json.gz") -> DataFile:
    path = folder / name
    path.write_bytes(content)
    return DataFile(str(path), len(content), 1)


@pytest.mark.parametrize("content", [WHOLE, header(8) + b"a.json\0" + DEFLATED])
def test_a_whole_member_is_included(content: bytes, tmp_path: Path) -> None:
    assert SmallGzipFiles().includes(write(tmp_path, content))


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        WHOLE[:-1],
        WHOLE[:-8] + b"1234" + WHOLE[-4:],
        WHOLE[:-4] + b"1234",
        WHOLE + WHOLE,
        WHOLE + b"garbage",
        header(16) + b"comment\0" + DEFLATED,
        header(0xE0) + DEFLATED,
        gzip.compress(bytes(4 * 1024 * 1024), mtime=0),
        gzip.compress(random.Random(1).randbytes(40_000), mtime=0),  # noqa: S311 - nothing to compress
    ],
)
def test_anything_else_is_not(content: bytes, tmp_path: Path) -> None:
    assert not SmallGzipFiles().includes(write(tmp_path, content))


@pytest.mark.parametrize("name", ["a.json", "a.json.GZ", "a.zst"])
def test_other_names_are_not(name: str, tmp_path: Path) -> None:
    assert not SmallGzipFiles().includes(write(tmp_path, WHOLE, name))


def test_each_version_is_examined_once(tmp_path: Path) -> None:
    files = SmallGzipFiles()
    file = write(tmp_path, WHOLE)
    assert files.includes(file)

    Path(file.path).unlink()

    assert files.includes(file)
    assert not files.includes(replace(file, modified_ns=2))
