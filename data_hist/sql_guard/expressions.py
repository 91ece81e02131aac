"""Parse the expression of a column, and refuse what is not computed from one record alone.

Knows neither types nor the catalog file.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from sqlglot import exp

from data_hist.errors import RequestError
from data_hist.spelling import nearest, offer, short
from data_hist.sql_guard import checks, parser
from data_hist.sql_guard.allowlists import EXPRESSION_NODES, FOREIGN_FUNCTIONS
from data_hist.sql_guard.lexer import Lexed, Source, check_repetition, lex, match_brackets

MAX_CHARACTERS: Final = 2_000
_MAX_TOKENS: Final = 500
_FUNCTIONS_FILE: Final = Path(__file__).with_name("expression_functions.txt")
SIGNATURES: Final = frozenset(
    line
    for line in _FUNCTIONS_FILE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
FUNCTIONS: Final = frozenset(signature.partition("(")[0] for signature in SIGNATURES)

_SUB_SELECTS: Final = (exp.All, exp.Any, exp.Exists, exp.Query)
_OF_SEVERAL_RECORDS: Final = (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.Window)
_OF_THE_MOMENT: Final = (
    exp.CurrentDate,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.Localtime,
    exp.Localtimestamp,
)
_OTHERS: Final = (exp.Alias, exp.Lambda, exp.Placeholder, exp.Star, exp.WithinGroup)
_NODES: Final = EXPRESSION_NODES.keys() - {
    *_SUB_SELECTS,
    *_OF_SEVERAL_RECORDS,
    *_OF_THE_MOMENT,
    *_OTHERS,
}


class ExpressionError(ValueError):
    """An expression cannot be used; the text says what to write."""


def parse_expression(text: str, columns: Collection[str], hidden: Collection[str]) -> exp.Expr:
    """Parse an expression over columns of one table.

    Args:
        text: The expression.
        columns: The columns that it may name.
        hidden: The other columns of the table.

    Raises:
        ExpressionError: It is anything else.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"has more than {MAX_CHARACTERS:,} characters")
    source = Source(f"SELECT {text} FROM t")  # noqa: S608 - parsed only
    try:
        lexed = _lex(source)
        root = parser.parse_caller_sql(source, lexed)
        tree = _only_expression(root)
        for node in tree.walk():
            _check_node(node, columns, hidden)
        checks.check_names(source, checks.check_tree(source, root), lexed.tokens)
    except RequestError as error:
        raise ExpressionError(str(error).removeprefix("The query ")) from None
    return tree


def named_columns(tree: exp.Expr) -> frozenset[str]:
    """Return the columns that an expression names, in lower case."""
    return frozenset(column.name.lower() for column in tree.find_all(exp.Column))


def _lex(source: Source) -> Lexed:
    lexed = lex(source, max_tokens=_MAX_TOKENS)
    if lexed.code != source.text:
        raise ExpressionError("has a comment; put it into the file, behind a #")
    match_brackets(source, lexed.tokens)
    check_repetition(source, lexed.tokens)
    return lexed


def _only_expression(root: exp.Expr | None) -> exp.Expr:
    """Return what is selected, if it is one value and nothing else."""
    is_select = isinstance(root, exp.Select) and len(root.expressions) == 1
    parts = {name for name, value in root.args.items() if value} if root else set()
    if root is None or not is_select or parts != {"expressions", "from_"}:
        raise ExpressionError("is not one expression, such as upper(name)")
    table = root.args["from_"].this
    if not isinstance(table, exp.Table) or len(table.parts) > 1 or table.args.get("alias"):
        raise ExpressionError("is not one expression, such as upper(name)")
    tree: exp.Expr = root.expressions[0]
    return tree


def _check_node(node: exp.Expr, columns: Collection[str], hidden: Collection[str]) -> None:
    if isinstance(node, exp.Anonymous):
        _check_function(str(node.name))
    elif isinstance(node, exp.Column):
        _check_column(node, columns, hidden)
    elif type(node) not in _NODES:
        raise ExpressionError(f"has {_name_of(node)}; it is computed from one record alone")


def _check_function(name: str) -> None:
    lower = name.lower()
    if lower in FUNCTIONS:
        return
    if lower in FOREIGN_FUNCTIONS:
        advice = f"; write {FOREIGN_FUNCTIONS[lower]}"
    else:
        advice = offer(lower, FUNCTIONS) or "; docs/catalog.md says which may"
    raise ExpressionError(f"the function '{short(lower)}' may not be called here{advice}")


def _check_column(node: exp.Column, columns: Collection[str], hidden: Collection[str]) -> None:
    first, *rest = (part.name.lower() for part in node.parts)
    if first in hidden:
        raise ExpressionError(f"'{short(first)}' may not be queried")
    if first not in columns:
        found = nearest(first, columns)
        advice = f"did you mean '{found}'?" if found else "a text stands in single quotes"
        raise ExpressionError(f"'{short(first)}' is no column of the source; {advice}")
    if rest:
        raise ExpressionError(f"a field of a column is written ({short(first)}).{short(rest[0])}")


def _name_of(node: exp.Expr) -> str:
    if isinstance(node, _SUB_SELECTS):
        return "a sub-select"
    if isinstance(node, _OF_SEVERAL_RECORDS):
        return "a function of several records"
    if isinstance(node, _OF_THE_MOMENT):
        return "the time of the query"
    if isinstance(node, exp.Lambda):
        return "a lambda"
    return "a part that is none of an expression"
