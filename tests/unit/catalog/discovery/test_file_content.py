"""Each codec of JSON lines is read, and other files are told by what they are."""

import bz2
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import cramjam
import pyarrow
import pytest

from data_hist.catalog.discovery.file_content import UnreadableFileError, read_chunks
from data_hist.catalog.discovery.json_lines import read_json_lines
from data_hist.catalog.discovery.limits import SampleLimits

CONTENT = b"".join(b'{"number": %d}\n' % number for number in range(40_000))
BLOCK, CHUNK = 300_000, 262_144


def hadoop(compress: Callable[[bytes], bytes]) -> bytes:
    """Write several chunks in a block, each behind its length."""
    written = b""
    for start in range(0, len(CONTENT), BLOCK):
        block = CONTENT[start : start + BLOCK]
        written += len(block).to_bytes(4)
        for place in range(0, len(block), CHUNK):
            chunk = bytes(compress(block[place : place + CHUNK]))
            written += len(chunk).to_bytes(4) + chunk
    return written


COMPRESSED = {
    "a.gz": gzip.compress(CONTENT),
    "a.bz2": bz2.compress(CONTENT),
    "a.zst": pyarrow.compress(CONTENT, "zstd", asbytes=True),
    "a.deflate": zlib.compress(CONTENT),
    "a.snappy": hadoop(cramjam.snappy.compress_raw),
    "a.lz4": hadoop(lambda chunk: cramjam.lz4.compress_block(chunk, store_size=False)),
}


@pytest.mark.parametrize("name", COMPRESSED)
def test_codec(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(COMPRESSED[name])

    assert b"".join(read_chunks(file)) == CONTENT


@pytest.mark.parametrize("name", COMPRESSED)
@pytest.mark.parametrize("damage", [lambda data: data[:1_000], lambda _: b"{}"])
def test_damage_is_told(tmp_path: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    file = tmp_path / name
    file.write_bytes(damage(COMPRESSED[name]))

    with pytest.raises(UnreadableFileError):
        list(read_chunks(file))
    assert "is damaged or cannot be read" in read_json_lines(file, SampleLimits()).fault or (
        read_json_lines(file, SampleLimits()).records
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"a,b,c\n1,2,3\n", "is CSV or the like"),
        ("a", b"a;b;c\n1;2;3\n", "is CSV or the like"),
        ("a.json", b'[{"a": 1}]', "is one JSON array"),
        ("a.json", json.dumps({"a": {"b": 1}}, indent=2).encode(), "over several lines"),
        ("a.json", '{"a": 1}\n'.encode("utf-16"), "is in UTF-16"),
        ("a.gzip", gzip.compress(b"{}", mtime=0), "is gzip without the suffix .gz"),
        ("a.avro", b"Obj\x01abc", "is Avro; convert it"),
        ("a.txt", b"Hello\n", "has no JSON objects"),
        ("a.json", b"\n\n", "has no line"),
        ("a.json", b'{"a": "' + b"x" * 2_000_000, "over several lines"),
    ],
)
def test_other_files_are_told(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    found = read_json_lines(file, SampleLimits())

    assert found.records == []
    assert told in found.fault


def test_broken_lines_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b'\xef\xbb\xbf{"a": 1}\n\noops\n{"a": "\xff"}\n[1]\n{"b": 2}')

    found = read_json_lines(file, SampleLimits())

    assert found.records == [{"a": 1}, {"a": "\N{REPLACEMENT CHARACTER}"}, {"b": 2}]
    assert (found.broken, found.fault) == (2, "")


def test_a_large_text_is_read_at_three_places(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(CONTENT)

    found = read_json_lines(file, SampleLimits(records=30, file_bytes=50_000))

    numbers = [record["number"] for record in found.records]
    assert numbers[:10] == list(range(10))
    assert numbers == sorted(numbers)
    assert 18_000 < numbers[10] < 22_000
    assert numbers[20] > 36_000
    assert found.broken == 0
