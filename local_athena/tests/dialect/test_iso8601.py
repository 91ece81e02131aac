"""The usual forms of ISO 8601 are read by DuckDB, and give what the function in Python gives."""

import random
from collections.abc import Iterator

from local_athena.backends.duckdb.dialect.datetimes.iso8601 import parse_iso8601

from tests.dialect.running import Endpoint

_COUNT = 3000
_CLOCKS = ("", "T", "T{h}", "T{h}:{m}", "T{h}:{m}:{s}", "T{h}:{m}:{s}.{f}", "T{h}:{m}:{s},{f}")
# TRY does not catch the refusal of an offset beyond 14 hours.
_OFFSETS = ("", "Z", "z", "+{o}", "-{o}{m}", "+{o}:{m}")


def _texts() -> Iterator[str]:
    chance = random.Random(20241)  # noqa: S311 - the same texts in every run
    for _ in range(_COUNT):
        year = chance.choice([1, 24, 1969, 1970, 2000, 2023, 2024, 9999])
        date = f"{year:04d}-{chance.randint(1, 12):02d}-{chance.randint(1, 31):02d}"
        form = chance.choice(_CLOCKS) + chance.choice(_OFFSETS)
        most = {"h": 25, "m": 61, "s": 60, "o": 13}
        parts = {name: chance.randint(0, greatest) for name, greatest in most.items()}
        digits = chance.randint(1, 10)
        fraction = f"{chance.randint(0, 10**digits - 1):0{digits}d}"
        yield date + form.format(f=fraction, **{k: f"{v:02d}" for k, v in parts.items()})


def _expected(text: str) -> int | None:
    try:
        return parse_iso8601(text).utc
    except ValueError:
        return None


def test_reads_moments_as_the_function_in_python_does(endpoint: Endpoint) -> None:
    """Both read what is a moment, and neither what is none."""
    texts = sorted(set(_texts()))
    values = ", ".join(f"('{text}')" for text in texts)
    sql = (
        "SELECT x, try(CAST(to_unixtime(from_iso8601_timestamp(x) AT TIME ZONE 'UTC') * 1000"
        f" AS bigint)) FROM (VALUES {values}) AS t(x) ORDER BY x"
    )
    found = {text: None if value is None else int(value) for text, value in endpoint.run(sql).rows}
    assert found == {text: _expected(text) for text in texts}
