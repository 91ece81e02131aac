"""Where the tokens of a text begin and end: strings, names, comments."""

import pytest

from data_hist.errors import InvalidSql
from data_hist.sql_guard.lexer import Kind, Source, lex

W, Q, S, N, OP, P = (
    Kind.WORD, Kind.QUOTED, Kind.STRING, Kind.NUMBER, Kind.OPERATOR, Kind.PARAMETER,
)  # fmt: skip
READ = [
    ("select Ab_1", [(W, "SELECT"), (W, "AB_1")]),
    ("'it''s' ''", [(S, "'it''s'"), (S, "''")]),
    (r"'a\' b", [(S, r"'a\'"), (W, "B")]),
    ("X'00' u&'\\00e9'", [(S, "X'00'"), (S, "u&'\\00e9'")]),
    ('"a""b" "A"', [(Q, '"a""b"'), (Q, '"A"')]),
    ("1 1.5 1. 1e5 .5", [(N, "1"), (N, "1.5"), (N, "1."), (N, "1e5"), (OP, "."), (N, "5")]),
    ("a<>b!=c->d||e", [(W, "A"), (OP, "<>"), (W, "B"), (OP, "!="), (W, "C"), (OP, "->"), (W, "D"),
                       (OP, "||"), (W, "E")]),
    ("? '?'", [(P, "?"), (S, "'?'")]),
    ("1e3+1e-2-.5", [(N, "1e3"), (OP, "+"), (N, "1e-2"), (OP, "-"), (OP, "."), (N, "5")]),
    ('"gr\u00f6\u00dfe":1', [(Q, '"gr\u00f6\u00dfe"'), (OP, ":"), (N, "1")]),
    ("a--b\nc", [(W, "A"), (W, "C")]),
    ("a--b\rc", [(W, "A"), (W, "C")]),
    ("a/* /* */b", [(W, "A"), (W, "B")]),
    ("a/**/b/***/c", [(W, "A"), (W, "B"), (W, "C")]),
    ("a -- 'x", [(W, "A")]),
    ("date'2026-11-20'", [(W, "DATE"), (S, "'2026-11-20'")]),
]  # fmt: skip
FAULTS = [
    ("'open", 0), ('a "open', 2), ("a /* open", 2), ("a /* open *", 2), ("'''' '", 5),
    ("a $b", 2), ("a `b`", 2), ("a @b", 2), ("a {b}", 2), ("a \\ b", 2), ("1a", 0),
    ("a\u00a0b", 1), ("ab\u200bc", 2), ("\ufeffa", 0), ("a\0", 1), ("'\0'", 1), ("'\ud800'", 1),
    ("a ! b", 2), ("a & b", 2), ("a ~ b", 2), ("a | b", 2), ("a # b", 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tokens"), READ)
def test_tokens(text: str, tokens: list[tuple[Kind, str]]) -> None:
    lexed = lex(Source(text), max_tokens=20)

    assert [(token.kind, token.text) for token in lexed.tokens] == tokens
    written = [text[token.start : token.end] for token in lexed.tokens]
    assert [word.upper() for word in written] == [token.text.upper() for token in lexed.tokens]


@pytest.mark.parametrize(("text", "offset"), FAULTS)
def test_what_is_no_token_is_a_syntax_error_at_its_place(text: str, offset: int) -> None:
    with pytest.raises(InvalidSql) as refused:
        lex(Source(text), max_tokens=20)

    assert (refused.value.line, refused.value.column) == (1, offset + 1)


def test_the_name_of_a_quoted_name_has_no_quotes() -> None:
    (token,) = lex(Source('"a""b"'), max_tokens=1).tokens

    assert token.name == 'a"b'


def test_comments_are_blanked_without_moving_anything() -> None:
    text = "a /* 'x\ny */ b -- z\nc '--'"

    code = lex(Source(text), max_tokens=20).code

    assert code == "a" + " " * 6 + "\n     b     \nc '--'"
    assert len(code) == len(text)


def test_counting_stops_at_the_limit() -> None:
    with pytest.raises(Exception, match="more than 3 tokens"):
        lex(Source("1 " * 1_000_000), max_tokens=3)
