"""Split SQL into Trino's tokens, in linear time.

Written here because the limits have to be checked before any parser sees the text, and because the
guard compares these tokens with the parser's: where the two differ, the text is refused.
"""

import re
from enum import Enum, auto
from typing import NamedTuple

from data_hist.spelling import short
from data_hist.sql_guard.diagnostics import Source


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    QUOTED = auto()
    STRING = auto()
    NUMBER = auto()
    OPERATOR = auto()
    PARAMETER = auto()


class Token(NamedTuple):
    """A token; `text` is as written, but for words, which are in upper case."""

    kind: Kind
    start: int
    end: int
    text: str

    @property
    def name(self) -> str:
        """The name that a word or a quoted name stands for."""
        return self.text[1:-1].replace('""', '"') if self.kind is Kind.QUOTED else self.text


class Lexed(NamedTuple):
    """The tokens, and the text with its comments blanked out (the offsets stay)."""

    tokens: list[Token]
    code: str


# Possessive quantifiers: no input makes these go back. A number may not touch a word (`1a`).
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


def lex(source: Source, *, max_tokens: int) -> Lexed:
    """The tokens of a text, or a refusal at the first character that begins none."""
    _refuse_nul(source)
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


def described(source: Source, token: Token) -> str:
    """A token as a message may name it: names and signs as written, values by their kind."""
    if token.kind in _VALUES:
        return _VALUES[token.kind]
    return f"'{short(source.text[token.start : token.end])}'"


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


def _refuse_nul(source: Source) -> None:
    nul = source.text.find("\0")
    if nul >= 0:
        raise source.invalid(nul, "The query holds a NUL character.")
    try:
        source.text.encode()
    except UnicodeEncodeError as fault:
        raise source.invalid(fault.start, "The query holds half of a surrogate pair.") from None


def _unexpected(source: Source, offset: int) -> Exception:
    character = source.text[offset]
    if character in "'\"" or source.text.startswith("/*", offset):
        return source.invalid(offset, f"A {_UNTERMINATED[character]} is not closed.")
    if character.isascii() and character.isprintable():
        way_out = _FOREIGN.get(character, ".")
        return source.invalid(offset, f"The query has a syntax error at '{character}'{way_out}")
    return source.invalid(
        offset,
        f"Unexpected character U+{ord(character):04X}: "
        "outside strings, comments and quoted names a query is written in ASCII.",
    )
