"""Split SQL into Trino's tokens, and bound their number and nesting, in linear time.

Limits have to hold before a parser sees the text. The guard compares these tokens with the
parser's, and refuses a text in which the two differ.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from data_hist.errors import InvalidSql, StatementNotAllowed
from data_hist.spelling import short
from data_hist.sql_guard.allowlists import PREFIX_OPERATORS, SET_OPERATORS, TYPE_WORDS

MAX_TOKENS = 20_000
# A recursive parser needs up to ten frames for each level, and twice the work for some.
MAX_DEPTH = 30
MAX_CONSTRUCTOR_DEPTH = 10
MAX_PREFIX_OPERATORS = 30
MAX_SET_OPERATIONS = 64


@dataclass(frozen=True)
class Source:
    """The text of a query; makes the errors that point into it."""

    text: str

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, both counted from 1."""
        line_start = self.text.rfind("\n", 0, offset) + 1
        return self.text.count("\n", 0, offset) + 1, offset - line_start + 1

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a position."""
        lines = self.text.split("\n", line - 1)
        return len(self.text) - len(lines[-1]) + column - 1

    def invalid(self, offset: int, detail: str, suggestions: Sequence[str] = ()) -> InvalidSql:
        """Make a syntax error."""
        line, column = self.position(offset)
        return InvalidSql(
            detail, code="SYNTAX_ERROR", line=line, column=column, suggestions=suggestions
        )

    def refusal(
        self, offset: int, rule: str, detail: str, suggestions: Sequence[str] = ()
    ) -> StatementNotAllowed:
        """Make the error of a broken rule."""
        line, column = self.position(offset)
        return StatementNotAllowed(
            detail, rule=rule, line=line, column=column, suggestions=suggestions
        )


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    QUOTED = auto()
    STRING = auto()
    NUMBER = auto()
    OPERATOR = auto()
    PARAMETER = auto()


class Token(NamedTuple):
    """A token; `text` is as written, but words are in upper case."""

    kind: Kind
    start: int
    end: int
    text: str

    @property
    def name(self) -> str:
        """The name that a word or a quoted name stands for."""
        return self.text[1:-1].replace('""', '"') if self.kind is Kind.QUOTED else self.text


class Lexed(NamedTuple):
    """The tokens of a text, and the text with its comments blanked out at unchanged offsets."""

    tokens: list[Token]
    code: str

    def without_last(self) -> "Lexed":
        """Blank out the last token."""
        *tokens, last = self.tokens
        blank = " " * (last.end - last.start)
        return Lexed(tokens, self.code[: last.start] + blank + self.code[last.end :])


# Possessive quantifiers: no input makes these backtrack. A number may not touch a word (`1a`).
_TOKEN = re.compile(
    r"""
    [ \t\r\n]*+
    (?:
      (?P<COMMENT>--[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)
    | (?P<STRING>(?:[xX]|[uU]&)?'(?:[^']++|'')*+')
    | (?P<WORD>[A-Za-z_][A-Za-z0-9_]*+)
    | (?P<QUOTED>"(?:[^"]++|"")*+")
    | (?P<NUMBER>[0-9]++(?:\.(?!\.)[0-9]*+)?(?:[eE][+-]?[0-9]++)?(?![A-Za-z0-9_"']))
    | (?P<OPERATOR>->|<>|!=|<=|>=|\|\||/(?!\*)|[-+*%=<>(),.:;\[\]])
    | (?P<PARAMETER>\?)
    | (?P<END>\Z)
    )
    """,
    re.VERBOSE,
)
_KINDS = {kind.name: kind for kind in Kind}
_FOREIGN = {
    "`": '; a name stands in "double quotes".',
    "~": "; patterns are matched with regexp_like(x, pattern).",
    "!": "; write NOT or <>.",
    "&": "; write AND, or bitwise_and(a, b).",
    "|": "; write OR, || or bitwise_or(a, b).",
    "#": "; a comment begins with --.",
    "@": "; there are no variables: put '?' and send 'parameters'.",
    "$": "; there are no variables: put '?' and send 'parameters'.",
}
_VALUES = {Kind.STRING: "a string", Kind.NUMBER: "a number"}
_UNTERMINATED = {"'": "string", '"': "quoted identifier", "/": "comment"}
_SPACES = " \t\r\n"
_NOT_BLANK = re.compile(r"[^\n]")
_CLOSING = {"(": ")", "[": "]", "CASE": "END"}


def lex(source: Source, *, max_tokens: int = MAX_TOKENS) -> Lexed:
    """Split a text into tokens; refuse it at the first character that begins none."""
    _check_characters(source)
    text, offset = source.text, 0
    tokens: list[Token] = []
    comments: list[tuple[int, int]] = []
    word, quoted = Kind.WORD, Kind.QUOTED
    while match := _TOKEN.match(text, offset):
        group = str(match.lastgroup)
        start, offset = match.span(group)
        kind = _KINDS.get(group)
        if kind is None:
            if group == "END":
                return Lexed(tokens, _blanked(text, comments))
            comments.append((start, offset))
            continue
        value = text[start:offset]
        if kind is word:
            value = value.upper()
        elif kind is quoted:
            _check_quoted(source, start, value)
        tokens.append(Token(kind, start, offset, value))
        if len(tokens) > max_tokens:
            raise source.refusal(
                start, "TOO_COMPLEX", f"The query has more than {max_tokens:,} tokens."
            )
    raise _unexpected(source, len(text) - len(text[offset:].lstrip(_SPACES)))


def describe(source: Source, token: Token) -> str:
    """Describe a token in an error: names and operators as written, values by their kind."""
    if token.kind in _VALUES:
        return _VALUES[token.kind]
    return f"'{short(source.text[token.start : token.end])}'"


def match_brackets(source: Source, tokens: list[Token]) -> dict[int, int]:
    """Map the index of each opening bracket or CASE to its closing one, down to a bounded depth."""
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


def _blanked(text: str, comments: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in comments:
        parts += (text[done:start], _NOT_BLANK.sub(" ", text[start:end]))
        done = end
    return "".join([*parts, text[done:]])


def _check_quoted(source: Source, start: int, value: str) -> None:
    if value == '""' or not value.isprintable():
        raise source.refusal(
            start,
            "IDENTIFIER_NOT_ALLOWED",
            "A quoted name must be of printable characters, not empty.",
        )


def _check_characters(source: Source) -> None:
    nul = source.text.find("\0")
    if nul >= 0:
        raise source.invalid(nul, "The query contains a NUL character.")
    try:
        source.text.encode()
    except UnicodeEncodeError as fault:
        raise source.invalid(fault.start, "The query contains half of a surrogate pair.") from None


def _unexpected(source: Source, offset: int) -> Exception:
    character = source.text[offset]
    if character in "'\"" or source.text.startswith("/*", offset):
        return source.invalid(offset, f"A {_UNTERMINATED[character]} is not closed.")
    if character.isascii() and character.isprintable():
        advice = _FOREIGN.get(character, ".")
        return source.invalid(offset, f"The query has a syntax error at '{character}'{advice}")
    return source.invalid(
        offset,
        f"Unexpected character U+{ord(character):04X}: "
        "outside strings, comments and quoted names a query is written in ASCII.",
    )


def _is_constructor(tokens: list[Token], index: int) -> bool:
    """Whether a bracket follows the name of a type, as in `ARRAY[...]` and `ROW(...)`."""
    before = tokens[index - 1]
    return before.kind is Kind.WORD and before.text in TYPE_WORDS and tokens[index].text != "CASE"


def _too_complex(source: Source, token: Token, what: str) -> Exception:
    return source.refusal(token.start, "TOO_COMPLEX", f"The query {what}.")
