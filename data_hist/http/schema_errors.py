"""Describe how a value violates its schema, by place, without repeating the value.

Field names are repeated, shortened; jsonschema's own messages would quote whole values.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from jsonschema import ValidationError

from data_hist.errors import FieldError
from data_hist.spelling import offer, sentence, short

_TOLD = 5
_OBJECT = "object"
_TEMPLATES = {
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


def field_errors(errors: Iterable[ValidationError]) -> Iterator[FieldError]:
    """Each fault of a body, an object's unknown fields one by one."""
    for error in errors:
        meant = _errors_as_object(error)
        if meant:
            yield from field_errors(meant)
        elif error.validator == "additionalProperties":
            yield from _unknown_fields(error)
        else:
            yield FieldError(_pointer(error.absolute_path), reason(error))


def summary(errors: Sequence[FieldError]) -> str:
    """The first of a body's faults in one sentence."""
    told = "; ".join(f"{error.pointer or 'the body'} {error.detail}" for error in errors[:_TOLD])
    more = f"; and {len(errors) - _TOLD} more" if len(errors) > _TOLD else ""
    return sentence(f"The body does not match the API specification: {told}{more}")


def reason(error: ValidationError) -> str:
    """What the schema asks for."""
    rule = str(error.validator)
    wanted: Any = error.validator_value
    instance: Any = error.instance
    if rule == "required":
        return f"lacks {', '.join(name for name in wanted if name not in instance)}"
    template = _TEMPLATES.get(rule, "is not what the API specification asks for")
    text = template.format(", ".join(map(str, wanted)) if isinstance(wanted, list) else wanted)
    if rule == "enum" and isinstance(instance, str):
        text += offer(instance, map(str, wanted))
    return text


def unknown_name(kind: str, name: str, allowed: Iterable[str]) -> str:
    """What is wrong with a name that stands in no schema."""
    known = sorted(allowed)
    listed = f"; the {kind}s are {', '.join(known)}" if known else ""
    return f"is not a known {kind}{offer(name, known) or listed}"


def pointer_to(name: str) -> str:
    """A name as a part of a JSON pointer (RFC 6901)."""
    return "/" + short(name).replace("~", "~0").replace("/", "~1")


def _errors_as_object(error: ValidationError) -> list[ValidationError]:
    """What an object has against the one alternative that is an object."""
    if error.validator != "anyOf" or not isinstance(error.instance, dict):
        return []
    alternatives: Any = error.validator_value
    objects = {number for number, each in enumerate(alternatives) if each.get("type") == _OBJECT}
    return [inner for inner in error.context or () if inner.schema_path[0] in objects]


def _unknown_fields(error: ValidationError) -> Iterator[FieldError]:
    instance: Any = error.instance
    schema: Any = error.schema
    for name in instance:
        if name not in schema["properties"]:
            place = _pointer(error.absolute_path) + pointer_to(name)
            yield FieldError(place, unknown_name("field", name, schema["properties"]))


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(pointer_to(str(part)) for part in path)
