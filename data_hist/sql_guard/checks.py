"""Check the statement, words, calls and syntax tree of a query against the allowlists.

Each check raises at the first violation. Which tables exist is decided in `scope`.
"""

from collections.abc import Callable, Collection

from sqlglot import exp

from data_hist.catalog.identifiers import RESERVED
from data_hist.spelling import short
from data_hist.sql_guard import diagnostics, parser
from data_hist.sql_guard.allowlists import (
    BEFORE_BRACKET,
    BEFORE_EXPRESSION,
    COUNT_ARGUMENTS,
    FUNCTIONS,
    GRAMMAR_WORDS,
    NODES,
    QUERIES,
    REFUSED_RESERVED,
    TYPES,
)
from data_hist.sql_guard.lexer import Kind, Source, Token, describe
from data_hist.sql_guard.parser import offset_of

_NAMES = frozenset({Kind.WORD, Kind.QUOTED})
# Words before a bracket where an expression or a table begins.
_CALLABLE = FUNCTIONS | {"CAST", "TRY_CAST", "EXISTS", "NOT", "UNNEST", "ROW", "MAP"}
_EXTRACT = (
    "EXTRACT takes YEAR, QUARTER, MONTH, WEEK, DAY, DOW, DOY, HOUR, MINUTE or SECOND, as in "
    "extract(YEAR FROM x)."
)


def check_statement(source: Source, tokens: list[Token], tables: Collection[str]) -> None:
    """Refuse a text whose first word or semicolons show that it is not one SELECT."""
    first = next((token for token in tokens if token.text != "("), None)
    if first is None:
        raise source.refusal(0, "NOT_SELECT", "The query holds no statement.")
    for index, token in enumerate(tokens):
        if token.text == ";" and token.kind is Kind.OPERATOR:
            raise _second_statement(source, token, tokens[index + 1 :])
    if first.kind is not Kind.WORD or first.text not in diagnostics.FIRST_WORDS:
        raise diagnostics.not_a_select(source, tokens, tables)


def check_words(source: Source, tokens: list[Token], forbidden: Collection[str]) -> None:
    """Refuse hidden columns wherever they are named, and keywords of other statements."""
    for token in tokens:
        if token.kind not in _NAMES:
            continue
        name = token.name.lower()
        if name in forbidden or name.startswith("$"):
            raise source.refusal(
                token.start,
                "COLUMN_NOT_ALLOWED",
                f"Column '{short(name)}' may not be used in a query.",
            )
        if token.kind is Kind.WORD and token.text in REFUSED_RESERVED:
            raise diagnostics.word_not_allowed(source, token, "in a query")


def check_calls(source: Source, tokens: list[Token], brackets: dict[int, int]) -> None:
    """Refuse the first call of a function that is not allowed.

    A name before a `(` is a call, except for keywords and the column lists of aliases and CTEs.
    """
    for index in range(1, len(tokens)):
        if tokens[index].text == "(" and tokens[index - 1].kind in _NAMES:
            _check_call(source, tokens, index - 1, brackets[index])


def check_tree(source: Source, root: exp.Expr | None) -> list[exp.Expr]:
    """Return the nodes of a tree if each node and each of its arguments is allowed."""
    if not isinstance(root, QUERIES) or root.args.get("alias"):
        raise source.refusal(0, "NOT_SELECT", "Only SELECT is allowed, also with WITH before it.")
    nodes = list(root.walk())
    for node in nodes:
        allowed = NODES.get(type(node))
        if allowed is None:
            raise _unsupported(source, node)
        for name, value in node.args.items():
            if name not in allowed and value not in (None, False, [], ""):
                raise _unsupported(source, node)
        check = _NODE_CHECKS.get(type(node))
        if check is not None:
            check(source, node)
    return nodes


def check_names(source: Source, nodes: list[exp.Expr], tokens: list[Token]) -> None:
    """Refuse words the tree does not account for: parser and lexer must agree on every name."""
    names = {offset_of(node) for node in nodes if isinstance(node, exp.Identifier)}
    for index, token in enumerate(tokens):
        if token.kind not in _NAMES and token.start in names:
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
            raise diagnostics.word_not_allowed(source, token, "here")


