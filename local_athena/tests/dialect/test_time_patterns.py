"""DuckDB reads the usual texts of a pattern, and gives what the function in Python gives."""

import random
from collections.abc import Iterator

import duckdb
import pytest
from duckdb.func import FunctionNullHandling
from local_athena.backends.duckdb.dialect.datetimes.calendar_fields import FIELDS, Field
from local_athena.backends.duckdb.dialect.datetimes.field_resolution import resolve_fields
from local_athena.backends.duckdb.dialect.datetimes.pattern_letters import (
    compile_joda,
    compile_mysql,
)
from local_athena.backends.duckdb.dialect.datetimes.strptime_patterns import find_fast_pattern
from local_athena.backends.duckdb.dialect.datetimes.time_patterns import (
    Element,
    Moment,
    format_moment,
    parse_moment,
)
from local_athena.backends.duckdb.dialect.failures import LastingFailure

from tests.dialect.running import Endpoint

_PATTERNS, _TEXTS, _MOMENTS = 80, 40, 3000
_COMPILERS = {"date_parse": compile_mysql, "parse_datetime": compile_joda}
_LETTERS = {
    "date_parse": "%Y %Y %Y %m %d %H %i %s %f %b %M %c %e %k %h %p %T %r %y %j %a %l %S %x %%",
    "parse_datetime": "yyyy yyyy YYYY MM dd HH mm ss SSS SSSSSS MMM MMMM M d H Z y yy hh a E DDD S",
}
_LITERALS = ("", "-", "/", ":", " ", ".", ", ", "  ", "5", "%%")
_USUAL = {
    "date_parse": (
        *("%Y-%m-%d %H:%i:%s", "%Y-%m-%dT%H:%i:%s.%f", "%Y%m%d%H%i%s", "%m/%d/%Y", "%Y"),
        *("%d/%b/%Y:%T", "%M %e, %Y %h:%i %p", "%c/%e/%Y %r", "%Y-%m-%dT%TZ", "%Y-%m-%d"),
    ),
    "parse_datetime": (
        *("yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssZ", "dd/MMM/yyyy:HH:mm:ss Z", "yyyyMMdd"),
        *("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "M/d/yyyy h:mm a", "MMMM d, yyyy", "YYYY-MM-dd"),
    ),
}
_CHANGES = "0159 -:/.TZaAPpm+"


def _patterns(name: str, chance: random.Random) -> Iterator[str]:
    yield from _USUAL[name]
    letters = _LETTERS[name].split()
    for _ in range(_PATTERNS):
        parts = chance.sample(letters, chance.randint(1, 6))
        yield "".join(part + chance.choice(_LITERALS) for part in parts)


def _texts(elements: tuple[Element, ...], chance: random.Random) -> Iterator[str]:
    """Texts of moments, most of them changed."""
    for _ in range(_TEXTS):
        moment = Moment(chance.randint(-(10**13), 10**13), "UTC")
        text = format_moment(elements, moment)
        for _ in range(chance.randint(0, 2)):
            place = chance.randint(0, len(text))
            kept = place + chance.randint(0, 1)
            text = text[:place] + chance.choice(["", *_CHANGES]) + text[kept:]
        yield chance.choice([text, text, text.lower(), text.upper()])


def _read(elements: tuple[Element, ...], text: str) -> Moment | None:
    try:
        return parse_moment(elements, text)
    except LastingFailure:
        # An offset that no zone has; it is left out, as another zone is.
        return Moment(0, "unknown")
    except ValueError:
        return None


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("name", _COMPILERS)
def test_reads_moments_as_the_elements_of_the_pattern_do(endpoint: Endpoint, name: str) -> None:
    """Patterns and texts by chance; neither reads what is none."""
    chance = random.Random(20242)  # noqa: S311 - the same ones in every run
    for pattern in _patterns(name, chance):
        elements = _COMPILERS[name](pattern)
        read = {text: _read(elements, text) for text in _texts(elements, chance)}
        expected = {
            text: None if moment is None else moment.local
            for text, moment in read.items()
            if moment is None or moment.zone in (None, "UTC")
        }
        values = ", ".join(f"({_quote(text)})" for text in expected)
        moment_sql = f"CAST({name}(x, {_quote(pattern)}) AS timestamp)"
        sql = (
            f"SELECT x, try(date_diff('millisecond', timestamp '1970-01-01', {moment_sql}))"
            f" FROM (VALUES {values}) AS t(x)"
        )
        rows = endpoint.run(sql).rows
        found = {text: None if value is None else int(value) for text, value in rows}
        assert found == expected, pattern


@pytest.mark.parametrize(
    ("name", "pattern"), [(name, each) for name, usual in _USUAL.items() for each in usual]
)
def test_calls_python_only_for_unusual_texts(name: str, pattern: str) -> None:
    """Of a usual pattern, DuckDB reads every text that the pattern itself writes."""
    elements = _COMPILERS[name](pattern)
    fast = find_fast_pattern(elements)
    assert fast is not None
    usual = [format_moment(elements, Moment(day * 86_399_000, "UTC")) for day in range(5000)]
    called: list[str] = []
    with duckdb.connect() as connection:
        connection.create_function(
            "slow",
            called.append,
            ["VARCHAR"],
            "TIMESTAMP",
            null_handling=FunctionNullHandling.SPECIAL,
        )
        sql = f"SELECT count(coalesce({fast.read('x')}, slow(x))) FROM unnest(?) AS t(x)"
        connection.execute(sql, [[*usual[:2500], "unusual", *usual[2500:]]])
        assert connection.fetchall() == [(len(usual),)]
    assert called == ["unusual"]


def test_resolves_a_usual_date_as_all_fields_do() -> None:
    """An era has no short way, and changes nothing."""
    chance = random.Random(20243)  # noqa: S311 - the same ones in every run
    names = ["monthOfYear", "dayOfMonth", "hourOfDay", "minuteOfHour", "secondOfMinute"]
    for _ in range(_MOMENTS):
        chosen = chance.sample(names, chance.randint(0, len(names)))
        values = [(FIELDS[name], chance.randint(0, 32)) for name in chosen]
        values.append((FIELDS["year"], chance.randint(1, 9999)))
        assert _resolve(values) == _resolve([*values, (FIELDS["era"], 1)])


def _resolve(values: list[tuple[Field, int]]) -> int | str:
    try:
        return resolve_fields(values)
    except ValueError as error:
        return str(error)
