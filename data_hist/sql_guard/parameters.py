"""Bind the parameters of a query: replace each `?` by the literal of its value."""

from collections.abc import Mapping, Sequence

from data_hist.errors import FieldError, InvalidRequest, StatementNotAllowed
from data_hist.pruning.time_values import (
    Shape,
    Value,
    exactly,
    parse_moment_ms,
    parse_number,
    parse_time_text,
)
from data_hist.spelling import sentence
from data_hist.sql_guard.lexer import Source
from data_hist.sql_guard.literals import BadParameter, Parameter, render_literal
from data_hist.sql_guard.rewrite import Replacement
from data_hist.sql_guard.token_order import Placeholder

_MAX_ERRORS = 20
_SEPARATORS = frozenset(" \t\r\n(),")
_TEXT_TYPES = frozenset({"varchar", "char"})
_NUMBER_TYPES = frozenset({"tinyint", "smallint", "integer", "int", "bigint", "double"})
_MOMENT_SHAPES = {
    "timestamp": Shape.MOMENT,
    "timestamp with time zone": Shape.MOMENT,
    "date": Shape.DATE,
}


def bind(
    source: Source, placeholders: Sequence[Placeholder], parameters: Sequence[Parameter] | None
) -> list[Replacement]:
    """Return the replacement of each `?`.

    Raises:
        StatementNotAllowed: There are more or fewer values than `?`.
        InvalidRequest: A value is not one of its type.
    """
    values = [] if parameters is None else list(parameters)
    if len(values) != len(placeholders):
        raise _wrong_count(source, placeholders, parameters, len(values))
    literals = _render_all(values, placeholders)
    return [
        _replacement(source.text, placeholder, literal)
        for placeholder, literal in zip(placeholders, literals, strict=True)
    ]


def time_value(parameter: Parameter) -> Value | None:
    """Return what the literal of a parameter says about time, for partition pruning."""
    if (text := text_value(parameter)) is not None:
        return parse_time_text(text)
    if isinstance(parameter, Mapping):
        return _typed_time_value(str(parameter["type"]).lower(), str(parameter["value"]))
    is_number = isinstance(parameter, int | float) and not isinstance(parameter, bool)
    return parse_number(repr(parameter)) if is_number else None


def _typed_time_value(type_name: str, text: str) -> Value | None:
    if shape := _MOMENT_SHAPES.get(type_name):
        moment = parse_moment_ms(text)
        return None if moment is None else exactly(shape, moment)
    return parse_number(text) if type_name in _NUMBER_TYPES else None


def text_value(parameter: Parameter) -> str | None:
    """Return the text of a parameter that is one."""
    if isinstance(parameter, str):
        return parameter
    if isinstance(parameter, Mapping) and str(parameter["type"]).lower() in _TEXT_TYPES:
        return str(parameter["value"])
    return None


def _wrong_count(
    source: Source,
    placeholders: Sequence[Placeholder],
    parameters: Sequence[Parameter] | None,
    given: int,
) -> Exception:
    detail = f"The query has {len(placeholders)} '?' and {given} parameters."
    if given > len(placeholders):
        # The value without a `?` has no position in the text.
        return StatementNotAllowed(detail, rule="PARAMETER")
    if parameters is None:
        detail = "A '?' needs a value: send one for each in 'parameters'."
    return source.refusal(placeholders[given].start, "PARAMETER", detail)


def _render_all(values: Sequence[Parameter], placeholders: Sequence[Placeholder]) -> list[str]:
    literals: list[str] = []
    errors: list[FieldError] = []
    for number, (value, placeholder) in enumerate(zip(values, placeholders, strict=True)):
        try:
            _check_row_count(value, placeholder.count_word)
            literals.append(render_literal(value))
        except BadParameter as error:
            field = f"/{error.field}" if error.field else ""
            errors.append(FieldError(f"/parameters/{number}{field}", str(error)))
    if errors:
        first = errors[0]
        raise InvalidRequest(
            sentence(f"The value at {first.pointer} {first.detail}"), errors=errors[:_MAX_ERRORS]
        )
    return literals


def _check_row_count(value: Parameter, count_word: str) -> None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if count_word and not is_count:
        raise BadParameter(f"must be a whole number from 0 after {count_word}")


def _replacement(text: str, placeholder: Placeholder, literal: str) -> Replacement:
    # Without a space it could join its neighbours to one token: `1?` with 2 would be 12.
    start, end, _ = placeholder
    left = "" if text[start - 1 : start] in _SEPARATORS else " "
    right = "" if text[end : end + 1] in _SEPARATORS | {""} else " "
    return Replacement(start, end, f"{left}{literal}{right}")
