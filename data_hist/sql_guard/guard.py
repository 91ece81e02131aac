"""The order of the checks, from the caller's text to what is sent to the engine.

The only way in. What a text says is found once, as a `Statement`; everything cheap and linear comes
before the parser. For each customer and each list of parameters it is put together anew, by
offsets, and what comes of it is read again, because the rewriting is what separates one customer's
rows from another's. Knows no HTTP, no AWS and no settings.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from data_hist import catalog
from data_hist.errors import InvalidSql, QueryTooLarge
from data_hist.pruning.time_range import TimeRange
from data_hist.sql_guard import checks as rules
from data_hist.sql_guard import clauses, corrections, limits, parser, scope, syntax, verify
from data_hist.sql_guard import confusables as lookalikes
from data_hist.sql_guard import function_allowlist as functions
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.lexer import Kind, Lexed, Token, described, lex
from data_hist.sql_guard.parameter import Parameter
from data_hist.sql_guard.parameters import Mark, bind, find_marks
from data_hist.sql_guard.partition_count import TableRead
from data_hist.sql_guard.rewrite import (
    TENANT_COLUMN,
    Edit,
    Replacement,
    projection,
    quoted,
    splice,
    stand_in,
)
from data_hist.sql_guard.statement import FindRanges, Ranges, Statement, TablePlace
from data_hist.sql_guard.sub_select_check import shown
from data_hist.sql_guard.time_limit import check_days
from data_hist.sql_guard.time_ranges import DAY, RECORD_TIMES, time_ranges


@dataclass(frozen=True)
class AdmittedQuery:
    """What is sent to the engine, and how it differs from the caller's text.

    `ranges` tells for each reference to a table when the records arrived that it can want, `reads`
    what it may read for them, if that was asked for.
    """

    sql: str
    edits: tuple[Edit, ...]
    ranges: tuple[TimeRange, ...] = ()
    reads: tuple[TableRead, ...] | None = None


class Guard:
    """Decides which SQL may run over the tables of one API version, and rewrites it.

    Args:
        version: The tables.
        max_days: How many days of a table a query may read; None for any number.
    """

    def __init__(self, version: catalog.ApiVersion, max_days: int | None = None) -> None:
        parser.require_pure_python()
        # It logs the text of what it cannot parse.
        logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
        self._version = version
        self._max_days = max_days
        self._served = scope.Served(
            version.catalog.lower(),
            version.database.lower(),
            {name.lower(): table for name, table in version.tables.items()},
        )
        self._forbidden = _forbidden_columns(version)
        self._names = self._served.tables.keys() | {
            column.name.lower()
            for table in version.tables.values()
            for column in table.queryable_columns
        }
        self._protected = self._forbidden | self._served.tables.keys()
        self._shown = {
            table.name: shown(version, table, TENANT_COLUMN) for table in version.tables.values()
        }

    def admit(
        self,
        sql: str,
        *,
        customer_id: int | None,
        parameters: Sequence[Parameter] | None = None,
        with_reads: bool = False,
    ) -> AdmittedQuery:
        """The text to send for a query.

        Args:
            sql: The caller's text.
            customer_id: The customer whose rows are visible; None makes every row visible.
            parameters: The values of the `?` in the text.
            with_reads: Whether to tell what may be read as well.

        Raises:
            QueryTooLarge: It is over the engine's limit, as written or as sent.
            InvalidSql: It has a syntax error.
            StatementNotAllowed: It is not one SELECT over what is served.
            InvalidRequest: The value of a parameter is not one of its type.
        """
        statement = self.read(sql, with_days=with_reads)
        return self.rewrite(statement, customer_id=customer_id, parameters=parameters)

    def read(self, sql: str, *, with_days: bool = False) -> Statement:
        """What a text says by itself, of days only if it is asked for.

        Raises:
            QueryTooLarge, InvalidSql, StatementNotAllowed: As `admit` does.
        """
        try:
            return self._read(sql, with_days=with_days)
        except InvalidSql as fault:
            raise corrections.explained(Source(sql), fault, self._read, self._names) from None

    def _read(self, sql: str, *, with_days: bool = False) -> Statement:
        _check_size(sql)
        source = Source(sql)
        lexed = lex(source, max_tokens=limits.MAX_TOKENS)
        ending = _trailing_semicolon(lexed.tokens)
        tokens = lexed.tokens[:-1] if ending else lexed.tokens
        self._check_tokens(source, tokens)
        marks = find_marks(source, tokens)
        nodes = rules.check_tree(source, _tree(source, _without(lexed, ending)))
        rules.check_names(source, nodes, tokens)
        lookalikes.check(source, nodes, self._protected)
        names = scope.resolve(source, nodes[0], self._served)
        tables, qualifiers = _places(names, tokens)
        fixed = ending + qualifiers
        self._check_frame(sql, lexed.tokens, fixed, tables)
        ranges = _ranges_of(names.tables, tokens, marks, with_days=with_days)
        return Statement(source, lexed.tokens, marks, tables, fixed, ranges)

    def rewrite(
        self,
        statement: Statement,
        *,
        customer_id: int | None,
        parameters: Sequence[Parameter] | None = None,
    ) -> AdmittedQuery:
        """The text to send for a statement, in time linear in its length; as `admit` has it.

        Raises:
            QueryTooLarge, StatementNotAllowed, InvalidRequest: As `admit` does.
        """
        source, tables = statement.source, statement.tables
        literals = bind(source, statement.marks, parameters)
        ranges = statement.ranges(_by_place(statement.marks, parameters))
        if self._max_days is not None:
            check_days(source, tables, ranges.wanted, self._max_days)
        sub_selects = [
            self._sub_select(place, arrival, customer_id)
            for place, arrival in zip(tables, ranges.by_timestamps, strict=True)
        ]
        replacements = [*statement.fixed, *literals, *(each.replacement for each in sub_selects)]
        sent, edits = splice(source.text, replacements)
        _check_size(sent)
        verify.check_sent(
            sent,
            statement.tokens,
            fixed=statement.fixed,
            literals=literals,
            sub_selects=sub_selects,
            customer_id=customer_id,
        )
        return AdmittedQuery(sent, edits, ranges.wanted, _reads(tables, ranges))

    def _sub_select(
        self, place: TablePlace, arrival: TimeRange, customer_id: int | None
    ) -> verify.SubSelect:
        table, start, end, alias = place
        text = projection(self._version, table, customer_id, arrival)
        return verify.SubSelect(Replacement(start, end, text + alias), self._shown[table.name])

    def _check_frame(
        self,
        sql: str,
        tokens: list[Token],
        fixed: list[Replacement],
        tables: Sequence[TablePlace],
    ) -> None:
        stand_ins = [stand_in(self._version, place.table) for place in tables]
        replacements = fixed + [
            Replacement(place.start, place.end, text + place.alias)
            for place, text in zip(tables, stand_ins, strict=True)
        ]
        verify.check_frame(splice(sql, replacements)[0], tokens, replacements, stand_ins)

    def _check_tokens(self, source: Source, tokens: list[Token]) -> None:
        rules.check_statement(source, tokens, self._served.tables)
        brackets = limits.matching_brackets(source, tokens)
        limits.check_repetition(source, tokens)
        syntax.check_colons(source, tokens, brackets)
        rules.check_words(source, tokens, self._forbidden)
        functions.check_calls(source, tokens, brackets)
        syntax.check_neighbours(source, tokens)
        clauses.check_order(source, tokens)


def _places(names: scope.Names, tokens: list[Token]) -> tuple[list[TablePlace], list[Replacement]]:
    """Where tables are named, and each qualifier by the name that is left of it."""
    ends = {token.start: token.end for token in tokens}
    tables = [
        TablePlace(
            table,
            rules.offset(parts[0]),
            ends[rules.offset(parts[-1])],
            "" if aliased else f" AS {quoted(table.name)}",
        )
        for table, parts, aliased in names.tables
    ]
    qualifiers = [
        Replacement(rules.offset(parts[0]), ends[rules.offset(parts[-1])], quoted(table.name))
        for table, parts in names.columns
    ]
    return tables, qualifiers


def _ranges_of(
    references: Sequence[scope.TableReference],
    tokens: Sequence[Token],
    marks: Sequence[Mark],
    *,
    with_days: bool,
) -> FindRanges:
    """What tells the ranges; without a `?` they are known, and the tree need not be kept."""
    days = {column.name.lower() for each in references if (column := each.table.time_column(DAY))}
    names_a_day = any(token.name.lower() in days for token in tokens)

    def find(parameters: Mapping[int, Parameter]) -> Ranges:
        wanted = tuple(time_ranges(references, parameters))
        by_days = tuple(time_ranges(references, parameters, {DAY})) if with_days else None
        if not names_a_day:
            return Ranges(wanted, wanted, by_days)
        by_timestamps = tuple(time_ranges(references, parameters, RECORD_TIMES))
        return Ranges(wanted, by_timestamps, by_days)

    if marks:
        return find
    known = find({})
    return lambda _parameters: known


def _reads(tables: Sequence[TablePlace], ranges: Ranges) -> tuple[TableRead, ...] | None:
    if ranges.by_days is None:
        return None
    found = zip(tables, ranges.by_timestamps, ranges.by_days, strict=True)
    return tuple(TableRead(place.table, arrival, days) for place, arrival, days in found)


def _by_place(
    marks: Sequence[Mark], parameters: Sequence[Parameter] | None
) -> dict[int, Parameter]:
    """The value of each `?` by its place."""
    return {mark.start: value for mark, value in zip(marks, parameters or (), strict=True)}


def _forbidden_columns(version: catalog.ApiVersion) -> frozenset[str]:
    hidden: set[str] = set()
    for table in version.tables.values():
        shown = {column.name.lower() for column in table.queryable_columns}
        if TENANT_COLUMN not in shown:
            raise ValueError(f"table {table.name} has no column {TENANT_COLUMN}")
        hidden.update(column.name.lower() for column in table.columns if not column.queryable)
    return frozenset(hidden)


def _check_size(text: str) -> None:
    # A lone surrogate is refused later, with its place; here it only has to be counted.
    if len(text.encode(errors="surrogatepass")) > limits.MAX_SQL_BYTES:
        raise QueryTooLarge(
            f"A query is at most {limits.MAX_SQL_BYTES:,} bytes of SQL, also with what is put in "
            "place of its tables and parameters."
        )


def _trailing_semicolon(tokens: list[Token]) -> list[Replacement]:
    if tokens and tokens[-1].kind is Kind.OPERATOR and tokens[-1].text == ";":
        return [Replacement(tokens[-1].start, tokens[-1].end, "")]
    return []


def _without(lexed: Lexed, pieces: list[Replacement]) -> Lexed:
    """The same, with some pieces of the code blank and without their tokens."""
    code, tokens = lexed.code, lexed.tokens
    for start, end, _ in pieces:
        code = code[:start] + " " * (end - start) + code[end:]
        tokens = [token for token in tokens if not start <= token.start < end]
    return Lexed(tokens, code)


def _syntax_error(source: Source, tokens: Sequence[Token], offset: int) -> InvalidSql:
    found = next((token for token in tokens if token.end > offset), None)
    near = (
        f" at or near {described(source, found)}" if found else ", or an end that comes too early"
    )
    return source.invalid(offset, f"The query has a syntax error{near}.")


def _tree(source: Source, lexed: Lexed) -> exp.Expr | None:
    try:
        return parser.parse(lexed.code, lexed.tokens)
    except parser.SyntaxFault as fault:
        raise _syntax_error(source, lexed.tokens, fault.offset) from None
    except (parser.BudgetExceeded, RecursionError):
        raise source.refusal(0, "TOO_COMPLEX", "The query is too complex to be read.") from None
    except Exception:
        # The parser leaks other errors on strange texts, such as ValueError for an empty name.
        raise source.invalid(0, "The SQL cannot be read.") from None
