"""Sketches of HyperLogLog, in the formats of Trino: few hashes as they are, or 4 bits of a bucket.

Hashes are those of MurmurHash3. A sketch is a function of the set of hashes alone.
"""

import math
import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_athena.backends.duckdb.dialect.binary.hash_arrays import (
    Words,
    hash_numbers,
    hash_texts,
)
from local_athena.backends.duckdb.dialect.failures import failure
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_Entries = NDArray[np.uint32]
_Values = NDArray[np.int64]

BITS = 12
# An entry of the sparse format: so many leading bits of a hash, and how many zeros follow.
_PREFIX_BITS = 26
_ZEROS_BITS = 6
_DENSE_V1, _SPARSE, _DENSE = 1, 2, 3
# The share of empty buckets from which on they tell more than the values of the others.
_LEAST_EMPTY = 0.4
_SMALL_ALPHAS = {4: 0.673, 5: 0.697, 6: 0.709}
_LEAST_BITS = 4
_MOST_BITS = 16
_MOST_DELTA = 15


@dataclass(frozen=True)
class Sketch:
    """Entries of the sparse format, or the values of all buckets."""

    bits: int
    entries: _Entries | None
    values: _Values


def _count_leading_zeros(words: Words) -> Words:
    """Count the leading zeros of words that are not zero."""
    count = np.zeros(len(words), np.uint64)
    for step in (32, 16, 8, 4, 2, 1):
        is_short = words < np.uint64(1 << (64 - step))
        words = np.where(is_short, words << np.uint64(step), words)
        count += np.where(is_short, np.uint64(step), np.uint64(0))
    return count


def _count_zeros_behind(hashes: Words, bits: int) -> Words:
    """Count the zeros behind the leading bits of hashes, at most all others."""
    return _count_leading_zeros(hashes << np.uint64(bits) | np.uint64(1 << (bits - 1)))


def find_most_added(bits: int) -> int:
    """Tell up to how many added hashes a sketch stays sparse: its memory grows by ten entries."""
    return ((1 << bits >> 3) + 3) // 10 * 10 + 1


def find_most_merged(bits: int) -> int:
    """Tell up to how many entries a sketch of merged ones stays sparse."""
    return 4 + (1 << bits >> 3)


def sketch_hashes(hashes: Words, bits: int, most: int) -> Sketch:
    """Make a sketch, which is sparse up to so many entries."""
    # Sorting all hashes takes longer than all else.
    first = hashes[: 2 * most] >> np.uint64(64 - _PREFIX_BITS)
    if len(np.unique(first)) > most:
        values = np.zeros(1 << bits, np.int64)
        buckets = (hashes >> np.uint64(64 - bits)).astype(np.int64)
        np.maximum.at(values, buckets, _count_zeros_behind(hashes, bits).astype(np.int64) + 1)
        return Sketch(bits, None, values)
    zeros = _count_zeros_behind(hashes, _PREFIX_BITS)
    entries = hashes >> np.uint64(64 - _PREFIX_BITS) << np.uint64(_ZEROS_BITS) | zeros
    return _make_sparse(bits, entries.astype(np.uint32), most)


def _sketch_as_bytes(hashes: Words) -> bytes:
    return _write(sketch_hashes(hashes, BITS, find_most_added(BITS)))


def _make_sparse(bits: int, entries: _Entries, most: int) -> Sketch:
    """Keep the entry with the most zeros of each prefix; too many make the sketch dense."""
    ordered = np.unique(entries)
    prefixes = ordered >> np.uint32(_ZEROS_BITS)
    is_last = np.append(prefixes[1:] != prefixes[:-1], np.ones(min(1, len(ordered)), bool))
    sketch = Sketch(bits, ordered[is_last], np.zeros(0, np.int64))
    return sketch if is_last.sum() <= most else _to_dense(sketch)


