"""Compare the translation of a statement with the parsing in it.

`python -m benchmarks.translation` translates each statement that a real Trino has answered for the
tests of the dialect, and prints percentiles beside those of sqlglot's parser alone.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlglot
from local_athena.backends.duckdb import dialect
from local_athena.errors import MalformedQuery, StatementFailure
from local_athena.tables import Catalog

_GOLDENS = Path(__file__).parents[1] / "local_athena/tests/dialect/goldens"
_PERCENTILES = (50, 90, 99, 99.9, 100)
_CATALOG = Catalog([])


def _read_statements() -> Iterator[str]:
    for path in sorted(_GOLDENS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["sql"]


def _translate(sql: str) -> Any:
    return dialect.translate(sql, _CATALOG, "data_hist")


def _parse(sql: str) -> Any:
    return sqlglot.parse_one(sql, dialect="athena")


def _measure(function: Callable[[str], Any], sql: str) -> float:
    """Return the processor milliseconds of a call, which may fail."""
    started = time.process_time()
    with suppress(MalformedQuery, StatementFailure, sqlglot.errors.SqlglotError):
        function(sql)
    return (time.process_time() - started) * 1000


def main() -> None:
    """Print a line for each percentile."""
    statements = list(_read_statements())
    for sql in statements[:500]:
        _measure(_translate, sql)
    pairs = [(_measure(_translate, sql), _measure(_parse, sql)) for sql in statements]
    translations, parsings = (sorted(times) for times in zip(*pairs, strict=True))
    print(f"{len(statements):,} statements")
    for percentile in _PERCENTILES:
        index = min(int(len(pairs) * percentile / 100), len(pairs) - 1)
        print(f"{percentile:5} % {translations[index]:7.2f} ms, parsing {parsings[index]:6.2f} ms")


if __name__ == "__main__":
    main()
