"""Restrict names outside ASCII to columns of the result, and refuse those that look like others.

Athena compares names by its own rules, by which U+0131 equals `i`. No such name can reach what the
sub-selects leave out, but it could resemble a name that is refused.
"""

import unicodedata
from collections.abc import Collection, Iterable

from sqlglot import exp

from data_hist.sql_guard.lexer import Source
from data_hist.sql_guard.parser import offset_of

# Normalization takes quadratic time in the length of a run of marks.
_MAX_CHARS = 255
_DOTLESS = str.maketrans("\u0131\u0237", "ij")


def fold(name: str) -> str:
    """Return a name without diacritics, widths, styles and case."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = [character for character in plain if not unicodedata.combining(character)]
    return "".join(letters).translate(_DOTLESS)


def check(source: Source, nodes: Iterable[exp.Expr], protected: Collection[str]) -> None:
    """Refuse a name outside ASCII unless it names a column of the result, or refers to one."""
    names = [node for node in nodes if isinstance(node, exp.Identifier) and not _is_plain(node)]
    given = {name.name.lower() for name in names if _is_definition(name)}
    for name in names:
        _check_name(source, name, given, protected)


def _is_plain(name: exp.Identifier) -> bool:
    return bool(name.name.isascii())


def _is_definition(name: exp.Identifier) -> bool:
    """Whether a column gets its name here: in `AS "x"`, or in the list of `AS t ("x")`."""
    place = (type(name.parent), name.arg_key)
    return place in ((exp.Alias, "alias"), (exp.TableAlias, "columns"))


def _check_name(
    source: Source, name: exp.Identifier, given: Collection[str], protected: Collection[str]
) -> None:
    if len(name.name) > _MAX_CHARS:
        fault = f"A quoted name outside ASCII is at most {_MAX_CHARS} characters long."
    elif _is_confusable(name.name, protected):
        fault = "A quoted name may not look like the name of a table or of a hidden column."
    elif not _is_definition(name) and not _is_reference(name, given):
        fault = "A name outside ASCII may only be one that the query gives to a column with AS."
    else:
        return
    raise source.refusal(offset_of(name), "IDENTIFIER_NOT_ALLOWED", fault)


def _is_confusable(name: str, protected: Collection[str]) -> bool:
    likeness = fold(name)
    return likeness in protected or likeness.startswith("$")


def _is_reference(name: exp.Identifier, given: Collection[str]) -> bool:
    is_column = isinstance(name.parent, exp.Column) and name.arg_key == "this"
    return is_column and name.name.lower() in given
