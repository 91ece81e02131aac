"""The verification notices every fault of the rewriting."""

from unittest.mock import Mock

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.errors import InvalidSql, StatementNotAllowed
from data_hist.pruning.time_range import FIXED, TimeRange
from data_hist.sql_guard import parser, verify
from data_hist.sql_guard.lexer import Lexed, Source, lex
from data_hist.sql_guard.rewrite import (
    Replacement,
    empty_sub_select,
    empty_sub_select_head,
    replace_all,
    scoped_sub_select,
    sub_select_head,
)
from data_hist.sql_guard.sub_select_shapes import RewriteFault, verified_view
from data_hist.sql_guard.verify import SubSelect

VERSION = load_catalog().versions["v0"]
TABLE = VERSION.tables["events"]
ARRIVAL = {FIXED: TimeRange(low=1_763_600_000_000)}
EVENTS = scoped_sub_select(TABLE, 11000)
NARROWED = scoped_sub_select(TABLE, 11000, ARRIVAL)
EMPTY = empty_sub_select(TABLE)
HEAD, EMPTY_HEAD = sub_select_head(TABLE), empty_sub_select_head(TABLE)
VIEW = verified_view(TABLE, HEAD, EMPTY_HEAD)
SQL = "SELECT * FROM events e"


def _check_frame(frame: str, sub_select: str) -> None:
    tokens = lex(Source(SQL), max_tokens=50).tokens
    verify.check_frame(frame, tokens, fixed=[], sub_selects=[_in_place(sub_select)])


def _in_place(sub_select: str) -> SubSelect:
    return SubSelect(Replacement(14, 20, sub_select), VIEW)


def _check_sent(sent: str, sub_select: str, customer_id: int | None = 11000) -> None:
    verify.check_sent(
        sent,
        lex(Source(SQL), max_tokens=50).tokens,
        fixed=[],
        literals=[],
        sub_selects=[_in_place(sub_select)],
        customer_id=customer_id,
    )


def _sent(sub_select: str) -> str:
    return replace_all(SQL, [Replacement(14, 20, sub_select)])[0]


def test_the_frame_that_was_meant_passes() -> None:
    _check_frame(_sent(EMPTY), EMPTY)


@pytest.mark.parametrize("sub_select", [EVENTS, NARROWED, f'{NARROWED} AS "events"'])
def test_the_text_that_was_meant_passes(sub_select: str) -> None:
    _check_sent(_sent(sub_select), sub_select)


def test_everybodys_rows_are_for_the_operator_alone() -> None:
    everybodys = scoped_sub_select(TABLE, None, ARRIVAL)

    _check_sent(_sent(everybodys), everybodys, customer_id=None)
    with pytest.raises(RewriteFault, match="not that of a customer"):
        _check_sent(_sent(everybodys), everybodys)


@pytest.mark.parametrize(
    "sent",
    [
        SQL,
        f"SELECT * FROM {EVENTS} e, secret",
        f"SELECT * FROM {EVENTS.replace('11000', '11001')} e",
        f"SELECT * FROM {EVENTS.replace('customerid,', 'customerid, resourceid,')} e",
        f"SELECT data FROM {EVENTS} e",
    ],
)
def test_another_text_is_a_fault_of_ours(sent: str) -> None:
    with pytest.raises(RewriteFault, match="other tokens"):
        _check_sent(sent, EVENTS)


@pytest.mark.parametrize(
    "text",
    [
        "secret",
        '"awsdatacatalog"."data_hist"."events_v0"',
        '(SELECT 1 FROM "awsdatacatalog"."data_hist"."other")',
        f"{EMPTY} x, data_hist.secret",
        "(SELECT 1)",
    ],
)
def test_an_empty_sub_select_that_is_not_ours_is_a_fault(text: str) -> None:
    with pytest.raises(RewriteFault):
        _check_frame(_sent(text), text)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (f"SELECT * FROM {EMPTY} e", []),
        (f"SELECT * FROM events e, {EMPTY} f", [Replacement(14, 20, EMPTY)]),
        (
            f"SELECT *, {EMPTY} FROM events e",
            [Replacement(11 + len(EMPTY) + 5, 11 + len(EMPTY) + 11, EMPTY)],
        ),
        ('WITH x AS (SELECT 1) SELECT * FROM "awsdatacatalog"."data_hist"."events_v0"', []),
        ("WITH x AS (SELECT 1) SELECT * FROM data_hist.x", []),
    ],
)
def test_a_table_that_the_caller_names_is_none_of_our_sub_selects(
    sql: str, named: list[Replacement]
) -> None:
    frame, _ = replace_all(sql, named)

    with pytest.raises(RewriteFault, match="outside our sub-selects"):
        verify.check_frame(
            frame,
            lex(Source(sql)).tokens,
            fixed=[],
            sub_selects=[SubSelect(each, VIEW) for each in named],
        )


