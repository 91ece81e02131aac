"""Read the first records of a file of JSON lines, and tell what else a file is."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from data_hist.catalog.discovery.file_content import UnreadableFileError, is_compressed, read_chunks
from data_hist.catalog.discovery.limits import SampleLimits

_MAGIC: Final = (
    (b"PAR1", "Parquet"),
    (b"Obj\x01", "Avro"),
    (b"ORC", "ORC"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip without the suffix .gz, so that it is read as text; rename it"),
    (b"BZh", "bzip2 without the suffix .bz2, so that it is read as text; rename it"),
    (
        b"\x28\xb5\x2f\xfd",
        "Zstandard without the suffix .zst, so that it is read as text; rename it",
    ),
)
_TABLE_SUFFIXES: Final = {".csv", ".tsv"}
_CONVERT: Final = "convert it to JSON lines or Parquet"
# A line of UTF-8 begins so if a Windows program has written it.
_MARK: Final = b"\xef\xbb\xbf"


class JsonLines(NamedTuple):
    """What was read of a file.

    Attributes:
        records: JSON objects.
        broken: How many lines are none.
        fault: What is wrong with the file, and what to do; empty if nothing is.
    """

    records: list[dict[str, Any]]
    broken: int = 0
    fault: str = ""


def read_json_lines(path: Path, limits: SampleLimits) -> JsonLines:
    """Read records from the beginning, and of a large text also further on."""
    records: list[dict[str, Any]] = []
    broken, first, fault = 0, b"", ""
    try:
        for line in _sampled_lines(path, limits):
            first = first or line
            record = _parse(line)
            if record is None:
                broken += 1
            else:
                records.append(record)
    except UnreadableFileError as error:
        fault = f"is damaged or cannot be read ({error})"
    if not records and not fault:
        fault = _fault(path, first)
    return JsonLines(records, broken, fault)


def _sampled_lines(path: Path, limits: SampleLimits) -> Iterator[bytes]:
    starts = [0]
    if not is_compressed(path):
        size = path.stat().st_size
        if size > 4 * limits.file_bytes:
            starts = [0, size // 2, size - limits.file_bytes]
    for start in starts:
        lines = _lines(path, start, limits)
        if start:
            next(lines, None)  # the rest of a line
        yield from islice(lines, max(limits.records // len(starts), 1))


def _lines(path: Path, start: int, limits: SampleLimits) -> Iterator[bytes]:
    """Cut a file into lines; of one that is too long, the beginning is the last."""
    rest, done = b"", 0
    for chunk in read_chunks(path, start):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line.strip())
        done += len(chunk)
        if done > limits.file_bytes or len(rest) > limits.line_bytes:
            if len(rest) > limits.line_bytes:
                yield rest
            return
    if rest.strip():
        yield rest


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line.removeprefix(_MARK).decode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _fault(path: Path, first: bytes) -> str:
    """Tell what a file is that has no record."""
    for magic, name in _MAGIC:
        if first.startswith(magic):
            return f"is {name}" if ";" in name else f"is {name}; {_CONVERT}"
    text = first.removeprefix(_MARK).strip()
    faults = {
        "has no line": not text,
        f"is in UTF-16 or binary; {_CONVERT} in UTF-8": b"\x00" in text,
        f"is CSV or the like; {_CONVERT}": _is_separated(path, text),
        "is one JSON array; write each object on a line, as jq -c '.[]' does": text[:1] == b"[",
        "has JSON objects over several lines; write each on one, as jq -c does": text[:1] == b"{",
    }
    found = (fault for fault, is_there in faults.items() if is_there)
    return next(found, f"has no JSON objects; {_CONVERT}")


def _is_separated(path: Path, text: bytes) -> bool:
    is_table = any(text.count(each) >= 2 for each in (b",", b";", b"\t"))
    return path.suffix.lower() in _TABLE_SUFFIXES or (is_table and text[:1] not in b"{[")