def _to_dense(sketch: Sketch) -> Sketch:
    if sketch.entries is None:
        return sketch
    bits, entries = sketch.bits, sketch.entries.astype(np.uint64)
    # The bits of the prefix behind the bucket, and a one for the end.
    rest = entries >> np.uint64(_ZEROS_BITS) << np.uint64(64 - _PREFIX_BITS + bits)
    between = _PREFIX_BITS - bits
    zeros = np.where(
        rest == 0,
        np.uint64(between) + (entries & np.uint64((1 << _ZEROS_BITS) - 1)),
        _count_leading_zeros(rest | np.uint64(1)),
    )
    values = np.zeros(1 << bits, np.int64)
    buckets = (entries >> np.uint64(32 - bits)).astype(np.int64)
    np.maximum.at(values, buckets, zeros.astype(np.int64) + 1)
    return Sketch(bits, None, values)


def _write(sketch: Sketch) -> bytes:
    if sketch.entries is not None:
        head = struct.pack("<BBH", _SPARSE, sketch.bits, len(sketch.entries))
        return head + sketch.entries.astype("<u4").tobytes()
    baseline = int(sketch.values.min())
    deltas = sketch.values - baseline
    short = np.minimum(deltas, _MOST_DELTA).astype(np.uint8)
    (buckets,) = np.nonzero(deltas > _MOST_DELTA)
    head = struct.pack("<BBB", _DENSE, sketch.bits, baseline)
    packed = (short[0::2] << 4 | short[1::2]).tobytes()
    overflows = (deltas[buckets] - _MOST_DELTA).astype(np.uint8).tobytes()
    places = buckets.astype("<u2").tobytes()
    return b"".join((head, packed, struct.pack("<H", len(buckets)), places, overflows))


def _read(content: bytes) -> Sketch:
    try:
        return _read_sparse(content) if content[0] == _SPARSE else _read_dense(content)
    except (IndexError, ValueError, struct.error) as error:
        raise failure("GENERIC_INTERNAL_ERROR", "Cannot deserialize HyperLogLog") from error


def _read_sparse(content: bytes) -> Sketch:
    _, bits, count = struct.unpack_from("<BBH", content)
    entries = np.frombuffer(content, "<u4", offset=4)
    if len(entries) != count or not 1 <= bits <= _PREFIX_BITS:
        raise ValueError
    return Sketch(bits, entries.astype(np.uint32), np.zeros(0, np.int64))


def _read_dense(content: bytes) -> Sketch:
    form, bits, baseline = struct.unpack_from("<BBB", content)
    if form not in (_DENSE_V1, _DENSE) or not 1 <= bits <= _MOST_BITS:
        raise ValueError
    packed = np.frombuffer(content, np.uint8, 1 << (bits - 1), 3).astype(np.int64)
    deltas = np.stack((packed >> 4, packed & _MOST_DELTA), axis=1).reshape(-1)
    read_overflows = _read_one_overflow if form == _DENSE_V1 else _read_overflows
    beyond = np.zeros(1 << bits, np.int64)
    for bucket, overflow in read_overflows(content[3 + len(packed) :]):
        beyond[bucket] = overflow
    return Sketch(bits, None, baseline + deltas + np.where(deltas == _MOST_DELTA, beyond, 0))


def _read_one_overflow(content: bytes) -> Iterator[tuple[int, int]]:
    bucket, overflow = struct.unpack("<hb", content)
    if bucket >= 0 and overflow > 0:
        yield bucket, overflow


def _read_overflows(content: bytes) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from("<H", content)
    _, *numbers = struct.unpack(f"<H{count}H{count}b", content)
    yield from zip(numbers[:count], numbers[count:], strict=True)


