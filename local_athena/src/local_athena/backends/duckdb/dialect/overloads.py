"""Overloads of a function between which NULL, a value of no type, does not decide."""

from collections.abc import Sequence

from local_athena.backends.duckdb.dialect.signatures import Match, find_matches
from local_athena.backends.duckdb.dialect.types.trino_types import (
    INTEGERS,
    TIMESTAMP_TZ,
    UNKNOWN,
    TrinoType,
)

# Of the types of a family, Trino takes the one that is coerced to the others.
_FAMILIES = {
    **dict.fromkeys((*INTEGERS, "decimal", "real", "double"), "number"),
    **dict.fromkeys(("timestamp", TIMESTAMP_TZ), "date"),
    "char": "varchar",
}


def is_ambiguous(name: str, arguments: Sequence[TrinoType]) -> bool:
    """Tell whether NULLs among arguments leave open which scalar function is meant."""
    matches = [
        match
        for match in find_matches(name, arguments, exact=False)
        if not match.signature.is_aggregate
    ]
    matches = [match for match in matches if _casts_only_null(match, arguments)] or matches
    results = {str(match.result) for match in matches}
    meanings = {_meaning(match, arguments) for match in matches}
    return len(meanings) > 1 and len(results) > 1 and "unknown" not in results


def _casts_only_null(match: Match, arguments: Sequence[TrinoType]) -> bool:
    pairs = zip(match.parameters, arguments, strict=True)
    return all(argument in (UNKNOWN, parameter) for parameter, argument in pairs)


def _meaning(match: Match, arguments: Sequence[TrinoType]) -> tuple[str, ...]:
    """Tell of which families the parameters are that NULL is given for."""
    pairs = zip(match.parameters, arguments, strict=True)
    return tuple(_family(parameter) for parameter, argument in pairs if argument == UNKNOWN)


def _family(kind: TrinoType) -> str:
    if kind.name == "array":
        return f"array of {_family(kind.element)}"
    return _FAMILIES.get(kind.name, kind.name)
