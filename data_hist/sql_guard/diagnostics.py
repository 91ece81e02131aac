"""Tell the caller of a refused text what to write instead: advice, and suggested words.

Suggests a keyword only if the text parses further with it. Parsing again is bounded by the length
of the text and the number of candidates.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from difflib import SequenceMatcher

from data_hist.catalog.identifiers import RESERVED
from data_hist.errors import InvalidSql, RequestError
from data_hist.spelling import MOST_SUGGESTED, ask, nearest, nearest_names, sentence, short
from data_hist.sql_guard.allowlists import (
    FOREIGN_FUNCTIONS,
    FUNCTIONS,
    GRAMMAR_WORDS,
    words,
)
from data_hist.sql_guard.lexer import Kind, Source, Token, describe, lex

MAX_TOKENS = 200
FIRST_WORDS = ("SELECT", "WITH")

_MAX_CANDIDATES = 6
_KEYWORDS = sorted(RESERVED | GRAMMAR_WORDS)
_MAX_WORD_CHARS = max(map(len, _KEYWORDS)) + 2
_MIN_LIKENESS = 0.6
_KEYWORDS_TO_WRITE = re.compile(r"write ([A-Z]+(?: [A-Z]+)*)")
# From the place of a syntax error, the likeliest first: a misspelt word first passes for an alias.
_STEPS = (0, -1, -2, 1, 2, -3)
_FOREIGN_SYNTAX = {
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
_ONLY = "only SELECT is served"
_READ_ONLY = f"{_ONLY}, and nothing can be written"
_ROWS = f"{_ONLY}; POST /next and GET /results give the rows of a query"
_NO_SESSION = f"{_ONLY}, and each query stands alone: there are no sessions"
_PARAMETERS = f"{_ONLY}; put '?' in it and send its values as 'parameters'"

_INSTEAD_OF_STATEMENT: dict[str, str] = {
    **dict.fromkeys(
        words(
            "ALTER ANALYZE COMMENT CREATE DELETE DROP GRANT INSERT LOAD MERGE MSCK OPTIMIZE REFRESH"
            " REPLACE REVOKE TRUNCATE UPDATE UPSERT VACUUM"
        ),
        _READ_ONLY,
    ),
    **dict.fromkeys(words("COPY EXPORT UNLOAD"), _ROWS),
    **dict.fromkeys(
        words("BEGIN COMMIT DECLARE RESET ROLLBACK SET START USE"),
        _NO_SESSION,
    ),
    **dict.fromkeys(words("DEALLOCATE EXECUTE PREPARE"), _PARAMETERS),
    "CANCEL": f"{_ONLY}; DELETE /query/{{query_id}} stops a query",
    "EXPLAIN": "send the SELECT itself with 'dry_run': true, which checks it and runs nothing",
    "FROM": "write SELECT * FROM and the table",
    "KILL": f"{_ONLY}; DELETE /query/{{query_id}} stops a query",
    "TABLE": "write SELECT * FROM and the table",
    "VALUES": "write SELECT * FROM (VALUES ...) AS t",
}
_METADATA = words("DESC DESCRIBE SHOW")
_INSTEAD_OF_WORD = {
    "CURRENT_SCHEMA": "GET /tables describes the tables",
    "INTO": "POST /next and GET /results give its rows",
    "JSON_TABLE": "write UNNEST(CAST(json_extract(x, '$.items') AS array(json)))",
    "NATURAL": "write JOIN and USING with the columns",
    "TABLE": "write the name of the table alone",
    "EPOCH": "write to_unixtime(x)",
    "BOOL": "write BOOLEAN",
    "INT2": "write SMALLINT",
    "INT4": "write INTEGER",
    "INT8": "write BIGINT",
    "LONG": "write BIGINT",
    "NUMBER": "write DECIMAL",
    "NUMERIC": "write DECIMAL",
    "VARCHAR2": "write VARCHAR",
}

# By sqlglot's names of the types of other databases.
_INSTEAD_OF_TYPE = {
    "BINARY": "varbinary",
    "DATETIME": "timestamp",
    "NCHAR": "char",
    "NVARCHAR": "varchar",
    "TEXT": "varchar",
    "TIMESTAMPLTZ": "timestamp with time zone",
    "VARIANT": "json",
}


def not_a_select(source: Source, tokens: Sequence[Token], tables: Collection[str]) -> Exception:
    """Make the refusal of a text that does not begin like a SELECT.

    Args:
        source: The text.
        tokens: Its tokens, at least one of which is not an opening bracket.
        tables: The names of the served tables, in lower case.
    """
    first = next(token for token in tokens if token.text != "(")
    advice, suggestions = _advice(source, first, tokens, tables)
    return source.refusal(first.start, "NOT_SELECT", advice, suggestions)


def word_not_allowed(source: Source, token: Token, where: str) -> Exception:
    """Make the refusal of a word that no query may contain."""
    instead = _INSTEAD_OF_WORD.get(token.text) or _FOREIGN_SYNTAX.get(token.text)
    advice = f"; {instead}" if instead else ""
    detail = f"{describe(source, token)} is not allowed {where}{advice}."
    return source.refusal(token.start, "UNSUPPORTED", detail, _keywords_of(instead))


def type_not_allowed(source: Source, offset: int, name: str) -> Exception:
    """Make the refusal of a type, by sqlglot's name of it."""
    ours = _INSTEAD_OF_TYPE.get(name)
    advice = f" of this name: write {ours} for {name.lower()}" if ours else " here"
    return source.refusal(
        offset, "UNSUPPORTED", f"There is no type{advice}.", [ours] if ours else []
    )