def _merge(contents: Sequence[bytes | None]) -> bytes | None:
    sketches = [_read(content) for content in contents if content is not None]
    if len(sketches) < 2:
        return _write(sketches[0]) if sketches else None
    bits = sketches[0].bits
    entries = [sketch.entries for sketch in sketches if sketch.entries is not None]
    if len(entries) == len(sketches):
        return _write(_make_sparse(bits, np.concatenate(entries), find_most_merged(bits)))
    if any(sketch.bits != bits for sketch in sketches):
        text = "Cannot merge HLLs with different number of buckets"
        raise failure("GENERIC_INTERNAL_ERROR", text)
    values = np.maximum.reduce([_to_dense(sketch).values for sketch in sketches])
    return _write(Sketch(bits, None, values))


def _estimate_content(content: bytes) -> int:
    return estimate(_read(content))


def estimate(sketch: Sketch) -> int:
    """Estimate how many values a sketch is of."""
    if sketch.entries is not None:
        total = 1 << _PREFIX_BITS
        return _round(_count_linearly(total - len(sketch.entries), total))
    total = len(sketch.values)
    empty = int((sketch.values == 0).sum())
    if empty > _LEAST_EMPTY * total:
        return _round(_count_linearly(empty, total))
    # Added one after the other, as Trino does.
    scale = 0.0
    for value in sketch.values.tolist():
        scale += 1 / (1 << value)
    return _round(_correct(_alpha(sketch.bits) * total * total / scale, sketch.bits))


def _correct(raw: float, bits: int) -> float:
    """Take off what an estimate is too high by, on average."""
    if bits < _LEAST_BITS:
        text = "The embedded endpoint does not support the cardinality of such a sketch"
        raise failure("NOT_SUPPORTED", text)
    cardinalities, estimates = _read_estimates(bits)
    if not estimates[0] <= raw <= estimates[-1]:
        return raw
    place = max(1, bisect_left(estimates, raw))
    low, high = estimates[place - 1], estimates[place]
    low_bias, high_bias = low - cardinalities[place - 1], high - cardinalities[place]
    return raw - ((raw - low) * (high_bias - low_bias) / (high - low) + low_bias)


@cache
def _read_estimates(bits: int) -> tuple[list[float], list[float]]:
    """Read cardinalities, and what the harmonic mean of the buckets is for each one."""
    table = Path(__file__).with_name("hyperloglog_estimates.txt").read_text(encoding="utf-8")
    part = table.partition(f"\n{bits} bits\n")[2]
    lines = takewhile(lambda line: not line.endswith("bits"), part.splitlines())
    pairs = [tuple(map(float, line.split())) for line in lines]
    return [cardinality for cardinality, _ in pairs], [raw for _, raw in pairs]


def _count_linearly(empty: int, total: int) -> float:
    return total * math.log(total / empty)


def _round(value: float) -> int:
    return math.floor(value + 0.5)


def _alpha(bits: int) -> float:
    return _SMALL_ALPHAS.get(bits, 0.7213 / (1 + 1.079 / (1 << bits)))


def _hash_bigints(values: Sequence[int | None]) -> bytes | None:
    present = np.array([value for value in values if value is not None], np.int64)
    return _sketch_as_bytes(hash_numbers(present)) if len(present) else None


def _hash_doubles(values: Sequence[float | None]) -> bytes | None:
    present = np.array([value for value in values if value is not None], np.float64)
    present[np.isnan(present)] = np.nan
    return _sketch_as_bytes(hash_numbers(present.view(np.int64))) if len(present) else None


def _hash_varchars(values: Sequence[str | None]) -> bytes | None:
    present = [value for value in values if value is not None]
    return _sketch_as_bytes(hash_texts(present)) if present else None


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_sketch_bigints", _hash_bigints, ["BIGINT[]"], "BLOB"),
    ("athena_sketch_doubles", _hash_doubles, ["DOUBLE[]"], "BLOB"),
    ("athena_sketch_texts", _hash_varchars, ["VARCHAR[]"], "BLOB"),
    ("athena_merge_sketches", _merge, ["BLOB[]"], "BLOB"),
    ("athena_sketch_cardinality", _estimate_content, ["BLOB"], "BIGINT"),
)
