"""Check the keywords, names and syntax tree of a query.

Each check raises at the first violation. Which tables exist is decided in `scope`.
"""

from collections.abc import Callable, Collection

from sqlglot import exp

from data_hist.spelling import short
from data_hist.sql_guard import function_allowlist as functions
from data_hist.sql_guard import node_allowlist as grammar
from data_hist.sql_guard import parser, statements
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.keywords import (
    GRAMMAR_WORDS,
    INSTEAD,
    REFUSED_RESERVED,
    RESERVED,
    TYPES_INSTEAD,
)
from data_hist.sql_guard.lexer import Kind, Token, described

_EXTRACT = (
    "EXTRACT takes YEAR, QUARTER, MONTH, WEEK, DAY, DOW, DOY, HOUR, MINUTE or SECOND, as in "
    "extract(YEAR FROM x)."
)


def check_statement(source: Source, tokens: list[Token], tables: Collection[str]) -> None:
    """Refuse what is not one SELECT by its first word and its semicolons."""
    if all(token.text == "(" for token in tokens):
        raise source.refusal(0, "NOT_SELECT", "The query holds no statement.")
    for index, token in enumerate(tokens):
        if token.text == ";" and token.kind is Kind.OPERATOR:
            raise _second_statement(source, token, tokens[index + 1 :])
    refusal = statements.refusal(source, tokens, tables)
    if refusal is not None:
        raise refusal


def _second_statement(source: Source, semicolon: Token, after: list[Token]) -> Exception:
    """A statement that begins after a semicolon, or a semicolon too many."""
    second = next((token for token in after if token.text != ";"), None)
    if second is None or semicolon.start == 0:
        detail = "A query is one statement, with at most one ';', at its end."
        return source.refusal(semicolon.start, "MULTIPLE_STATEMENTS", detail)
    detail = f"A query is one statement; a second begins at {described(source, second)}."
    return source.refusal(second.start, "MULTIPLE_STATEMENTS", detail)


def check_words(source: Source, tokens: list[Token], forbidden: Collection[str]) -> None:
    """Refuse the names of hidden columns, wherever they stand, and keywords of other statements."""
    for token in tokens:
        if token.kind not in (Kind.WORD, Kind.QUOTED):
            continue
        name = token.name.lower()
        if name in forbidden or name.startswith("$"):
            raise source.refusal(
                token.start,
                "COLUMN_NOT_ALLOWED",
                f"Column '{short(name)}' may not be used in a query.",
            )
        if token.kind is Kind.WORD and token.text in REFUSED_RESERVED:
            raise _word_refused(source, token, "in a query")


def check_tree(source: Source, root: exp.Expr | None) -> list[exp.Expr]:
    """The nodes of a tree, if each of them and each of its arguments is on the lists."""
    if not isinstance(root, grammar.QUERIES) or root.args.get("alias"):
        raise source.refusal(0, "NOT_SELECT", "Only SELECT is allowed, also with WITH before it.")
    nodes = list(root.walk())
    for node in nodes:
        allowed = grammar.NODES.get(type(node))
        if allowed is None:
            raise _unsupported(source, node)
        for name, value in node.args.items():
            if name not in allowed and value not in (None, False, [], ""):
                raise _unsupported(source, node)
        check = _CHECKS.get(type(node))
        if check is not None:
            check(source, node)
    return nodes


def check_names(source: Source, nodes: list[exp.Expr], tokens: list[Token]) -> None:
    """Refuse words the tree does not account for: parser and lexer must agree on every name."""
    names = {offset(node) for node in nodes if isinstance(node, exp.Identifier)}
    for index, token in enumerate(tokens):
        if token.kind not in (Kind.WORD, Kind.QUOTED) and token.start in names:
            raise source.invalid(token.start, 'A name is a word, or stands in "double quotes".')
        if token.kind is Kind.QUOTED and token.start not in names:
            raise source.refusal(
                token.start, "UNSUPPORTED", f"'{short(token.name)}' is not allowed here."
            )
        if token.kind is not Kind.WORD:
            continue
        if token.text in RESERVED:
            if token.start in names:
                raise source.invalid(
                    token.start, f"{token.text} is a reserved word; as a name it needs quotes."
                )
        elif token.start not in names and not _is_grammar(tokens, index):
            raise _word_refused(source, token, "here")


def offset(node: exp.Expr) -> int:
    """Where a node begins in the text, or -1 for one that sqlglot did not place."""
    start: int = node.meta.get("start", -1)
    return start


def _word_refused(source: Source, token: Token, where: str) -> Exception:
    detail = f"{described(source, token)} is not allowed {where}"
    way_out = f"; {INSTEAD[token.text]}" if token.text in INSTEAD else ""
    return source.refusal(token.start, "UNSUPPORTED", f"{detail}{way_out}.")


