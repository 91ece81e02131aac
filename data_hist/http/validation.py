"""Validate requests against the API specification; errors name the place, never the value.

Connexion's own validators repeat the submitted value in the response and in the log, answer a body
that is not UTF-8 with a 500, and accept duplicate keys.
"""

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from connexion.json_schema import Draft4RequestValidator
from connexion.validators import AbstractRequestBodyValidator, ParameterValidator
from jsonschema import Draft4Validator, ValidationError
from jsonschema.validators import extend
from starlette.types import Scope

from data_hist.errors import FieldError, InvalidRequest, QueryTooLarge
from data_hist.http.schema_errors import field_errors, pointer_to, reason, summary, unknown_name
from data_hist.spelling import sentence, short
from data_hist.sql_guard import MAX_SQL_BYTES
from data_hist.strict_json import JsonError, loads

_MOST_ERRORS = 10
_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)


class StrictBodyValidator(AbstractRequestBodyValidator):
    """Checks a JSON body against its schema."""

    async def _parse(self, stream: AsyncGenerator[bytes, None], scope: Scope) -> Any:
        body = b"".join([chunk async for chunk in stream])
        try:
            return loads(body)
        except JsonError as error:
            raise InvalidRequest(str(error)) from None

    def _validate(self, body: Any) -> None:
        errors = list(islice(_BodySchema(self._schema).iter_errors(body), _MOST_ERRORS))
        if any(map(_is_too_long_sql, errors)):
            raise QueryTooLarge(f"A query is at most {MAX_SQL_BYTES:,} bytes of SQL.")
        found = list(islice(field_errors(errors), _MOST_ERRORS))
        if found:
            raise InvalidRequest(summary(found), errors=found)


class StrictParameterValidator(ParameterValidator):
    """Checks path, query and header parameters against their schemas."""

    def validate_request(self, request: Any) -> None:
        """Check all parameters of a request."""
        self._check_spelling(request.scope["query_string"])
        super().validate_request(request)

    def _check_spelling(self, query_string: bytes) -> None:
        """Refuse what Connexion would read its own way: 1_0, a second value for a parameter."""
        given = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
        known = [definition["name"] for definition in self.parameters["query"]]
        for name, _ in given:
            if name not in known:
                raise _parameter_error("query", name, unknown_name("parameter", name, known))
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
        """Check one parameter; `param` is its definition in the spec."""
        name = param["name"]
        if value is None:
            if param.get("required"):
                raise _parameter_error(parameter_type, name, "is missing")
            return
        for error in _parameter_schema(param["schema"]).iter_errors(value):
            raise _parameter_error(parameter_type, name, reason(error))


def _parameter_error(kind: str, name: str, fault: str) -> InvalidRequest:
    return InvalidRequest(
        sentence(f"The {kind} parameter '{short(name)}' {fault}"),
        errors=[FieldError(pointer_to(name), fault)],
    )


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    """The keyword as JSON Schema means it: in Python `$` also matches before a last newline."""
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
    """What checks a parameter: it takes longer to make than to use.

    It holds its schema, so that no other schema can have the same identity.
    """
    found = _parameter_schemas.get(id(schema))
    if found is None:
        found = _parameter_schemas[id(schema)] = _ParameterSchema(schema)
    return found


def _is_too_long_sql(error: ValidationError) -> bool:
    """Characters are not bytes, but more of them than bytes allowed is the same problem."""
    return error.validator == "maxLength" and list(error.absolute_path) == ["query"]


VALIDATORS = {
    "parameter": StrictParameterValidator,
    "body": {"application/json": StrictBodyValidator},
}
