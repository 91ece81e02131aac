"""Parse SHOW and DESCRIBE: Hive's grammar, not Trino's, for the statements that Athena has."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from local_athena.errors import MalformedQuery, StatementFailure, find_position
from local_athena.tables import CATALOG_NAME

_TOKEN = re.compile(
    r"(?:\s|--[^\n]*|/\*.*?\*/)*+"
    r"(?P<text>(?P<name>\w+|`(?:[^`]|``)+`|\"(?:[^\"]|\"\")+\")|(?P<string>'(?:[^']|'')*')|\S|$)",
    re.DOTALL,
)

_PLAIN_DESCRIBE = (
    "Of DESCRIBE, this endpoint has the form without EXTENDED, FORMATTED, PARTITION or column"
)


class Kind(StrEnum):
    """The kinds of statements, by their SubstatementType."""

    DESCRIBE_TABLE = "DESCRIBE_TABLE"
    SHOW_COLUMNS = "SHOW_COLUMNS"
    SHOW_CREATE_TABLE = "SHOW_CREATE_TABLE"
    SHOW_CREATE_VIEW = "SHOW_CREATE_VIEW"
    SHOW_DATABASES = "SHOW_DATABASES"
    SHOW_PARTITIONS = "SHOW_PARTITIONS"
    SHOW_TABLE_PROPERTIES = "SHOW_TABLE_PROPERTIES"
    SHOW_TABLES = "SHOW_TABLES"
    SHOW_VIEWS = "SHOW_VIEWS"


@dataclass(frozen=True)
class MetadataStatement:
    """A SHOW or DESCRIBE.

    Attributes:
        database: The database that it names or that is its default, in lower case.
        table: The table that it names, in lower case; None for a listing of names.
        written: Its table or database as the caller wrote it.
        pattern: The pattern that names have to match, or the property that is asked for.
    """

    kind: Kind
    database: str
    table: str | None = None
    written: str = ""
    pattern: str | None = None

    @property
    def substatement(self) -> str:
        """The `SubstatementType` of the execution."""
        return str(self.kind)


def parse_metadata_statement(sql: str, database: str) -> MetadataStatement | None:
    """Parse a statement, or return None for one that is not answered from the catalog.

    Raises:
        MalformedQuery: Athena would refuse it.
        StatementFailure: Only Hive knows what it shows.
    """
    tokens = _Tokens(sql)
    # awswrangler sends the name of the database in the quotes of Hive.
    database = database.strip("`")
    if tokens.accept("DESCRIBE", "DESC"):
        return _parse_describe(tokens, database)
    if not tokens.accept("SHOW"):
        return None
    for words, parse in _SHOW.items():
        if tokens.accept_all(*words.split()):
            statement = parse(tokens, database)
            tokens.expect_end()
            return statement
    return None


class _Tokens:
    """The tokens of a statement; keywords are compared without regard to case."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._tokens = [found for found in _TOKEN.finditer(sql) if found["text"]]
        self._position = 0

    def peek(self) -> str:
        if self._position == len(self._tokens):
            return ""
        return self._tokens[self._position]["text"]

    def accept(self, *words: str) -> bool:
        """Skip the next token if it is one of the words."""
        found = self.peek().upper() in words
        self._position += found
        return found

    def accept_all(self, *words: str) -> bool:
        """Skip the next tokens if they are these words."""
        start = self._position
        if all(self.accept(word) for word in words):
            return True
        self._position = start
        return False

    def accept_string(self) -> str | None:
        """Skip a string and return its value."""
        if self._position == len(self._tokens) or not self._tokens[self._position]["string"]:
            return None
        text = self.peek()
        self._position += 1
        return text[1:-1].replace("''", "'")

    def expect_string(self) -> str:
        value = self.accept_string()
        if value is None:
            raise self._mismatch("<string>")
        return value

    def accept_name(self) -> bool:
        """Skip a name."""
        found = self._position < len(self._tokens) and bool(self._tokens[self._position]["name"])
        self._position += found
        return found

    def expect_name(self) -> str:
        text = self.peek()
        if not self.accept_name():
            raise self._mismatch("<identifier>")
        if text[0] in '`"':
            return text[1:-1].replace(text[0] * 2, text[0])
        return text

    def expect_word(self, word: str) -> None:
        if not self.accept(word):
            raise self._mismatch(f"'{word}'")

    def expect_end(self) -> None:
        self.accept(";")
        if self.peek():
            raise self._mismatch("<EOF>")

    def _mismatch(self, expected: str) -> MalformedQuery:
        at_end = self._position == len(self._tokens)
        offset = len(self._sql) if at_end else self._tokens[self._position].start("text")
        shown = "<EOF>" if at_end else self.peek()
        text = f"mismatched input '{shown}'. Expecting: {expected}"
        return MalformedQuery(text, *find_position(self._sql, offset))


