"""Goldens: statements with the answers that a real Trino gave, in JSON lines sorted by statement.

A golden has `types` and `rows`, or `error` with `message` and `position`. `known` names the cause
for which the embedded engine answers otherwise; `hangs` the cause for which it must not be asked.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "dialect" / "goldens"

_NESTED = re.compile(r"\([^()]*\)")
_TEXT = re.compile(r"'(?:[^']|'')*'")

Row = list[str | None]


@dataclass(frozen=True)
class Golden:
    """A statement of Athena's SQL, and its right answer."""

    sql: str
    types: list[str] | None = None
    rows: list[Row] | None = None
    error: str | None = None
    message: str | None = None
    position: list[int] | None = None
    known: str | None = None
    hangs: str | None = None

    def marked(self, *, known: str | None) -> "Golden":
        """The same answer with another mark."""
        return replace(self, known=known)


def golden_files() -> list[Path]:
    """Every file of goldens, one for each feature."""
    return sorted(FOLDER.glob("*.jsonl"))


def read_goldens(path: Path) -> list[Golden]:
    """Read the goldens of one feature, or none where there is no file."""
    if not path.exists():
        return []
    return [Golden(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def write_goldens(path: Path, goldens: Iterable[Golden]) -> None:
    """Write goldens so that a change of one is a change of one line."""
    ordered = sorted({golden.sql: golden for golden in goldens}.items())
    text = "".join(f"{_line(golden)}\n" for _, golden in ordered)
    path.write_text(text, encoding="utf-8")


def order_rows(sql: str, rows: list[Row]) -> list[Row]:
    """Sort the rows of a statement whose result has no order of its own."""
    return rows if _is_ordered(sql) else sorted(rows, key=_sort_key)


def _sort_key(row: Row) -> list[tuple[bool, str]]:
    return [(value is None, value or "") for value in row]


def _is_ordered(sql: str) -> bool:
    """Whether ORDER BY stands outside of all parentheses."""
    flat, count = _TEXT.sub("", sql), 1
    while count:
        flat, count = _NESTED.subn("", flat)
    return "ORDER BY" in flat.upper()


def _line(golden: Golden) -> str:
    fields = {name: value for name, value in asdict(golden).items() if value is not None}
    # One of these ends a line for `str.splitlines`.
    text = json.dumps(fields, ensure_ascii=False)
    for mark in "\x7f\x85\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
