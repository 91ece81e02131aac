"""The last look at the rewritten text: it notices when the rewriting is not what it should be."""

from unittest.mock import Mock

import pytest

from data_hist.catalog import load_catalog
from data_hist.errors import InvalidSql, RequestError, StatementNotAllowed
from data_hist.guard import Guard, parser, verify
from data_hist.guard import guard as guard_module
from data_hist.guard.lexer import lex
from data_hist.guard.source import Source
from data_hist.guard.splice import Replacement, projection, splice

VERSION = load_catalog().versions["v0"]
EVENTS = projection(VERSION, VERSION.tables["events"], 11000)
SQL = "SELECT * FROM events e"


def _check(sent: str, replacements: list[Replacement], projections: list[str]) -> None:
    tokens = lex(Source(SQL), max_tokens=50).tokens
    verify.check(sent, tokens, replacements, projections)


def test_the_text_that_was_meant_passes() -> None:
    meant = [Replacement(14, 20, EVENTS)]

    _check(splice(SQL, meant)[0], meant, [EVENTS])


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
    with pytest.raises(verify.RewriteFault, match="other tokens"):
        _check(sent, [Replacement(14, 20, EVENTS)], [EVENTS])


@pytest.mark.parametrize(
    "text",
    [
        "secret",
        '"awsdatacatalog"."data_hist"."events_v0"',
        '(SELECT * FROM "awsdatacatalog"."data_hist"."events_v0")',
        EVENTS.replace("= 11000", "= 11001"),
        EVENTS.replace("events_v0", "other"),
        f"{EVENTS} x, data_hist.secret",
        "(SELECT 1)",
    ],
)
def test_a_replacement_that_is_no_sub_select_of_ours_is_a_fault(text: str) -> None:
    replacement = Replacement(14, 20, text)

    with pytest.raises(verify.RewriteFault):
        _check(splice(SQL, [replacement])[0], [replacement], [EVENTS])


def test_an_empty_text_is_a_fault_of_ours() -> None:
    with pytest.raises(verify.RewriteFault, match="empty"):
        verify.check("", [], [], [])


def test_a_fault_of_the_callers_that_only_the_rewriting_shows_is_a_syntax_error() -> None:
    sql = "SELECT * FROM events *"
    meant = [Replacement(14, 20, EVENTS)]

    with pytest.raises(InvalidSql):
        verify.check(splice(sql, meant)[0], lex(Source(sql), max_tokens=9).tokens, meant, [EVENTS])


def test_a_parser_that_fails_on_the_rewritten_text_is_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parser, "parse", Mock(side_effect=ZeroDivisionError))

    with pytest.raises(verify.RewriteFault, match="cannot be read"):
        verify.check("SELECT 1", lex(Source("SELECT 1"), max_tokens=2).tokens, [], [])


def test_a_level_too_many_is_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "parse", Mock(side_effect=RecursionError))

    with pytest.raises(StatementNotAllowed, match="too complex"):
        verify.check("SELECT 1", lex(Source("SELECT 1"), max_tokens=2).tokens, [], [])


@pytest.mark.parametrize("ours", ["SELECT", "SELECT 1 2", "SELECT '1'", "SELECT  1", "SELEC T1"])
def test_tokens_that_the_parser_sees_otherwise_are_a_syntax_error(ours: str) -> None:
    tokens = lex(Source(ours), max_tokens=9).tokens

    with pytest.raises(parser.SyntaxFault):
        parser.parse("SELECT 1", tokens)


def test_a_fault_of_ours_is_not_blamed_on_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_module, "projection", lambda *_: "(SELECT 1 FROM secret)")

    with pytest.raises(verify.RewriteFault) as fault:
        Guard(VERSION).admit(SQL, customer_id=11000)

    assert not isinstance(fault.value, RequestError)


def test_overlapping_replacements_are_no_text_at_all() -> None:
    with pytest.raises(ValueError, match="overlap"):
        splice("abc", [Replacement(0, 2, "x"), Replacement(1, 3, "y")])


def test_a_long_text_is_still_compared_token_by_token() -> None:
    sql = "SELECT * FROM events e WHERE dt IN ('1'" + ", '1'" * 5_000 + ")"
    tokens = lex(Source(sql), max_tokens=20_000).tokens
    meant = [Replacement(14, 20, EVENTS)]

    verify.check(splice(sql, meant)[0], tokens, meant, [EVENTS])
    with pytest.raises(verify.RewriteFault, match="other tokens"):
        verify.check(sql, tokens, meant, [EVENTS])
