"""Binding parameters: which `?` gets which literal.

A literal is a value whatever stands around it, but `DATE ?` would make a date of the string next to
it, so a `?` may only stand where an operand begins.
"""

from collections.abc import Sequence

from data_hist.guard.keywords import BEFORE_EXPRESSION
from data_hist.guard.lexer import Kind, Token
from data_hist.guard.literals import BadParameter, Parameter, literals
from data_hist.guard.source import Source
from data_hist.guard.splice import Replacement

_COUNT_WORDS = frozenset({"LIMIT", "OFFSET", "FIRST", "NEXT"})
_NOT_BEFORE_OPERAND = frozenset({")", "]", "."})
_APART = frozenset(" \t\r\n(),")


def bind(
    source: Source, tokens: list[Token], parameters: Sequence[Parameter] | None
) -> list[Replacement]:
    """The replacement of each `?` by the literal of its value."""
    places = [index for index, token in enumerate(tokens) if token.kind is Kind.PARAMETER]
    values = [] if parameters is None else list(parameters)
    _check_number(source, [tokens[index] for index in places], parameters, len(values))
    try:
        written = literals(values)
    except BadParameter as fault:
        raise source.refusal(0, "PARAMETER", str(fault)) from None
    for index, value in zip(places, values, strict=True):
        _check_place(source, tokens, index, value)
    return [
        _replacement(source.text, tokens[index], text)
        for index, text in zip(places, written, strict=True)
    ]


def _check_number(
    source: Source, marks: list[Token], parameters: Sequence[Parameter] | None, given: int
) -> None:
    if len(marks) == given:
        return
    place = marks[given].start if given < len(marks) else 0
    if parameters is None:
        raise source.refusal(
            place, "PARAMETER", "A '?' needs a value: send one for each in 'parameters'."
        )
    raise source.refusal(
        place, "PARAMETER", f"The query has {len(marks)} '?' and {given} parameters."
    )


def _check_place(source: Source, tokens: list[Token], index: int, value: Parameter) -> None:
    before = tokens[index - 1]
    mark = tokens[index]
    if before.kind is Kind.WORD and before.text in _COUNT_WORDS:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise source.refusal(
                mark.start, "PARAMETER", f"The value after {before.text} is a number from 0."
            )
    elif not _begins_operand(before):
        raise source.refusal(mark.start, "PARAMETER", "A '?' may only stand for a whole value.")


def _begins_operand(before: Token) -> bool:
    if before.kind is Kind.OPERATOR:
        return before.text not in _NOT_BEFORE_OPERAND
    return before.kind is Kind.WORD and before.text in BEFORE_EXPRESSION


def _replacement(text: str, mark: Token, literal: str) -> Replacement:
    # Touching neighbours would make other tokens of both: `1?` with 2 is 12.
    left = "" if text[mark.start - 1 : mark.start] in _APART else " "
    right = "" if text[mark.end : mark.end + 1] in _APART | {""} else " "
    return Replacement(mark.start, mark.end, f"{left}{literal}{right}")
