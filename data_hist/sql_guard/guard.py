"""Decide whether a query may run, and rewrite it for one caller.

Cheap, linear checks come before the parser. What a text says by itself is found once, as a
`Statement`; the rewriting for a customer and parameters is verified each time.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from data_hist.catalog.tables import ApiVersion
from data_hist.errors import InvalidSql, QueryTooLarge
from data_hist.pruning.partitions import FolderNames, TableRead
from data_hist.pruning.time_range import TimeBounds
from data_hist.sql_guard import checks, confusables, diagnostics, parser, scope, token_order, verify
from data_hist.sql_guard.lexer import Kind, Source, Token, check_repetition, lex, match_brackets
from data_hist.sql_guard.literals import Parameter
from data_hist.sql_guard.parameters import bind
from data_hist.sql_guard.rewrite import (
    Edit,
    NamedTable,
    Replacement,
    empty_sub_select,
    empty_sub_select_head,
    locate_names,
    replace_all,
    scoped_sub_select,
    sub_select_head,
)
from data_hist.sql_guard.sub_select_shapes import verified_view
from data_hist.sql_guard.table_reads import find_folder_names, table_reads
from data_hist.sql_guard.time_bounds import find_time_bounds, is_day, is_of_record
from data_hist.sql_guard.time_policy import ANY_TIME, TimePolicy
from data_hist.sql_guard.token_order import Placeholder

MAX_SQL_BYTES = 262_144


@dataclass(frozen=True)
class AdmittedQuery:
    """What is sent to the engine, and how it differs from the caller's text.

    `time_bounds` says for each table reference when the wanted records arrived; `reads` says what
    it may read for them, if that was requested. `is_unbounded` is whether to warn of that.
    """

    sql: str
    edits: tuple[Edit, ...]
    time_bounds: tuple[TimeBounds, ...] = ()
    reads: tuple[TableRead, ...] | None = None
    is_unbounded: bool = False


class TableBounds(NamedTuple):
    """When the records of each table arrived, by all conditions and by those on some columns.

    `by_days` is None unless it was requested, and with it the `names` of folders.
    """

    by_all: tuple[TimeBounds, ...]
    by_timestamps: tuple[TimeBounds, ...]
    by_days: tuple[TimeBounds, ...] | None = None
    names: tuple[FolderNames, ...] = ()


FindBounds: TypeAlias = Callable[[Mapping[int, Parameter]], TableBounds]
"""Finds the bounds for the values of the `?`, which are given by their offsets."""


@dataclass(frozen=True)
class Statement:
    """What the guard knows about an admissible text, whoever sends it and with whatever parameters.

    Nothing here depends on a customer or on the time, so it can be cached. `fixed` are the
    replacements that are the same for everybody.
    """

    source: Source
    tokens: Sequence[Token]
    placeholders: Sequence[Placeholder]
    tables: Sequence[NamedTable]
    fixed: Sequence[Replacement]
    find_bounds: FindBounds

    @property
    def keeps_tree(self) -> bool:
        """Whether `find_bounds` holds the syntax tree, which is several times as large."""
        return bool(self.placeholders)


class Guard:
    """Decides which SQL may run over the tables of one API version, and rewrites it.

    Args:
        version: The tables.
        time_policy: How much time a query may read; by default, any.
    """

    def __init__(self, version: ApiVersion, time_policy: TimePolicy = ANY_TIME) -> None:
        parser.require_pure_python()
        # It logs the text of what it cannot parse.
        logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
        self._version = version
        self._time_policy = time_policy
        self._served = scope.Served.of(version)
        self._hidden = self._served.hidden
        self._names = self._served.tables.keys() | {
            column.name.lower() for table in version.tables.values() for column in table.columns
        }
        self._protected = self._hidden | self._served.tables.keys()

    def admit(
        self,
        sql: str,
        *,
        customer_id: int | None,
        parameters: Sequence[Parameter] | None = None,
        with_reads: bool = False,
    ) -> AdmittedQuery:
        """Return the text to send for a query.

        Args:
            sql: The caller's text.
            customer_id: The customer whose rows are visible; None makes every row visible.
            parameters: The values of the `?` in the text.
            with_reads: Whether to say what may be read as well.

        Raises:
            QueryTooLarge: It is over the engine's limit, as written or as sent.
            InvalidSql: It has a syntax error.
            StatementNotAllowed: It is not one SELECT over the served tables.
            InvalidRequest: The value of a parameter is not one of its type.
        """
        statement = self.read(sql, with_days=with_reads, to_operator=customer_id is None)
        return self.rewrite(statement, customer_id=customer_id, parameters=parameters)

    def read(self, sql: str, *, with_days: bool = False, to_operator: bool = False) -> Statement:
        """Parse and check a text of a tenant or the operator; find days only if asked to.

        Raises:
            QueryTooLarge, InvalidSql, StatementNotAllowed: As in `admit`.
        """
        try:
            return self._read(sql, with_days=with_days, to_operator=to_operator)
        except InvalidSql as error:
            raise diagnostics.suggest_correction(
                Source(sql), error, self._read, self._names
            ) from None

    def _read(self, sql: str, *, with_days: bool = False, to_operator: bool = False) -> Statement:
        _check_size(sql)
        source = Source(sql)
        lexed = whole = lex(source)
        fixed: list[Replacement] = []
        if lexed.tokens and lexed.tokens[-1][::3] == (Kind.OPERATOR, ";"):
            semicolon = lexed.tokens[-1]
            fixed.append(Replacement(semicolon.start, semicolon.end, ""))
            lexed = lexed.without_last()
        self._check_tokens(source, lexed.tokens)
        placeholders = token_order.find_placeholders(source, lexed.tokens)
        nodes = checks.check_tree(source, parser.parse_caller_sql(source, lexed))
        checks.check_names(source, nodes, lexed.tokens)
        if not sql.isascii():
            confusables.check(source, nodes, self._protected)
        names = scope.resolve(source, nodes[0], self._served.to(operator=to_operator))
        tables, qualifiers = locate_names(names, lexed.tokens)
        fixed += qualifiers
        self._check_frame(sql, whole.tokens, fixed, tables)
        with_days = with_days or self._time_policy.needs_reads
        find_bounds = _bounds_finder(names.tables, lexed.tokens, placeholders, with_days=with_days)
        return Statement(source, whole.tokens, placeholders, tables, fixed, find_bounds)

    def rewrite(
        self,
        statement: Statement,
        *,
        customer_id: int | None,
        parameters: Sequence[Parameter] | None = None,
    ) -> AdmittedQuery:
        """Return the text to send for a statement, in time linear in its length.

        Raises:
            QueryTooLarge, StatementNotAllowed, InvalidRequest: As in `admit`.
        """
        source, tables, placeholders = statement.source, statement.tables, statement.placeholders
        literals = bind(source, placeholders, parameters) if placeholders or parameters else []
        if customer_id is not None:
            _check_tenant_columns(source, tables)
        bounds = statement.find_bounds(_by_offset(placeholders, parameters))
        reads = _reads(tables, bounds, customer_id)
        is_unbounded = self._time_policy.check(source, tables, bounds.by_all, reads)
        sub_selects = [
            self._sub_select(named, scoped_sub_select(named.table, customer_id, arrival))
            for named, arrival in zip(tables, bounds.by_timestamps, strict=True)
        ]
        replacements = [each.replacement for each in sub_selects]
        sent, edits = replace_all(source.text, [*statement.fixed, *literals, *replacements])
        _check_size(sent)
        verify.check_sent(
            sent,
            statement.tokens,
            fixed=statement.fixed,
            literals=literals,
            sub_selects=sub_selects,
            customer_id=customer_id,
        )
        return AdmittedQuery(sent, edits, bounds.by_all, reads, is_unbounded)

    def _sub_select(self, named: NamedTable, text: str) -> verify.SubSelect:
        table = named.table
        view = verified_view(table, sub_select_head(table), empty_sub_select_head(table))
        return verify.SubSelect(named.replaced_by(text), view)

    def _check_frame(
        self,
        sql: str,
        tokens: list[Token],
        fixed: list[Replacement],
        tables: Sequence[NamedTable],
    ) -> None:
        sub_selects = [self._sub_select(named, empty_sub_select(named.table)) for named in tables]
        frame, _ = replace_all(sql, [*fixed, *(each.replacement for each in sub_selects)])
        verify.check_frame(frame, tokens, fixed=fixed, sub_selects=sub_selects)

    def _check_tokens(self, source: Source, tokens: list[Token]) -> None:
        checks.check_statement(source, tokens, self._served.tables)
        brackets = match_brackets(source, tokens)
        check_repetition(source, tokens)
        token_order.check_colons(source, tokens, brackets)
        checks.check_words(source, tokens, self._hidden)
        checks.check_calls(source, tokens, brackets)
        token_order.check_neighbours(source, tokens)
        token_order.check_clause_order(source, tokens)


def _bounds_finder(
    references: Sequence[scope.TableReference],
    tokens: Sequence[Token],
    placeholders: Sequence[Placeholder],
    *,
    with_days: bool,
) -> FindBounds:
    """Return what finds the bounds; without a `?` it need not keep the syntax tree."""
    days = {
        name
        for each in references
        for name, time in each.table.time_columns.items()
        if is_day(time)
    }
    names_a_day = any(token.name.lower() in days for token in tokens)

    def find(parameters: Mapping[int, Parameter]) -> TableBounds:
        by_all = find_time_bounds(references, parameters)
        by_timestamps = by_all
        if names_a_day:
            by_timestamps = find_time_bounds(references, parameters, is_of_record)
        if not with_days:
            return TableBounds(by_all, by_timestamps)
        by_days = find_time_bounds(references, parameters, is_day)
        names = find_folder_names(references, parameters)
        return TableBounds(by_all, by_timestamps, by_days, names)

    if placeholders:
        return find
    known = find({})
    return lambda _parameters: known


def _reads(
    tables: Sequence[NamedTable], bounds: TableBounds, customer_id: int | None
) -> tuple[TableRead, ...] | None:
    if bounds.by_days is None:
        return None
    return table_reads(tables, bounds.by_timestamps, bounds.by_days, bounds.names, customer_id)


def _by_offset(
    placeholders: Sequence[Placeholder], parameters: Sequence[Parameter] | None
) -> dict[int, Parameter]:
    pairs = zip(placeholders, parameters or (), strict=True)
    return {placeholder.start: value for placeholder, value in pairs}


def _check_tenant_columns(source: Source, tables: Sequence[NamedTable]) -> None:
    for named in tables:
        if named.table.tenant is None:
            detail = (
                f"Only the operator may query '{named.table.name}': its records name no customer."
            )
            raise source.refusal(named.start, "TABLE_NOT_ALLOWED", detail)


def _check_size(text: str) -> None:
    # The lexer refuses a lone surrogate with its position; here it only has to be counted.
    if len(text.encode(errors="surrogatepass")) > MAX_SQL_BYTES:
        raise QueryTooLarge(
            f"A query is at most {MAX_SQL_BYTES:,} bytes of SQL, including what replaces "
            "its tables and parameters."
        )