def test_a_sub_select_that_is_missing_is_a_fault() -> None:
    tokens = lex(Source("SELECT 1")).tokens

    with pytest.raises(RewriteFault, match="lacks"):
        verify.check_frame("SELECT 1", tokens, fixed=[], sub_selects=[_in_place(EMPTY)])


def test_our_sub_select_is_found_after_other_replacements() -> None:
    sql = "SELECT data_hist.events.data FROM events WHERE data = 'x';"
    fixed = [Replacement(7, 23, '"events"'), Replacement(57, 58, "")]
    ours = SubSelect(Replacement(34, 40, f'{EMPTY} AS "events"'), VIEW)
    frame, _ = replace_all(sql, [*fixed, ours.replacement])

    verify.check_frame(frame, lex(Source(sql)).tokens, fixed=fixed, sub_selects=[ours])


WRONG_SUB_SELECTS = [
    "secret",
    '"awsdatacatalog"."data_hist"."events_v0"',
    '(SELECT * FROM "awsdatacatalog"."data_hist"."events_v0" WHERE customerid = 11000)',
    "(SELECT 1)",
    f"({EVENTS})",
    f"{EVENTS} UNION {EVENTS}",
    f"{EVENTS} x, data_hist.secret",
    f"{EVENTS} x JOIN secret ON true",
    f"{EVENTS} WHERE true",
    f"{EVENTS} TABLESAMPLE BERNOULLI (10)",
    EVENTS.removesuffix(")"),
    EVENTS.replace("= 11000", "= 11001"),
    EVENTS.replace("= 11000", "= '11000'"),
    EVENTS.replace("= 11000", "= -11000"),
    EVENTS.replace("= 11000", "= 11000 + 1"),
    EVENTS.replace("= 11000", ">= 11000"),
    EVENTS.replace("= 11000", "= 11000 OR true"),
    EVENTS.replace("= 11000", "= 11000 OR dt > '1' AND dt < '2'"),
    EVENTS.replace("= 11000", "IN (11000)"),
    EVENTS.replace("customerid =", "NOT customerid ="),
    EVENTS.replace("WHERE customerid", "WHERE service"),
    EVENTS.replace("WHERE customerid = 11000", ""),
    EVENTS.replace("WHERE customerid", "WHERE dt > '1' AND customerid"),
    EVENTS.replace("events_v0", "metrics_v0"),
    EVENTS.replace('"data_hist".', ""),
    EVENTS.replace('"awsdatacatalog"', '"other"'),
    EVENTS.replace("SELECT customerid,", "SELECT DISTINCT customerid,"),
    EVENTS.replace("customerid,", "customerid, resourceid,"),
    EVENTS.replace("customerid,", "customerid, data AS service,"),
    EVENTS.replace("customerid,", "customerid, upper(data) AS service,"),
    EVENTS.replace("customerid,", "customerid, service AS extra,"),
    EVENTS.replace("data,", "json_extract_scalar(data, '$.x') AS data,"),
    EVENTS.replace("data,", "'x' AS data,"),
    EVENTS.replace("tags, data", "data, tags"),
    EVENTS.replace("data,", "max(data) FILTER (WHERE customerid = 11000) AS data,").replace(
        "WHERE customerid = 11000", "WHERE customerid = 11001"
    ),
    EVENTS.replace("customerid,", "customerid, (SELECT 1),"),
    EVENTS.replace(" WHERE", ", secret WHERE"),
    EVENTS.replace("= 11000", "= 11000 AND EXISTS (SELECT 1 FROM secret)"),
    EVENTS.replace("= 11000", "= 11000 AND EXISTS (SELECT 1)"),
    EVENTS.replace("= 11000", "= 11000 LIMIT 5"),
]