def function_not_allowed(
    source: Source, offset: int, name: str, candidates: Collection[str]
) -> Exception:
    """Make the refusal of a function; suggest one of the candidates."""
    lower = name.lower()
    is_foreign = lower in FOREIGN_FUNCTIONS
    suggestions = [] if is_foreign else nearest_names(name, candidates)
    advice = f"; write {FOREIGN_FUNCTIONS[lower]}." if is_foreign else ask(suggestions)
    detail = sentence(f"Function '{short(lower)}' is not allowed{advice}")
    return source.refusal(offset, "FUNCTION_NOT_ALLOWED", detail, suggestions)


def where_tables_are(names: Collection[str], tables: Collection[str]) -> str:
    """Name the route that describes the table among some names, or else all tables."""
    table = next((name for name in names if name in tables), None)
    return f"GET /tables/{table} describes it" if table else "GET /tables describes the tables"


def _advice(
    source: Source, first: Token, tokens: Sequence[Token], tables: Collection[str]
) -> tuple[str, Sequence[str]]:
    """Return what is wrong with the first word, and which words may stand there instead."""
    begin = describe(source, first)
    if first.kind is not Kind.WORD:
        return f"A query begins with SELECT or WITH, not with {begin}.", []
    if first.text in _METADATA:
        names = [token.name.lower() for token in tokens]
        return f"{short(first.text)} is not served; {where_tables_are(names, tables)}.", []
    if first.text in _INSTEAD_OF_STATEMENT:
        return f"{first.text} is not allowed: {_INSTEAD_OF_STATEMENT[first.text]}.", []
    meant = nearest(first.text, [*FIRST_WORDS, *_METADATA, *_INSTEAD_OF_STATEMENT])
    if meant in FIRST_WORDS:
        return f"{begin} begins no statement; did you mean {meant}?", [meant]
    return f"{begin} begins no statement: {_ONLY}, also with WITH before it.", []


