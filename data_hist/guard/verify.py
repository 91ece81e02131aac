"""Reading the rewritten text again: every table it names must stand in a projection of ours.

The last check before a query leaves, made on the text alone. A failure is a bug of the guard, never
the caller's, so it is no `RequestError`.
"""

from collections.abc import Collection, Iterator

from sqlglot import exp

from data_hist.errors import InvalidSql, StatementNotAllowed
from data_hist.guard import limits, parser
from data_hist.guard.lexer import Kind, Lexed, Token, lex
from data_hist.guard.rules import offset
from data_hist.guard.source import Source
from data_hist.guard.splice import Replacement

# Our own pieces come on top of what the caller may send.
_MAX_TOKENS = limits.MAX_TOKENS * 3 // 2
# Reading costs about 25 microseconds a token and blocks the process; a longer text has to do with
# the comparison of its tokens, which proves the same as long as the pieces are ours.
_MAX_READ_TOKENS = 8_000


class RewriteFault(RuntimeError):
    """The rewritten text is not what was meant."""


def check(
    sent: str, tokens: list[Token], replacements: list[Replacement], projections: Collection[str]
) -> None:
    """Raise unless the text is the caller's tokens with our pieces, and all its tables are ours.

    Args:
        sent: The rewritten text.
        tokens: The tokens of the caller's text.
        replacements: What was put into it, and where.
        projections: Each sub-select that was put into it.
    """
    lexed = lex(Source(sent), max_tokens=_MAX_TOKENS)
    meant = list(_meant(tokens, replacements))
    if [(token.kind, token.text) for token in lexed.tokens] != meant:
        raise RewriteFault("the rewritten query has other tokens than meant")
    if len(lexed.tokens) <= _MAX_READ_TOKENS:
        _check_tables(sent, _read(lexed), projections)


def _read(lexed: Lexed) -> exp.Expr | None:
    try:
        return parser.parse(lexed.code, lexed.tokens)
    except parser.SyntaxFault:
        # sqlglot forgives some faults around a name, such as `FROM events *`, and none around a
        # sub-select; the tokens are right, so the fault was in the caller's text.
        raise InvalidSql("The SQL has a syntax error.", code="SYNTAX_ERROR") from None
    except (parser.BudgetExceeded, RecursionError):
        # Our sub-selects add a level, which may be one too many.
        raise StatementNotAllowed(
            "The query is too complex to be read.", rule="TOO_COMPLEX"
        ) from None
    except Exception as fault:
        raise RewriteFault("the rewritten query cannot be read") from fault


def _meant(tokens: list[Token], replacements: list[Replacement]) -> Iterator[tuple[Kind, str]]:
    waiting = sorted(replacements, reverse=True)
    replaced_to = 0
    for token in tokens:
        if waiting and waiting[-1].start == token.start:
            piece = waiting.pop()
            replaced_to = piece.end
            for inner in lex(Source(piece.text), max_tokens=_MAX_TOKENS).tokens:
                yield inner.kind, inner.text
        if token.start >= replaced_to:
            yield token.kind, token.text


def _check_tables(sent: str, root: exp.Expr | None, projections: Collection[str]) -> None:
    if root is None:
        raise RewriteFault("the rewritten query is empty")
    nodes = list(root.walk())
    named = {node.alias.lower() for node in nodes if isinstance(node, exp.CTE)}
    found = 0
    for table in (node for node in nodes if isinstance(node, exp.Table)):
        first = table.args.get("catalog")
        if first is not None and _is_projected(sent, offset(first), projections):
            found += 1
        elif table.args.get("db") is not None or table.name.lower() not in named:
            raise RewriteFault("the rewritten query names a table outside our sub-selects")
    if found != len(projections):
        raise RewriteFault("the rewritten query lacks one of our sub-selects")


def _is_projected(sent: str, place: int, projections: Collection[str]) -> bool:
    """Whether one of our sub-selects has the name of its table at this place."""
    start = sent.rfind("(SELECT ", 0, place)
    return any(
        sent.startswith(text, start) and start + text.index(" FROM ") + 6 == place
        for text in projections
    )