def _parse_describe(tokens: _Tokens, database: str) -> MetadataStatement | None:
    if tokens.accept("INPUT", "OUTPUT"):
        return None
    is_detailed = tokens.accept("EXTENDED", "FORMATTED")
    statement = _parse_table(tokens, database, Kind.DESCRIBE_TABLE)
    if is_detailed or tokens.accept_name():
        raise StatementFailure("NOT_SUPPORTED", _PLAIN_DESCRIBE)
    tokens.expect_end()
    return statement


def _parse_databases(tokens: _Tokens, database: str) -> MetadataStatement:
    pattern = tokens.expect_string() if tokens.accept("LIKE") else None
    return MetadataStatement(Kind.SHOW_DATABASES, database, pattern=pattern)


def _parse_tables(tokens: _Tokens, database: str) -> MetadataStatement:
    written = _parse_database(tokens) or database
    pattern = tokens.expect_string() if tokens.accept("LIKE") else tokens.accept_string()
    return MetadataStatement(Kind.SHOW_TABLES, written.lower(), written=written, pattern=pattern)


def _parse_views(tokens: _Tokens, database: str) -> MetadataStatement:
    written = _parse_database(tokens) or database
    pattern = tokens.expect_string() if tokens.accept("LIKE") else tokens.accept_string()
    return MetadataStatement(Kind.SHOW_VIEWS, written.lower(), written=written, pattern=pattern)


def _parse_database(tokens: _Tokens) -> str | None:
    """Parse `IN database`, with a catalog before the name or not."""
    if not tokens.accept("IN", "FROM"):
        return None
    name = tokens.expect_name()
    return tokens.expect_name() if tokens.accept(".") else name


def _parse_columns(tokens: _Tokens, database: str) -> MetadataStatement:
    if not tokens.accept("IN"):
        tokens.expect_word("FROM")
    statement = _parse_table(tokens, database, Kind.SHOW_COLUMNS)
    written = _parse_database(tokens)
    if written is None:
        return statement
    return MetadataStatement(Kind.SHOW_COLUMNS, written.lower(), statement.table, statement.written)


def _parse_properties(tokens: _Tokens, database: str) -> MetadataStatement:
    statement = _parse_table(tokens, database, Kind.SHOW_TABLE_PROPERTIES)
    if not tokens.accept("("):
        return statement
    name = tokens.expect_string()
    tokens.expect_word(")")
    return MetadataStatement(
        statement.kind, statement.database, statement.table, statement.written, name
    )


def _parse_table(tokens: _Tokens, database: str, kind: Kind) -> MetadataStatement:
    parts = [tokens.expect_name()]
    while len(parts) < 3 and tokens.accept("."):
        parts.append(tokens.expect_name())
    # A database of another catalog is none of this one.
    if len(parts) == 3 and parts[0].lower() != CATALOG_NAME:
        parts = [f"{parts[0]}.{parts[1]}", parts[2]]
    *qualifier, table = parts[-2:]
    named = qualifier[0] if qualifier else database
    return MetadataStatement(kind, named.lower(), table.lower(), ".".join(parts[-2:]))


def _table_parser(kind: Kind) -> Callable[[_Tokens, str], MetadataStatement]:
    return lambda tokens, database: _parse_table(tokens, database, kind)


_SHOW: dict[str, Callable[[_Tokens, str], MetadataStatement]] = {
    "COLUMNS": _parse_columns,
    "CREATE TABLE": _table_parser(Kind.SHOW_CREATE_TABLE),
    "CREATE VIEW": _table_parser(Kind.SHOW_CREATE_VIEW),
    "DATABASES": _parse_databases,
    "PARTITIONS": _table_parser(Kind.SHOW_PARTITIONS),
    "SCHEMAS": _parse_databases,
    "TABLES": _parse_tables,
    "TBLPROPERTIES": _parse_properties,
    "VIEWS": _parse_views,
}