def _second_statement(source: Source, semicolon: Token, after: list[Token]) -> Exception:
    """Make the refusal of a second statement, or of a superfluous semicolon."""
    second = next((token for token in after if token.text != ";"), None)
    if second is None or semicolon.start == 0:
        detail = "A query is one statement, with at most one ';', at its end."
        return source.refusal(semicolon.start, "MULTIPLE_STATEMENTS", detail)
    detail = f"A query is one statement; a second begins at {describe(source, second)}."
    return source.refusal(second.start, "MULTIPLE_STATEMENTS", detail)


def _check_call(source: Source, tokens: list[Token], index: int, closing: int) -> None:
    name = tokens[index]
    if index and tokens[index - 1].text == "." and tokens[index - 1].kind is Kind.OPERATOR:
        raise diagnostics.function_not_allowed(source, name.start, name.name, _CALLABLE)
    is_callable = name.text in BEFORE_BRACKET or name.text.lower() in FUNCTIONS
    if name.kind is Kind.WORD and is_callable:
        return
    if not _is_column_list(tokens, index, closing):
        if name.text == "MATCH_RECOGNIZE":
            raise source.refusal(
                name.start, "UNSUPPORTED", "MATCH_RECOGNIZE is not allowed in a query."
            )
        candidates = BEFORE_BRACKET if _ends_an_operand(tokens[index - 1]) else _CALLABLE
        raise diagnostics.function_not_allowed(source, name.start, name.name, candidates)


def _is_column_list(tokens: list[Token], index: int, closing: int) -> bool:
    inside = tokens[index + 2 : closing]
    if not all(token.kind in _NAMES or token.text == "," for token in inside):
        return False
    return _ends_an_operand(tokens[index - 1]) or _begins_a_cte(tokens, closing)


def _ends_an_operand(token: Token) -> bool:
    """Whether a name after this token can only be an alias."""
    if token.kind is Kind.WORD:
        return token.text not in BEFORE_EXPRESSION
    return token.kind is Kind.QUOTED or token.text == ")"


def _begins_a_cte(tokens: list[Token], closing: int) -> bool:
    return [token.text for token in tokens[closing + 1 : closing + 3]] == ["AS", "("]


def _is_grammar(tokens: list[Token], index: int) -> bool:
    word = tokens[index].text
    if word in GRAMMAR_WORDS:
        return True
    called = index + 1 < len(tokens) and tokens[index + 1].text == "("
    return called and word.lower() in FUNCTIONS


def _check_function(source: Source, node: exp.Expr) -> None:
    name = node.this
    if not isinstance(name, str) or name.lower() not in FUNCTIONS:
        offset = max(offset_of(node), 0)
        raise diagnostics.function_not_allowed(source, offset, str(node.name), _CALLABLE)
    if any(isinstance(argument, exp.Select | exp.SetOperation) for argument in node.expressions):
        raise source.invalid(_nearest(node), "A query as an argument needs brackets of its own.")


def _check_type(source: Source, node: exp.Expr) -> None:
    if node.this not in TYPES:
        name = getattr(node.this, "name", "")
        raise diagnostics.type_not_allowed(source, _nearest(node), name)


def _check_count(source: Source, node: exp.Expr) -> None:
    count = node.args.get(COUNT_ARGUMENTS[type(node)])
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
    if not isinstance(node.this, QUERIES):
        raise _unsupported(source, node)


_NODE_CHECKS: dict[type[exp.Expr], Callable[[Source, exp.Expr], None]] = {
    exp.Alias: _check_alias,
    exp.Anonymous: _check_function,
    exp.CTE: _check_cte,
    exp.DataType: _check_type,
    exp.Extract: _check_extract,
    exp.Interval: _check_interval,
    exp.Is: _check_is,
    exp.Join: _check_join,
    exp.Lateral: _check_lateral,
    exp.Table: _check_table,
    **dict.fromkeys(COUNT_ARGUMENTS, _check_count),
}


def _unsupported(source: Source, node: exp.Expr) -> Exception:
    return source.refusal(
        _nearest(node),
        "UNSUPPORTED",
        "This construct is not allowed: a query is a SELECT in Athena's SQL without table "
        "functions, pattern matching, time travel or dialect extensions.",
    )


def _nearest(node: exp.Expr) -> int:
    """Return the first known offset inside a node, or else around it."""
    place: exp.Expr | None = node
    while place is not None:
        known = [offset_of(inner) for inner in place.walk() if offset_of(inner) >= 0]
        if known:
            return min(known)
        place = place.parent
    return 0