def suggest_correction(
    source: Source, error: InvalidSql, read: Callable[[str], object], names: Set[str]
) -> InvalidSql:
    """Add a suggestion to a syntax error, or return the same error if there is none.

    Args:
        source: The caller's text.
        error: The error.
        read: Reads another text, and raises its first error.
        names: The tables and columns, in lower case, which are not misspelt.
    """
    place = _offset(source, error)
    try:
        tokens = lex(source, max_tokens=MAX_TOKENS).tokens
    except RequestError:
        return error
    if place is None:
        return error
    around = list(_around(tokens, place))
    for token in around[:3]:
        if token.text in _FOREIGN_SYNTAX and token.kind in (Kind.WORD, Kind.OPERATOR):
            instead = _FOREIGN_SYNTAX[token.text]
            return _syntax_error(source, token, f"; {instead}.", _keywords_of(instead))
    fitting = [
        (token, keyword)
        for token, keyword in _candidates(around, names)[:_MAX_CANDIDATES]
        if _fits(source, token, keyword, place, read)
    ]
    if not fitting:
        return error
    misspelt, best = fitting[0]
    keywords = [keyword for token, keyword in fitting if token is misspelt]
    return _syntax_error(source, misspelt, f"; did you mean {best}?", keywords[:MOST_SUGGESTED])


def _fits(
    source: Source, token: Token, keyword: str, place: int, read: Callable[[str], object]
) -> bool:
    """Whether the text reads beyond a place, where its error is, with a keyword for a token."""
    corrected = source.text[: token.start] + keyword + source.text[token.end :]
    shift = len(keyword) - (token.end - token.start)
    return _reads_beyond(corrected, max(place + shift, token.start + len(keyword)), read)


def _offset(source: Source, error: RequestError) -> int | None:
    if error.line is None or error.column is None:
        return None
    return source.offset(error.line, error.column)


def _reads_beyond(text: str, place: int, read: Callable[[str], object]) -> bool:
    """Whether a text has no error up to a place."""
    try:
        read(text)
    except RequestError as error:
        found = _offset(Source(text), error)
        return found is not None and found > place
    return True


def _around(tokens: Sequence[Token], place: int) -> Iterator[Token]:
    index = next((n for n, token in enumerate(tokens) if token.end > place), len(tokens))
    for step in _STEPS:
        if 0 <= index + step < len(tokens):
            yield tokens[index + step]


def _candidates(around: Sequence[Token], names: Set[str]) -> list[tuple[Token, str]]:
    """Pair each word that is neither keyword nor name with keywords, the most similar first."""
    found: list[tuple[float, Token, str]] = []
    for token in around:
        is_known = token.text in RESERVED | GRAMMAR_WORDS or token.text.lower() in names | FUNCTIONS
        if token.kind is Kind.WORD and not is_known and 1 < len(token.text) <= _MAX_WORD_CHARS:
            found += ((_likeness(token.text, word), token, word) for word in _KEYWORDS)
    likest = sorted(found, key=lambda candidate: -candidate[0])
    return [(token, word) for likeness, token, word in likest if likeness >= _MIN_LIKENESS]


def _likeness(word: str, keyword: str) -> float:
    """Return 0 to 1, or 0 for less than counts; words of the same letters are most alike."""
    if sorted(word) == sorted(keyword):
        return 1.0
    # The letters in common bound the likeness, and comparing their order costs far more.
    common = (Counter(word) & Counter(keyword)).total()
    if 2 * common < _MIN_LIKENESS * (len(word) + len(keyword)):
        return 0.0
    return SequenceMatcher(None, word, keyword).ratio()


def _syntax_error(
    source: Source, token: Token, advice: str, suggestions: Sequence[str]
) -> InvalidSql:
    detail = f"The query has a syntax error at {describe(source, token)}{advice}"
    return source.invalid(token.start, detail, suggestions)


def _keywords_of(advice: str | None) -> list[str]:
    """Return what an advice such as `write IS NULL` says to write, if it is keywords alone."""
    found = _KEYWORDS_TO_WRITE.fullmatch(advice or "")
    return [found[1]] if found else []
