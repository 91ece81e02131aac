"""Bind parameters: decide which literal replaces each `?`.

A literal is a value in any context, but `DATE ?` would turn the string into a date, so a `?` is
only allowed where an operand begins.
"""

from collections.abc import Sequence
from typing import NamedTuple

from data_hist.errors import FieldError, InvalidRequest, StatementNotAllowed
from data_hist.spelling import sentence
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.keywords import BEFORE_EXPRESSION
from data_hist.sql_guard.lexer import Kind, Token
from data_hist.sql_guard.literals import literal
from data_hist.sql_guard.parameter import BadParameter, Parameter
from data_hist.sql_guard.rewrite import Replacement

_MOST_FAULTS = 20
_COUNT_WORDS = frozenset({"LIMIT", "OFFSET", "FIRST", "NEXT"})
_NOT_BEFORE_OPERAND = frozenset({")", "]", "."})
_APART = frozenset(" \t\r\n(),")


class Mark(NamedTuple):
    """A `?`; `count_word` is the word before it if that makes it a number of rows."""

    start: int
    end: int
    count_word: str


def find_marks(source: Source, tokens: Sequence[Token]) -> list[Mark]:
    """Each `?` of a text, if all stand where a value may."""
    marks: list[Mark] = []
    for index, token in enumerate(tokens):
        if token.kind is Kind.PARAMETER:
            _check_place(source, tokens, index)
            marks.append(Mark(token.start, token.end, _count_word(tokens[index - 1])))
    return marks


def bind(
    source: Source, marks: Sequence[Mark], parameters: Sequence[Parameter] | None
) -> list[Replacement]:
    """The replacement of each `?` by the literal of its value."""
    values = [] if parameters is None else list(parameters)
    _check_number(source, marks, parameters, len(values))
    written = _literals(values, [mark.count_word for mark in marks])
    return [
        _replacement(source.text, mark, text) for mark, text in zip(marks, written, strict=True)
    ]


def _check_number(
    source: Source, marks: Sequence[Mark], parameters: Sequence[Parameter] | None, given: int
) -> None:
    if len(marks) == given:
        return
    if given > len(marks):
        # There is no place in the text for a value without a mark.
        raise StatementNotAllowed(_counts(len(marks), given), rule="PARAMETER")
    detail = _counts(len(marks), given)
    if parameters is None:
        detail = "A '?' needs a value: send one for each in 'parameters'."
    raise source.refusal(marks[given].start, "PARAMETER", detail)


def _counts(marks: int, given: int) -> str:
    return f"The query has {marks} '?' and {given} parameters."


def _check_place(source: Source, tokens: Sequence[Token], index: int) -> None:
    before = tokens[index - 1]
    if not (_count_word(before) or _begins_operand(before)):
        raise source.refusal(
            tokens[index].start, "PARAMETER", "A '?' may only stand for a whole value."
        )


def _count_word(before: Token) -> str:
    """The word after which a `?` is a number of rows, if this is one."""
    return before.text if before.kind is Kind.WORD and before.text in _COUNT_WORDS else ""


def _literals(values: Sequence[Parameter], count_words: Sequence[str]) -> list[str]:
    written: list[str] = []
    faults: list[FieldError] = []
    for number, (value, count_word) in enumerate(zip(values, count_words, strict=True)):
        try:
            _check_count(value, count_word)
            written.append(literal(value))
        except BadParameter as fault:
            field = f"/{fault.field}" if fault.field else ""
            faults.append(FieldError(f"/parameters/{number}{field}", str(fault)))
    if faults:
        first = faults[0]
        raise InvalidRequest(
            sentence(f"The value at {first.pointer} {first.detail}"), errors=faults[:_MOST_FAULTS]
        )
    return written


def _check_count(value: Parameter, count_word: str) -> None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if count_word and not is_count:
        raise BadParameter(f"must be a whole number from 0 after {count_word}")


def _begins_operand(before: Token) -> bool:
    if before.kind is Kind.OPERATOR:
        return before.text not in _NOT_BEFORE_OPERAND
    return before.kind is Kind.WORD and before.text in BEFORE_EXPRESSION


def _replacement(text: str, mark: Mark, literal: str) -> Replacement:
    # Touching neighbours would make other tokens of both: `1?` with 2 is 12.
    left = "" if text[mark.start - 1 : mark.start] in _APART else " "
    right = "" if text[mark.end : mark.end + 1] in _APART | {""} else " "
    return Replacement(mark.start, mark.end, f"{left}{literal}{right}")
