"""From the text of `-p` to the value of a `?`."""

import argparse
import difflib
import json
import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

_TYPES = (
    *("boolean", "tinyint", "smallint", "integer", "int", "bigint", "real", "double", "decimal"),
    *("varchar", "char", "date", "time", "timestamp", "timestamp with time zone", "json"),
    "varbinary",
)
# What to write for the types that have no literal, and for the names of other databases.
_ADVICE = {
    "array": "CAST(json_parse(?) AS array(...))",
    "bool": "boolean:",
    "datetime": "timestamp:",
    "float": "real: or double:",
    "interval": "the interval itself",
    "ipaddress": "CAST(? AS ipaddress)",
    "map": "CAST(json_parse(?) AS map(...))",
    "numeric": "decimal:",
    "row": "CAST(json_parse(?) AS row(...))",
    "string": "varchar:",
    "text": "varchar:",
    "time with time zone": "CAST(? AS time with time zone)",
    "timestamptz": "timestamp with time zone:",
    "uuid": "CAST(? AS uuid)",
    "blob": "varbinary:",
    "bytes": "varbinary:",
}
_TYPED = re.compile(
    r"(?P<name>[a-z]\w*)\s*(?P<size>\([^:]*\))?(?P<zone>(?: with(?:out)? time zone)?)"
    r"(?P<range>(?: (?:day|year) to (?:second|month))?):(?P<value>.*)",
    re.DOTALL | re.IGNORECASE,
)
_SIZED = re.compile(r"decimal\(\d+(,\d+)?\)|(var)?char\(\d+\)")
_NUMBER = re.compile(r"-?((0|[1-9]\d*)(\.\d*)?|\.\d+)(?P<exponent>[eE][+-]?\d+)?")
_MISSPELT = 0.85
# Other options of the command are no values.
_MINUS_VALUE = re.compile(r"-(?![-fohp]?$|-).*", re.DOTALL)


def attach_values(parser: argparse.ArgumentParser) -> None:
    """Let the values of a parser's `-p` begin with `-`, as negative numbers and texts do."""
    parse = parser.parse_known_args

    def parse_attached(args: Sequence[str] | None = None, namespace: Any = None) -> Any:
        return parse(None if args is None else list(_attached(args)), namespace)

    setattr(parser, "parse_known_args", parse_attached)  # noqa: B010 - mypy: it is a method


def _attached(arguments: Sequence[str]) -> Iterator[str]:
    rest = iter(arguments)
    for argument in rest:
        value = next(rest, None) if argument in ("-p", "--param") else None
        if value is None:
            yield argument
        elif _MINUS_VALUE.fullmatch(value):
            yield f"--param={value}"
        else:
            yield from (argument, value)


def parameter(text: str) -> Any:
    """Read a value: `TYPE:VALUE`, a number, true, false or null, or else a text."""
    encodable(text)
    if number := _NUMBER.fullmatch(text):
        return _number(text, has_exponent=number["exponent"] is not None)
    if text in ("true", "false", "null"):
        return json.loads(text)
    typed = _TYPED.fullmatch(text)
    return text if typed is None else _typed(typed)


def encodable(text: str) -> str:
    """Return an argument, unless it was not in the encoding of the terminal."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise argparse.ArgumentTypeError("is not valid UTF-8") from error
    return text


def _number(text: str, *, has_exponent: bool) -> int | float | Decimal:
    """Read a number as a double if that keeps its digits, and as a decimal otherwise."""
    exact = Decimal(text)
    if text.lstrip("-").isdecimal():
        return int(exact) if abs(exact) < 2**63 else exact
    value = float(text)
    if has_exponent:
        if math.isinf(value) or (exact and not value):
            raise argparse.ArgumentTypeError("is a number that no double can hold")
        return value
    return value if Decimal(repr(value)) == exact else exact


def _typed(found: re.Match[str]) -> Any:
    name = " ".join(f"{found['name']}{found['zone']}".lower().split())
    size = re.sub(r"\s", "", found["size"] or "")
    is_type = name in _TYPES and not found["range"]
    if is_type and (not size or _SIZED.fullmatch(f"{name}{size}")):
        return {"type": f"{name}{size}", "value": found["value"]}
    if is_type or name in _ADVICE:
        raise _no_type(name, size)
    if likely := difflib.get_close_matches(name, _TYPES, n=1, cutoff=_MISSPELT):
        raise argparse.ArgumentTypeError(
            f"has the unknown type {name}; did you mean {likely[0]}:? A text begins with varchar:"
        )
    return found[0]


def _no_type(name: str, size: str) -> argparse.ArgumentTypeError:
    written = _ADVICE.get(name)
    advice = f"{name}: without a size" if written is None else written
    return argparse.ArgumentTypeError(
        f"has the type {name}{size}, of which there are no values: write {advice}. "
        "A text begins with varchar:"
    )
