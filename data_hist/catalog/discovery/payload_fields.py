"""Count the fields of JSON payloads, which a catalog may raise to columns."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from data_hist.catalog.discovery.value_kinds import NESTED, choose_type, json_value, kind_of

_MOST_FIELDS: Final = 40
_MOST_PATHS: Final = 5_000
_LEAST_SHARE: Final = 0.01
_MOST_DEPTH: Final = 4
_MAX_PATH_CHARS: Final = 80
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNWRITABLE: Final = re.compile(r'["\\\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff]')


class PayloadField(NamedTuple):
    """A field of payloads.

    Attributes:
        path: Its path, such as `$.user.name`.
        keys: The keys on the way.
        type: The type of a column of it.
        payloads: How many payloads have it.
        groups: The groups of records that have it, in order.
    """

    path: str
    keys: tuple[str, ...]
    type: str
    payloads: int
    groups: tuple[str, ...]


def payload_fields(values: Sequence[Any], groups: Sequence[str]) -> list[PayloadField]:
    """List the fields of the payloads among the values, the most frequent ones first.

    Args:
        values: The values of a column.
        groups: The group of records that each belongs to, such as a service.
    """
    counts: dict[tuple[str, ...], Counter[str]] = {}
    found_in: dict[tuple[str, ...], set[str]] = {}
    for value, group in zip(values, groups, strict=True):
        payload = json_value(value)
        for keys, kind in _fields(payload, ()) if isinstance(payload, dict) else ():
            if keys in counts or len(counts) < _MOST_PATHS:
                counts.setdefault(keys, Counter())[kind] += 1
                found_in.setdefault(keys, set()).add(group)
    fields = [
        PayloadField(_path(keys), keys, _type(kinds), kinds.total(), tuple(sorted(found_in[keys])))
        for keys, kinds in counts.items()
        if kinds.total() >= len(values) * _LEAST_SHARE
    ]
    shown = (field for field in fields if len(field.path) <= _MAX_PATH_CHARS)
    return sorted(shown, key=lambda field: (-field.payloads, field.path))[:_MOST_FIELDS]


def is_payload(values: Sequence[Any]) -> bool:
    """Whether most values are JSON objects, or the texts of ones."""
    objects = sum(isinstance(json_value(value), dict) for value in values)
    return bool(values) and 2 * objects > len(values)


def _fields(
    payload: dict[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in payload.items():
        keys = (*above, key)
        if _UNWRITABLE.search(key) or not key:
            continue
        if isinstance(value, dict) and len(keys) < _MOST_DEPTH:
            yield from _fields(value, keys)
        elif value is not None:
            yield keys, kind_of(value)


def _path(keys: Sequence[str]) -> str:
    steps = (f".{key}" if _PLAIN.fullmatch(key) else f'["{key}"]' for key in keys)
    return "$" + "".join(steps)


def _type(kinds: Counter[str]) -> str:
    return "json" if kinds.keys() <= NESTED else choose_type(kinds)
