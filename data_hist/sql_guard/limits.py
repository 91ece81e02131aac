"""How large and how deep a text may be before a parser sees it.

A recursive parser needs a frame or ten for each level, and some constructs cost it twice as much at
each level, so the shape is checked on the tokens.
"""

from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.keywords import PREFIX_OPERATORS, SET_OPERATORS, TYPE_WORDS
from data_hist.sql_guard.lexer import Kind, Token

MAX_SQL_BYTES = 262_144
MAX_TOKENS = 20_000
MAX_DEPTH = 30
MAX_CONSTRUCTOR_DEPTH = 10
MAX_PREFIX_OPERATORS = 30
MAX_SET_OPERATIONS = 64
MAX_TABLES = 64
MAX_CTES = 64

_CLOSING = {"(": ")", "[": "]", "CASE": "END"}


def matching_brackets(source: Source, tokens: list[Token]) -> dict[int, int]:
    """The index of the closing token for that of each opening one, if none lies too deep."""
    constructors = 0
    open_at: list[int] = []
    pairs: dict[int, int] = {}
    for index, token in enumerate(tokens):
        if token.kind not in (Kind.OPERATOR, Kind.WORD):
            continue
        if token.text in _CLOSING:
            open_at.append(index)
            constructors += _is_constructor(tokens, index)
            if len(open_at) > MAX_DEPTH or constructors > MAX_CONSTRUCTOR_DEPTH:
                raise _too_complex(source, token, "is nested too deep")
        elif token.text in (")", "]", "END"):
            if not open_at or _CLOSING[tokens[open_at[-1]].text] != token.text:
                raise source.invalid(token.start, f"'{token.text}' closes nothing.")
            opening = open_at.pop()
            pairs[opening] = index
            constructors -= _is_constructor(tokens, opening)
    if open_at:
        unclosed = tokens[open_at[-1]]
        raise source.invalid(unclosed.start, f"'{unclosed.text}' is not closed.")
    return pairs


def _is_constructor(tokens: list[Token], index: int) -> bool:
    """Whether a bracket is that of `ARRAY[...]`, `ROW(...)` or another type's name."""
    before = tokens[index - 1]
    return before.kind is Kind.WORD and before.text in TYPE_WORDS and tokens[index].text != "CASE"


def check_repetition(source: Source, tokens: list[Token]) -> None:
    """Refuse long runs of prefix operators and too many set operations."""
    run = set_operations = 0
    for token in tokens:
        known = token.kind in (Kind.OPERATOR, Kind.WORD)
        run = run + 1 if known and token.text in PREFIX_OPERATORS else 0
        if run > MAX_PREFIX_OPERATORS:
            raise _too_complex(
                source, token, f"has more than {MAX_PREFIX_OPERATORS} signs in a row"
            )
        set_operations += token.kind is Kind.WORD and token.text in SET_OPERATORS
        if set_operations > MAX_SET_OPERATIONS:
            raise _too_complex(source, token, f"has more than {MAX_SET_OPERATIONS} set operations")


def _too_complex(source: Source, token: Token, what: str) -> Exception:
    return source.refusal(token.start, "TOO_COMPLEX", f"The query {what}.")