@pytest.mark.parametrize("text", WRONG_SUB_SELECTS)
def test_a_sub_select_that_shows_something_else_is_a_fault_of_ours(text: str) -> None:
    with pytest.raises(RewriteFault):
        _check_sent(_sent(text), text)


@pytest.mark.parametrize("customer_id", [1, 1100, 110000, 11001])
def test_a_shape_that_has_been_read_passes_for_its_customer_alone(customer_id: int) -> None:
    _check_sent(_sent(NARROWED), NARROWED)

    with pytest.raises(RewriteFault, match="not that of the customer"):
        _check_sent(_sent(NARROWED), NARROWED, customer_id)


@pytest.mark.parametrize(
    "literal",
    [
        "secret",
        '"secret"',
        "?",
        "(SELECT 1)",
        "1) FROM secret",
        "(1",
        "1 + 1",
        "'a' || 'b'",
        "abs(1)",
        "now()",
        "1 -- x\n OR true",
    ],
)
def test_a_literal_that_is_more_than_a_value_is_a_fault_of_ours(literal: str) -> None:
    sql = "SELECT ?"
    meant = [Replacement(7, 8, literal)]

    with pytest.raises(RewriteFault, match="a literal"):
        verify.check_sent(
            replace_all(sql, meant)[0],
            lex(Source(sql), max_tokens=9).tokens,
            fixed=[],
            literals=meant,
            sub_selects=[],
            customer_id=11000,
        )


def test_an_empty_text_is_a_fault_of_ours() -> None:
    with pytest.raises(RewriteFault, match="empty"):
        verify.check_frame("", [], fixed=[], sub_selects=[])


def test_a_fault_of_the_callers_that_only_the_rewriting_shows_is_a_syntax_error() -> None:
    sql = "SELECT * FROM events *"
    meant = _in_place(EMPTY)
    tokens = lex(Source(sql), max_tokens=9).tokens
    frame, _ = replace_all(sql, [meant.replacement])

    with pytest.raises(InvalidSql):
        verify.check_frame(frame, tokens, fixed=[], sub_selects=[meant])


def test_a_parser_that_fails_on_the_rewritten_text_is_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parser, "parse", Mock(side_effect=ZeroDivisionError))

    with pytest.raises(RewriteFault, match="cannot be read"):
        verify.check_frame("SELECT 1", lex(Source("SELECT 1")).tokens, fixed=[], sub_selects=[])


def test_a_level_too_many_is_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "parse", Mock(side_effect=RecursionError))

    with pytest.raises(StatementNotAllowed, match="too complex"):
        verify.check_frame("SELECT 1", lex(Source("SELECT 1")).tokens, fixed=[], sub_selects=[])


@pytest.mark.parametrize("ours", ["SELECT", "SELECT 1 2", "SELECT '1'", "SELECT  1", "SELEC T1"])
def test_tokens_that_the_parser_sees_otherwise_are_a_syntax_error(ours: str) -> None:
    tokens = lex(Source(ours), max_tokens=9).tokens

    with pytest.raises(parser.SyntaxFault):
        parser.parse(Lexed(tokens, "SELECT 1"))


def test_overlapping_replacements_are_no_text_at_all() -> None:
    with pytest.raises(ValueError, match="overlap"):
        replace_all("abc", [Replacement(0, 2, "x"), Replacement(1, 3, "y")])


def test_a_long_text_is_still_compared_token_by_token() -> None:
    sql = "SELECT * FROM events e WHERE dt IN ('1'" + ", '1'" * 5_000 + ")"
    tokens = lex(Source(sql), max_tokens=20_000).tokens
    meant = _in_place(EMPTY)
    frame, _ = replace_all(sql, [meant.replacement])

    verify.check_frame(frame, tokens, fixed=[], sub_selects=[meant])
    with pytest.raises(RewriteFault, match="other tokens"):
        verify.check_frame(sql, tokens, fixed=[], sub_selects=[meant])
