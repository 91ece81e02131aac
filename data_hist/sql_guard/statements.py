"""Say what to use instead of a statement that is not a SELECT."""

from collections.abc import Collection, Sequence

from data_hist.spelling import nearest, short
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.keywords import words
from data_hist.sql_guard.lexer import Kind, Token, described

_FIRST_WORDS = ("SELECT", "WITH")
_ONLY = "only SELECT is served"
_READ_ONLY = f"{_ONLY}, and nothing can be written"
_ROWS = f"{_ONLY}; POST /next and GET /results give the rows of a query"
_NO_SESSION = f"{_ONLY}, and each query stands alone: there are no sessions"
_PARAMETERS = f"{_ONLY}; put '?' in it and send its values as 'parameters'"

_ADVICE: dict[str, str] = {
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


def refusal(source: Source, tokens: Sequence[Token], tables: Collection[str]) -> Exception | None:
    """What is told of a text that does not begin like a SELECT; None for one that does.

    Args:
        source: The text.
        tokens: Its tokens, at least one of which is no opening bracket.
        tables: The names of the served tables, in lower case.
    """
    first = next(token for token in tokens if token.text != "(")
    if first.kind is Kind.WORD and first.text in _FIRST_WORDS:
        return None
    return source.refusal(first.start, "NOT_SELECT", _detail(source, first, tokens, tables))


def where_tables_are(names: Collection[str], tables: Collection[str]) -> str:
    """The route that describes the table which is among some names, or else all of them."""
    table = next((name for name in names if name in tables), None)
    return f"GET /tables/{table} describes it" if table else "GET /tables describes the tables"


def _detail(source: Source, first: Token, tokens: Sequence[Token], tables: Collection[str]) -> str:
    begin = described(source, first)
    if first.kind is not Kind.WORD:
        return f"A query begins with SELECT or WITH, not with {begin}."
    if first.text in _METADATA:
        names = [token.name.lower() for token in tokens]
        return f"{short(first.text)} is not served; {where_tables_are(names, tables)}."
    if first.text in _ADVICE:
        return f"{first.text} is not allowed: {_ADVICE[first.text]}."
    meant = nearest(first.text, [*_FIRST_WORDS, *_METADATA, *_ADVICE])
    if meant in _FIRST_WORDS:
        return f"{begin} begins no statement; did you mean {meant}?"
    return f"{begin} begins no statement: {_ONLY}, also with WITH before it."
