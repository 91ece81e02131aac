"""Trino's hashes of values, and the order in which its hash tables for aggregates hold keys."""

import struct
from collections.abc import Sequence

from local_athena.backends.duckdb.dialect.binary.hashes import hash_xx
from local_athena.backends.duckdb.dialect.types.trino_types import (
    DAY_TO_SECOND,
    TIME_TZ,
    TIMESTAMP_TZ,
    YEAR_TO_MONTH,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_MASK = (1 << 64) - 1
_MULTIPLIERS = (0xC2B2AE3D27D4EB4F, 0x9E3779B185EBCA87)
_GROUP = 8
_MOST_DIGITS = 38
# In picoseconds.
_MICROSECOND, _MILLISECOND = 10**6, 10**9
# Up to how many digits values of a type are in 64 bits.
_SHORT = {"decimal": 18, "timestamp": 6, TIMESTAMP_TZ: 3, "time": 6, TIME_TZ: 6}


def _hash_number(value: int) -> int:
    mixed = (value * _MULTIPLIERS[0]) & _MASK
    return (((mixed << 31) | (mixed >> 33)) * _MULTIPLIERS[1]) & _MASK


def _order_numbers(keys: Sequence[int]) -> list[int]:
    return _order_hashes([_hash_number(key) for key in keys])


def _order_bytes(hashes: Sequence[bytes]) -> list[int]:
    return _order_hashes([int.from_bytes(digest) for digest in hashes])


def _order_hashes(hashes: Sequence[int]) -> list[int]:
    """List positions in the order of a table."""
    capacity = 16
    slots: dict[int, int] = {}
    for position, digest in enumerate(hashes):
        slots[_free_slot(slots, capacity, digest)] = position
        if len(slots) >= capacity // 16 * 15:
            capacity *= 2
            slots = _rehash(slots, capacity, hashes)
    return [slots[slot] + 1 for slot in sorted(slots)]


def _free_slot(slots: dict[int, int], capacity: int, digest: int) -> int:
    start, step = (digest >> 7) & (capacity - 1), 1
    while True:
        for offset in range(_GROUP):
            slot = (start + offset) & (capacity - 1)
            if slot not in slots:
                return slot
        start = (start + step) & (capacity - 1)
        step += _GROUP


def _rehash(slots: dict[int, int], capacity: int, hashes: Sequence[int]) -> dict[int, int]:
    grown: dict[int, int] = {}
    for slot in sorted(slots):
        grown[_free_slot(grown, capacity, hashes[slots[slot]])] = slots[slot]
    return grown


def _group_places(order: Sequence[int], repeats: Sequence[bool]) -> list[list[int]]:
    """Group the places of equal items, given the order and which sorted items repeat the last.

    The groups are in the order of their first places.
    """
    groups: list[list[int]] = []
    for place, repeat in zip(order, repeats, strict=True):
        if repeat:
            groups[-1].append(place)
        else:
            groups.append([place])
    return sorted(map(sorted, groups))


def _hash_bigint(value: int) -> bytes:
    return _hash_number(value).to_bytes(8)


def _hash_double(value: float) -> bytes:
    # Zero has one hash, with either sign.
    return _hash_bigint(struct.unpack(">q", struct.pack(">d", value or 0.0))[0])


def _hash_real(value: float) -> bytes:
    return _hash_bigint(struct.unpack(">i", struct.pack(">f", value or 0.0))[0])


def _xxhash_bigint(value: int) -> bytes:
    return hash_xx(struct.pack("<q", value)).to_bytes(8)


def _xxhash_double(value: float) -> bytes:
    return hash_xx(struct.pack("<d", value or 0.0)).to_bytes(8)


def _xxhash_real(value: float) -> bytes:
    return _xxhash_bigint(struct.unpack("<i", struct.pack("<f", value or 0.0))[0])


def _xxhash_wide(value: int) -> bytes:
    content = value.to_bytes(16, "little", signed=True)
    return (hash_xx(content[:8]) ^ hash_xx(content[8:])).to_bytes(8)


def _combine_entries(entries: Sequence[Sequence[bytes | None]]) -> bytes:
    pairs = ([int.from_bytes(digest or b"") for digest in entry] for entry in entries)
    return (sum(key ^ value for key, value in pairs) & _MASK).to_bytes(8)


def _combine(hashes: Sequence[bytes | None], seed: int) -> bytes:
    combined = seed
    for digest in hashes:
        combined = (31 * combined + int.from_bytes(digest or b"")) & _MASK
    return combined.to_bytes(8)


def order_as_hash_table(keys: str, kind: TrinoType) -> str | None:
    """Write the places of a list of keys in the order of a table; None if it is not known."""
    if kind.is_integer:
        return f"athena_order_numbers(CAST({keys} AS BIGINT[]))"
    digest = write_hash("k", kind)
    return digest and f"athena_order_bytes(list_transform({keys}, lambda k: {digest}))"


def write_hash(value: str, kind: TrinoType, function: str = "hash", depth: int = 0) -> str | None:
    """Write the hash of a value, in 8 bytes; None if it is not known.

    Args:
        value: SQL of the value.
        kind: Its type.
        function: `xxhash` for the hashes of sketches and checksums. Those of fields are others.
        depth: How many structures are around it.
    """
    if kind.name in ("array", "map"):
        return _write_hash_of_items(value, kind, function, depth)
    if kind.name == "row":
        return _write_hash_of_row(value, kind, depth)
    number = write_number(value, kind)
    if number is not None:
        return f"athena_{function}_bigint({number})"
    if kind.name in ("real", "double"):
        return f"athena_{function}_{kind.name}({value})"
    wide = write_wide(value, kind)
    if wide is not None:
        return f"athena_xxhash_wide({wide})"
    template = _HASHES.get(kind.name)
    return template and template.format(value)


def _write_hash_of_items(value: str, kind: TrinoType, function: str, depth: int) -> str | None:
    name = f"k{depth}"
    if kind.name == "array":
        item = write_hash(name, kind.element, function, depth + 1)
        return item and f"athena_combine(list_transform({value}, lambda {name}: {item}), 0)"
    key = write_hash(f"{name}.key", kind.key, function, depth + 1)
    item = write_hash(f"{name}.value", kind.value, function, depth + 1)
    entries = f"list_transform(map_entries({value}), lambda {name}: [{key}, {item}])"
    return f"athena_combine_entries({entries})" if key and item else None


def _write_hash_of_row(value: str, kind: TrinoType, depth: int) -> str | None:
    fields = [
        write_hash(f"({value}).f{number}", part, depth=depth)
        for number, part in enumerate(kind.parameters, 1)
    ]
    known = [field for field in fields if field]
    combined = f"athena_combine([{', '.join(known)}], 1)"
    is_known = len(known) == len(fields)
    return f"CASE WHEN ({value}) IS NOT NULL THEN {combined} END" if is_known else None


def write_number(value: str, kind: TrinoType) -> str | None:
    """Write the number of 64 bits that Trino holds for a value, if it does so for its type."""
    if kind.is_integer:
        return value
    if kind.name == "time" and kind.is_fine:
        return f"CAST({value} AS BIGINT)"
    limit = _SHORT.get(kind.name)
    if limit is not None and (kind.precision or 0) > limit:
        return None
    template = _NUMBERS.get(kind.name)
    return template and template.format(value)


def write_wide(value: str, kind: TrinoType) -> str | None:
    """Write both numbers of 64 bits that Trino holds for a value of many digits, as one of 128."""
    if (kind.precision or 0) <= _SHORT.get(kind.name, _MOST_DIGITS):
        return None
    if kind.name == "decimal":
        return f"CAST(replace(CAST({value} AS VARCHAR), '.', '') AS HUGEINT)"
    if kind.name == "timestamp":
        return f"athena_wide({value}, {_MICROSECOND})"
    if kind.name == TIMESTAMP_TZ:
        moment = value if kind.is_fine else f"CAST(epoch_us({value}) AS HUGEINT) * {_MICROSECOND}"
        return f"athena_wide({moment}, {_MILLISECOND})"
    return None


_NUMBERS = {
    "decimal": "CAST(replace(CAST({} AS VARCHAR), '.', '') AS BIGINT)",
    "date": "{} - DATE '1970-01-01'",
    "time": "epoch_us({}) * 1000000",
    "timestamp": "epoch_us({})",
    TIMESTAMP_TZ: "epoch_ms({})",
    TIME_TZ: "epoch_us({}) * 1000",
    DAY_TO_SECOND: "epoch_us({}) // 1000",
    YEAR_TO_MONTH: "athena_interval_months({})",
}
# By type: the bytes of a text.
CONTENTS = {
    "varchar": "encode({})",
    "char": "encode(rtrim({}, ' '))",
    "varbinary": "{}",
    "json": "encode({})",
}
# By type: the 16 bytes that are hashed in two halves.
HALVES = {"ipaddress": "athena_ip_address_bytes({})", "uuid": "athena_uuid_bytes({})"}
_HASHES = {
    "boolean": "athena_hash_boolean({})",
    "unknown": "CAST(NULL AS BLOB)",
    **{name: f"athena_xxhash64({content})" for name, content in CONTENTS.items()},
    **{name: f"athena_xxhash64_halves({halves})" for name, halves in HALVES.items()},
}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_group_places", _group_places, ["BIGINT[]", "BOOLEAN[]"], "BIGINT[][]"),
    ("athena_order_numbers", _order_numbers, ["BIGINT[]"], "BIGINT[]"),
    ("athena_order_bytes", _order_bytes, ["BLOB[]"], "BIGINT[]"),
    ("athena_hash_bigint", _hash_bigint, ["BIGINT"], "BLOB"),
    ("athena_hash_double", _hash_double, ["DOUBLE"], "BLOB"),
    ("athena_hash_real", _hash_real, ["FLOAT"], "BLOB"),
    ("athena_xxhash_bigint", _xxhash_bigint, ["BIGINT"], "BLOB"),
    ("athena_xxhash_double", _xxhash_double, ["DOUBLE"], "BLOB"),
    ("athena_xxhash_real", _xxhash_real, ["FLOAT"], "BLOB"),
    ("athena_xxhash_wide", _xxhash_wide, ["HUGEINT"], "BLOB"),
    ("athena_combine_entries", _combine_entries, ["BLOB[][]"], "BLOB"),
    ("athena_combine", _combine, ["BLOB[]", "INTEGER"], "BLOB"),
)
