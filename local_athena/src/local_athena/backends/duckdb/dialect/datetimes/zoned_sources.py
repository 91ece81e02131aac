"""Texts that name a time zone, each its own: read where the zone of a single value can be kept.

Elsewhere they are taken to be of UTC, as nearly all are, so that the times can be grouped; another
zone fails when it is met.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import locate_time
from local_athena.backends.duckdb.dialect.types.time_values import (
    MICROSECONDS,
    PICOSECONDS,
    change_digits,
    with_zone,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    TIMESTAMP_TZ,
    TIMESTAMP_UTC,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.type_resolution import resolve_type
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, evaluate_once

_WITH_ROW_ZONES = replace(TIMESTAMP_UTC, zone=None)


def translate_zoned(translator: Translator, node: exp.Expr) -> Typed:
    """Translate an expression whose value is used with its own zone, and not kept."""
    bare = node.unnest()
    if isinstance(bare, exp.Cast) and not isinstance(bare, exp.TryCast):
        return _translate_cast(translator, bare) or translator.translate(node)
    name = bare.name.lower() if isinstance(bare, exp.Anonymous) else ""
    if _ARGUMENTS.get(name) != len(bare.expressions):
        return translator.translate(node)
    before = len(translator.statement.scans)
    arguments = [translator.translate(each) for each in bare.expressions]
    are_constant = all(argument.constant is not None for argument in arguments)
    if are_constant or any(argument.type.name != "varchar" for argument in arguments):
        del translator.statement.scans[before:]
        return translator.translate(node)
    return _FUNCTIONS[name](*(argument.sql for argument in arguments))


def _translate_cast(translator: Translator, node: exp.Cast) -> Typed | None:
    target = resolve_type(translator, node.args["to"])
    if target.name != TIMESTAMP_TZ or isinstance(node.this, exp.Literal):
        return None
    before = len(translator.statement.scans)
    source = translator.translate(node.this)
    if source.type.name != "varchar":
        del translator.statement.scans[before:]
        return None
    return read_zoned(source.sql, replace(target, zone=None))


def read_zoned(text: str, kind: TrinoType) -> Typed:
    """Read a text with its own zone as a timestamp with time zone of a type."""
    read = replace(kind, precision=PICOSECONDS if kind.is_fine else MICROSECONDS)
    zone = f"athena_zone_of({text})"
    if kind.is_fine:
        local, below = (
            f"athena_timestamp_of_picos(athena_read_picos({text}))",
            f"athena_picos_below(athena_read_picos({text}))",
        )
    else:
        local, below = f"athena_cast_timestamp({text})", None
    return Typed(
        *change_digits(locate_time(local, read, zone, below=below), read, kind.precision or 0)
    )


def _from_iso8601(text: str) -> Typed:
    def read(name: str) -> str:
        zone = f"athena_iso8601_zone({name})"
        return with_zone(f"athena_iso8601({name})", zone, _WITH_ROW_ZONES)

    return Typed(evaluate_once(text, read), _WITH_ROW_ZONES)


def _parse_datetime(text: str, pattern: str) -> Typed:
    local = f"make_timestamp(athena_parse_datetime({text}, {pattern}, TRUE))"
    zone = f"athena_parsed_zone({text}, {pattern})"
    return Typed(locate_time(local, _WITH_ROW_ZONES, zone), _WITH_ROW_ZONES)


_ARGUMENTS = {"from_iso8601_timestamp": 1, "parse_datetime": 2}
_FUNCTIONS: dict[str, Callable[..., Typed]] = {
    "from_iso8601_timestamp": _from_iso8601,
    "parse_datetime": _parse_datetime,
}
