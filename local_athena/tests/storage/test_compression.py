"""Compressed files in a statement: paths in errors, bounded memory, and what DuckDB may open."""

import bz2
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import cramjam
import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.database import Database
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.byte_source import DamagedFileError
from local_athena.backends.duckdb.storage.compression import read_content
from local_athena.errors import StatementFailure

from tests.archive_tree import CATALOG, add_file

PLACE = "events/dt=2026-11-20/hr=00/min=10"
LATIN_1 = b'{"customerid": 1, "tags": "gr\xf6\xdfe"}\n'
BOMB_BYTES = 32 * 1024 * 1024
LARGEST_CHUNK = 128 * 1024


def hadoop(content: bytes, compress: Callable[[bytes], bytes], block: int = 200_000) -> bytes:
    """Write blocks of one chunk each."""
    written = b""
    for start in range(0, len(content), block):
        part = content[start : start + block]
        chunk = compress(part)
        written += len(part).to_bytes(4) + len(chunk).to_bytes(4) + chunk
    return written


def snappy(content: bytes) -> bytes:
    return hadoop(content, lambda part: bytes(cramjam.snappy.compress_raw(part)))


def lz4(content: bytes) -> bytes:
    return hadoop(content, lambda part: bytes(cramjam.lz4.compress_block(part, store_size=False)))


def zst(content: bytes) -> bytes:
    return bytes(cramjam.zstd.compress(content))


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".zst": zst,
    ".deflate": zlib.compress,
    ".snappy": snappy,
    ".lz4": lz4,
}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "worker").mkdir()
    return tmp_path / "archive", tmp_path / "worker"


def run(folders: tuple[Path, Path], sql: str) -> list[str]:
    """Run a statement as a worker does; return the lines of its result."""
    archive, worker = folders
    database = Database(Archive(archive), worker, "200MB", 2)
    plan = dialect.translate(sql, CATALOG, "data_hist")
    try:
        database.run(plan, worker / "result", lambda: False)
    finally:
        database.close()
    return (worker / "result").read_text().splitlines()[1:]


def test_a_statement_reads_every_codec(folders: tuple[Path, Path]) -> None:
    for number, (suffix, compress) in enumerate(COMPRESSORS.items()):
        lines = b"".join(b'{"customerid": %d}\n' % number for _ in range(5000))
        add_file(folders[0], name=f"a.json{suffix}").write_bytes(compress(lines))

    sql = 'SELECT customerid, count(*), max("$path") FROM events_v0 GROUP BY 1 ORDER BY 1'

    assert run(folders, sql) == [
        f'"{number}","5000","s3://archive/{PLACE}/a.json{suffix}"'
        for number, suffix in enumerate(COMPRESSORS)
    ]


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_odd_bytes_are_read_from_a_copy(suffix: str, folders: tuple[Path, Path]) -> None:
    content = LATIN_1 + b'{"customerid": 2}\r{"customerid": 3}'
    add_file(folders[0], name=f"a{suffix}").write_bytes(COMPRESSORS[suffix](content))

    assert run(folders, "SELECT count(customerid) FROM events_v0") == ['"3"']


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_a_damaged_file_fails_with_its_path(suffix: str, folders: tuple[Path, Path]) -> None:
    whole = COMPRESSORS[suffix](LATIN_1 * 3)
    add_file(folders[0], name="a.json").write_bytes(LATIN_1)
    add_file(folders[0], name=f"b{suffix}").write_bytes(whole[:-2])

    with pytest.raises(StatementFailure) as raised:
        run(folders, "SELECT count(*) FROM events_v0")

    assert raised.value.name == "HIVE_CANNOT_OPEN_SPLIT"
    assert f"{PLACE}/b{suffix}" in raised.value.text
    assert str(folders[0]) not in raised.value.text


def test_lzo_is_refused_by_name(folders: tuple[Path, Path]) -> None:
    add_file(folders[0], name="a.lzo").write_bytes(b"\x89LZO")

    with pytest.raises(StatementFailure, match=f"NOT_SUPPORTED: .* with LZO: {PLACE}/a.lzo"):
        run(folders, "SELECT count(*) FROM events_v0")


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_chunks_are_small_whatever_a_file_holds(suffix: str, tmp_path: Path) -> None:
    bomb = tmp_path / f"bomb{suffix}"
    bomb.write_bytes(COMPRESSORS[suffix](bytes(BOMB_BYTES)))

    sizes = [len(chunk) for chunk in read_content(str(bomb))]

    assert sum(sizes) == BOMB_BYTES
    assert max(sizes) <= LARGEST_CHUNK


@pytest.mark.parametrize("suffix", [".snappy", ".lz4"])
@pytest.mark.parametrize("length", [2**31 - 1, 2**26 + 1, 2**26])
def test_claimed_lengths_take_no_memory(suffix: str, length: int, tmp_path: Path) -> None:
    hostile = tmp_path / f"hostile{suffix}"
    hostile.write_bytes(2 * length.to_bytes(4) + b"abc")

    with pytest.raises(DamagedFileError):
        list(read_content(str(hostile)))


def test_a_claimed_size_of_snappy_takes_no_memory(tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.snappy"
    chunk = b"\xff\xff\xff\xff\x07abc"
    hostile.write_bytes((2**31 - 1).to_bytes(4) + len(chunk).to_bytes(4) + chunk)

    with pytest.raises(DamagedFileError, match="larger"):
        list(read_content(str(hostile)))
