"""Validate requests against the API specification; errors name the field, never quote the value.

Connexion's validators repeat submitted values in the response and in the log, answer a body that is
not UTF-8 with a 500, and accept duplicate keys.
"""

import json
import math
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from connexion.json_schema import Draft4RequestValidator
from connexion.validators import AbstractRequestBodyValidator, ParameterValidator
from jsonschema import Draft4Validator, ValidationError
from jsonschema.validators import extend
from starlette.types import Scope

from data_hist.errors import FieldError, InvalidRequest, QueryTooLarge
from data_hist.spelling import offer, sentence, short

_MAX_ERRORS = 10
_MAX_SUMMARISED = 5
_MAX_DEPTH = 20
_MAX_INTEGER_DIGITS = 20
_STRINGS = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BRACKETS = re.compile(r"[][{}]")
_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)

# jsonschema's own messages quote whole values; these quote only the schema.
_REASONS = {
    "type": "must be of type {}",
    "enum": "must be one of {}",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "maxItems": "must have at most {} items",
    "pattern": "must match {}",
    "anyOf": "must be null, a boolean, a number, a string or an object of type and value",
}


class StrictBodyValidator(AbstractRequestBodyValidator):
    """Validates a JSON body."""

    async def _parse(self, stream: AsyncGenerator[bytes, None], scope: Scope) -> Any:
        body = b"".join([chunk async for chunk in stream])
        return parse_json(body)

    def _validate(self, body: Any) -> None:
        errors = list(islice(_BodySchema(self._schema).iter_errors(body), _MAX_ERRORS))
        for error in filter(_is_too_long_sql, errors):
            raise QueryTooLarge(f"A query is at most {error.validator_value:,} bytes of SQL.")
        found = list(islice(_field_errors(errors), _MAX_ERRORS))
        if found:
            raise InvalidRequest(_summary(found), errors=found)


class StrictParameterValidator(ParameterValidator):
    """Validates path, query and header parameters."""

    def validate_request(self, request: Any) -> None:
        """Validate all parameters of a request."""
        self._check_spelling(request.scope["query_string"])
        super().validate_request(request)

    def _check_spelling(self, query_string: bytes) -> None:
        """Refuse what Connexion reads in its own way, such as `1_0` or a repeated parameter."""
        given = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
        known = [definition["name"] for definition in self.parameters["query"]]
        for name, _ in given:
            if name not in known:
                raise _parameter_error("query", name, _unknown_name("parameter", name, known))
        for definition in self.parameters["query"]:
            name = definition["name"]
            values = [value for key, value in given if key == name]
            if len(values) > 1:
                raise _parameter_error("query", name, "stands twice")
            if definition["schema"].get("type") == "integer" and not all(
                map(_INTEGER.fullmatch, values)
            ):
                raise _parameter_error("query", name, "must be of type integer")

    @staticmethod
    def validate_parameter(
        parameter_type: str, value: Any, param: Mapping[str, Any], param_name: str | None = None
    ) -> None:
        """Validate one parameter; `param` is its definition in the specification."""
        name = param["name"]
        if value is None:
            if param.get("required"):
                raise _parameter_error(parameter_type, name, "is missing")
            return
        for error in _parameter_schema(param["schema"]).iter_errors(value):
            raise _parameter_error(parameter_type, name, _reason(error))


VALIDATORS = {
    "parameter": StrictParameterValidator,
    "body": {"application/json": StrictBodyValidator},
}


def parse_json(body: bytes) -> Any:
    """Parse a body, and refuse what parsers disagree about.

    That is duplicate keys, NaN, lone surrogates, NUL and unlimited depth.

    Raises:
        InvalidRequest: It is not UTF-8, not JSON, or such JSON; the detail quotes no value.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not UTF-8.") from None
    if _depth(text) > _MAX_DEPTH:
        raise InvalidRequest(f"The body is nested deeper than {_MAX_DEPTH} levels.")
    try:
        document = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_bounded_integer,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        raise InvalidRequest(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    for string in _strings(document):
        _check_string(string)
    return document


def _depth(text: str) -> int:
    """Return the deepest nesting of brackets outside strings."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        twice = next(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )
        raise InvalidRequest(f"The body names the field '{short(twice)}' twice.")
    return document


def _no_constant(_name: str) -> NoReturn:
    raise InvalidRequest("NaN and Infinity are not JSON.")


