"""Suggest the keyword for a misspelt word, once a query has been refused.

A keyword is suggested only if the parser gets further with it. Parsing again is bounded by the
length of the query and the number of candidates.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from difflib import SequenceMatcher

from data_hist.errors import InvalidSql, RequestError
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.function_allowlist import ALLOWED
from data_hist.sql_guard.keywords import GRAMMAR_WORDS, RESERVED
from data_hist.sql_guard.lexer import Kind, Token, described, lex

MAX_TOKENS = 200
_MAX_PROPOSALS = 6
_KEYWORDS = sorted(RESERVED | GRAMMAR_WORDS)
_MAX_WORD_CHARS = max(map(len, _KEYWORDS)) + 2
_LIKENESS = 0.6
# From the place of a syntax error, the nearest first: a misspelt word passes for an alias first.
_AROUND = (0, -1, -2, 1, 2, -3)
_FOREIGN = {
    "->": "a member of JSON text is json_extract_scalar(x, '$.name')",
    "GLOB": "write LIKE or regexp_like(x, pattern)",
    "ILIKE": "write lower(x) LIKE pattern",
    "ISNULL": "write IS NULL",
    "MINUS": "write EXCEPT",
    "NOTNULL": "write IS NOT NULL",
    "QUALIFY": "write a WHERE around the query as a sub-select",
    "REGEXP": "write regexp_like(x, pattern)",
    "RLIKE": "write regexp_like(x, pattern)",
    "SAMPLE": "write TABLESAMPLE BERNOULLI (percent)",
    "SIMILAR": "write regexp_like(x, pattern)",
    "TOP": "write LIMIT and the number at the end",
}


def explained(
    source: Source, fault: InvalidSql, read: Callable[[str], object], names: Set[str]
) -> InvalidSql:
    """A syntax error with what may be meant, if that can be told.

    Args:
        source: The caller's text.
        fault: The error.
        read: Reads another text, and raises its first fault.
        names: The tables and columns, which are not misspelt, in lower case.
    """
    place = _place(source, fault)
    try:
        tokens = lex(source, max_tokens=MAX_TOKENS).tokens
    except RequestError:
        return fault
    if place is None:
        return fault
    around = list(_around(tokens, place))
    for token in around[:3]:
        if token.text in _FOREIGN and token.kind in (Kind.WORD, Kind.OPERATOR):
            return _told(source, token, f"; {_FOREIGN[token.text]}.")
    for token, keyword in _proposals(around, names)[:_MAX_PROPOSALS]:
        corrected = source.text[: token.start] + keyword + source.text[token.end :]
        shift = len(keyword) - (token.end - token.start)
        if _reads_beyond(corrected, max(place + shift, token.start + len(keyword)), read):
            return _told(source, token, f"; did you mean {keyword}?")
    return fault


def _place(source: Source, fault: RequestError) -> int | None:
    if fault.line is None or fault.column is None:
        return None
    return source.offset(fault.line, fault.column)


def _reads_beyond(text: str, place: int, read: Callable[[str], object]) -> bool:
    """Whether a text has no fault up to a place."""
    try:
        read(text)
    except RequestError as fault:
        found = _place(Source(text), fault)
        return found is not None and found > place
    return True


def _around(tokens: Sequence[Token], place: int) -> Iterator[Token]:
    index = next((n for n, token in enumerate(tokens) if token.end > place), len(tokens))
    for step in _AROUND:
        if 0 <= index + step < len(tokens):
            yield tokens[index + step]


def _proposals(around: Sequence[Token], names: Set[str]) -> list[tuple[Token, str]]:
    """Each word that is no keyword and no name, with a keyword spelt like it; the likest first."""
    found: list[tuple[float, Token, str]] = []
    for token in around:
        is_known = token.text in RESERVED | GRAMMAR_WORDS or token.text.lower() in names | ALLOWED
        if token.kind is Kind.WORD and not is_known and 1 < len(token.text) <= _MAX_WORD_CHARS:
            found += ((_likeness(token.text, word), token, word) for word in _KEYWORDS)
    likest = sorted(found, key=lambda proposal: -proposal[0])
    return [(token, word) for likeness, token, word in likest if likeness >= _LIKENESS]


def _likeness(word: str, keyword: str) -> float:
    """From 0 to 1; words of the same letters are most alike, such as FORM and FROM."""
    if sorted(word) == sorted(keyword):
        return 1.0
    return SequenceMatcher(None, word, keyword).ratio()


def _told(source: Source, token: Token, way_out: str) -> InvalidSql:
    return source.invalid(
        token.start, f"The query has a syntax error at {described(source, token)}{way_out}"
    )