def _is_grammar(tokens: list[Token], index: int) -> bool:
    word = tokens[index].text
    if word in GRAMMAR_WORDS:
        return True
    called = index + 1 < len(tokens) and tokens[index + 1].text == "("
    return called and word.lower() in functions.ALLOWED


def _check_call(source: Source, node: exp.Expr) -> None:
    name = node.this
    if not isinstance(name, str) or name.lower() not in functions.ALLOWED:
        raise functions.refusal(source, max(offset(node), 0), str(node.name))
    if any(isinstance(argument, exp.Select | exp.SetOperation) for argument in node.expressions):
        raise source.invalid(_nearest(node), "A query as an argument needs brackets of its own.")


def _check_type(source: Source, node: exp.Expr) -> None:
    if node.this not in grammar.TYPES:
        theirs = getattr(node.this, "name", "")
        ours = TYPES_INSTEAD.get(theirs)
        instead = f" of this name: write {ours} for {theirs.lower()}" if ours else " here"
        raise source.refusal(_nearest(node), "UNSUPPORTED", f"There is no type{instead}.")


def _check_count(source: Source, node: exp.Expr) -> None:
    count = node.args.get(grammar.COUNTS[type(node)])
    if count is None and isinstance(node, exp.Fetch):
        return
    is_all = isinstance(node, exp.Limit) and isinstance(count, exp.Var) and count.name == "ALL"
    is_number = isinstance(count, exp.Literal) and not count.is_string
    if isinstance(count, exp.Literal) and is_number and not isinstance(node, exp.TableSample):
        is_number = count.name.isdecimal()
    if not (is_all or is_number or isinstance(count, exp.Placeholder)):
        raise source.refusal(
            _nearest(node), "UNSUPPORTED", "LIMIT, OFFSET, FETCH and TABLESAMPLE take a number."
        )


def _check_table(source: Source, node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Identifier):
        raise _unsupported(source, node)


def _check_join(source: Source, node: exp.Expr) -> None:
    has_condition = node.args.get("on") or node.args.get("using")
    kind, side = node.args.get("kind"), node.args.get("side")
    if node.meta.get(parser.NEEDS_CONDITION) and not has_condition:
        raise source.invalid(_nearest(node), "This JOIN has no ON and no USING.")
    if (kind == "CROSS" and (has_condition or side)) or (kind == "OUTER" and not side):
        raise source.invalid(_nearest(node), "This kind of JOIN is not one of SQL's.")


def _check_is(source: Source, node: exp.Expr) -> None:
    if not isinstance(node.expression, exp.Null):
        raise source.invalid(
            _nearest(node), "IS takes NULL or DISTINCT FROM; a boolean stands alone, or after NOT."
        )


def _check_interval(source: Source, node: exp.Expr) -> None:
    if not (isinstance(node.this, exp.Literal) and node.this.is_string and node.args.get("unit")):
        raise source.invalid(_nearest(node), "An interval is written INTERVAL '1' DAY.")


def _check_alias(source: Source, node: exp.Expr) -> None:
    if not isinstance(node.parent, exp.Select):
        raise source.invalid(_nearest(node), "Only a column of a SELECT can be given a name.")


def _check_extract(source: Source, node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Var):
        raise source.invalid(_nearest(node), _EXTRACT)


def _check_lateral(source: Source, node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Subquery):
        raise _unsupported(source, node)


def _check_cte(source: Source, node: exp.Expr) -> None:
    if not isinstance(node.this, grammar.QUERIES):
        raise _unsupported(source, node)


_CHECKS: dict[type[exp.Expr], Callable[[Source, exp.Expr], None]] = {
    exp.Alias: _check_alias,
    exp.Anonymous: _check_call,
    exp.CTE: _check_cte,
    exp.DataType: _check_type,
    exp.Extract: _check_extract,
    exp.Interval: _check_interval,
    exp.Is: _check_is,
    exp.Join: _check_join,
    exp.Lateral: _check_lateral,
    exp.Table: _check_table,
    **dict.fromkeys(grammar.COUNTS, _check_count),
}


def _unsupported(source: Source, node: exp.Expr) -> Exception:
    return source.refusal(
        _nearest(node),
        "UNSUPPORTED",
        "This construct is not allowed: a query is a SELECT in Athena's SQL without table "
        "functions, pattern matching, time travel or dialect extensions.",
    )


def _nearest(node: exp.Expr) -> int:
    """The first place inside a node, or around it, that sqlglot knows."""
    place: exp.Expr | None = node
    while place is not None:
        known = [offset(inner) for inner in place.walk() if offset(inner) >= 0]
        if known:
            return min(known)
        place = place.parent
    return 0