def _bounded_integer(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_DIGITS:
        raise InvalidRequest("The body contains an integer with too many digits.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise InvalidRequest("The body contains a number beyond the range of a double.")
    return number


def _strings(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from _strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from _strings(value)


def _check_string(string: str) -> None:
    if "\0" in string:
        raise InvalidRequest("The body contains a NUL character.")
    try:
        string.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidRequest("The body contains half of a surrogate pair.") from None


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    """Apply the keyword as JSON Schema means it: Python's `$` also matches before a newline."""
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError("does not match", validator="pattern", validator_value=pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


# jsonschema leaves this one function without types.
_BodySchema = extend(Draft4RequestValidator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
_ParameterSchema = extend(Draft4Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]

_parameter_schemas: dict[int, Any] = {}


def _parameter_schema(schema: Mapping[str, Any]) -> Any:
    """Return the validator of a parameter, which takes longer to make than to use.

    The validator holds its schema, so that no other schema gets the same identity.
    """
    found = _parameter_schemas.get(id(schema))
    if found is None:
        found = _parameter_schemas[id(schema)] = _ParameterSchema(schema)
    return found


def _is_too_long_sql(error: ValidationError) -> bool:
    """Whether the SQL has more characters than bytes are allowed, and so too many bytes."""
    return error.validator == "maxLength" and list(error.absolute_path) == ["query"]


def _parameter_error(kind: str, name: str, fault: str) -> InvalidRequest:
    return InvalidRequest(
        sentence(f"The {kind} parameter '{short(name)}' {fault}"),
        errors=[FieldError(_pointer([name]), fault)],
    )


def _field_errors(errors: Iterable[ValidationError]) -> Iterator[FieldError]:
    """List the faults of a body, one for each unknown field."""
    for error in errors:
        nested = _errors_as_object(error)
        if nested:
            yield from _field_errors(nested)
        elif error.validator == "additionalProperties":
            yield from _unknown_fields(error)
        # The SQL guard refuses the unknown type of a parameter, and says which one was meant.
        elif error.validator != "pattern" or error.absolute_path[-1] != "type":
            yield FieldError(_pointer(error.absolute_path), _reason(error))


def _errors_as_object(error: ValidationError) -> list[ValidationError]:
    """Return what an object violates in the one alternative of `anyOf` that is an object."""
    if error.validator != "anyOf" or not isinstance(error.instance, dict):
        return []
    alternatives: Any = error.validator_value
    objects = {number for number, each in enumerate(alternatives) if each.get("type") == "object"}
    return [inner for inner in error.context or () if inner.schema_path[0] in objects]


def _unknown_fields(error: ValidationError) -> Iterator[FieldError]:
    instance: Any = error.instance
    schema: Any = error.schema
    for name in instance:
        if name not in schema["properties"]:
            pointer = _pointer([*error.absolute_path, name])
            yield FieldError(pointer, _unknown_name("field", name, schema["properties"]))


def _summary(errors: Sequence[FieldError]) -> str:
    listed = "; ".join(
        f"{error.pointer or 'the body'} {error.detail}" for error in errors[:_MAX_SUMMARISED]
    )
    rest = len(errors) - _MAX_SUMMARISED
    more = f"; and {rest} more" if rest > 0 else ""
    return sentence(f"The body does not match the API specification: {listed}{more}")


def _reason(error: ValidationError) -> str:
    """Say what the schema demands."""
    rule = str(error.validator)
    wanted: Any = error.validator_value
    instance: Any = error.instance
    if rule == "required":
        return f"lacks {', '.join(name for name in wanted if name not in instance)}"
    template = _REASONS.get(rule, "is not what the API specification asks for")
    text = template.format(", ".join(map(str, wanted)) if isinstance(wanted, list) else wanted)
    if rule == "enum" and isinstance(instance, str):
        text += offer(instance, map(str, wanted))
    return text


def _unknown_name(kind: str, name: str, allowed: Iterable[str]) -> str:
    known = sorted(allowed)
    listed = f"; the {kind}s are {', '.join(known)}" if known else ""
    return f"is not a known {kind}{offer(name, known) or listed}"


def _pointer(path: Iterable[str | int]) -> str:
    """Write a path as a JSON pointer (RFC 6901), with long names shortened."""
    return "".join("/" + short(str(part)).replace("~", "~0").replace("/", "~1") for part in path)
