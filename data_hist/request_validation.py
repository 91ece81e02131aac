"""The contract's checks on a request, with answers that tell the place and never the value.

Connexion's own validators put the submitted value into the answer and into the log, answer a body
that is not UTF-8 with a 500, and let duplicate keys pass.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any

from connexion.exceptions import ExtraParameterProblem
from connexion.json_schema import Draft4RequestValidator
from connexion.validators import AbstractRequestBodyValidator, ParameterValidator
from jsonschema import Draft4Validator, ValidationError
from starlette.types import Scope

from data_hist.errors import FieldError, InvalidRequest
from data_hist.wire_json import JsonError, loads

_MOST_ERRORS = 20


class StrictBodyValidator(AbstractRequestBodyValidator):
    """Checks a JSON body against its schema."""

    async def _parse(self, stream: AsyncGenerator[bytes, None], scope: Scope) -> Any:
        body = b"".join([chunk async for chunk in stream])
        try:
            return loads(body)
        except JsonError as error:
            raise InvalidRequest(str(error)) from None

    def _validate(self, body: Any) -> None:
        errors = Draft4RequestValidator(self._schema).iter_errors(body)
        found = [_field_error(error) for error, _ in zip(errors, range(_MOST_ERRORS), strict=False)]
        if found:
            raise InvalidRequest(_summary("body", found), errors=found)


class StrictParameterValidator(ParameterValidator):
    """Checks path, query and header parameters against their schemas."""

    def validate_request(self, request: Any) -> None:
        """Check all parameters of a request."""
        try:
            super().validate_request(request)
        except ExtraParameterProblem:
            raise InvalidRequest("A query parameter is not part of the contract.") from None

    @staticmethod
    def validate_parameter(
        parameter_type: str, value: Any, param: Mapping[str, Any], param_name: str | None = None
    ) -> None:
        """Check one parameter; `param` is its definition in the spec."""
        name = param["name"]
        if value is None:
            if param.get("required"):
                raise InvalidRequest(f"The {parameter_type} parameter {name} is missing.")
            return
        for error in Draft4Validator(param["schema"]).iter_errors(value):
            reason = FieldError(f"/{name}", _reason(error))
            raise InvalidRequest(_summary(f"{parameter_type} parameter", [reason]), errors=[reason])


VALIDATORS = {
    "parameter": StrictParameterValidator,
    "body": {"application/json": StrictBodyValidator},
}


def _summary(part: str, errors: Iterable[FieldError]) -> str:
    return (
        f"The {part} breaks the contract: "
        + "; ".join(f"{error.pointer or 'the whole'} {error.detail}" for error in errors)
        + "."
    )


def _field_error(error: ValidationError) -> FieldError:
    pointer = "".join(f"/{_escaped(str(part))}" for part in error.absolute_path)
    return FieldError(pointer, _reason(error))


def _escaped(part: str) -> str:
    return part[:64].replace("~", "~0").replace("/", "~1")


def _reason(error: ValidationError) -> str:
    """What the schema wants; jsonschema's own message would repeat the value."""
    rule = str(error.validator)
    wanted: Any = error.validator_value
    schema: Any = error.schema
    instance: Any = error.instance
    if rule == "required":
        return f"lacks {', '.join(name for name in wanted if name not in instance)}"
    if rule == "additionalProperties":
        return f"has a field that is not one of {', '.join(sorted(schema['properties']))}"
    sentence = _SENTENCES.get(rule, "is not what the contract asks for")
    return sentence.format(", ".join(map(str, wanted)) if isinstance(wanted, list) else wanted)


_SENTENCES = {
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
