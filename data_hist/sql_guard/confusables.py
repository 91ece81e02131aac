"""Names with letters outside ASCII: for the columns of a result, and for nothing else.

Athena compares names by rules of its own, by which U+0131 equals `i`. No such name can reach what
the sub-selects leave out; still it may neither name what the query did not name itself, nor be
spelled like a name that is refused.
"""

import unicodedata
from collections.abc import Collection, Iterable

from sqlglot import exp

from data_hist.sql_guard.checks import offset
from data_hist.sql_guard.diagnostics import Source

# Normalization takes time that grows with the square of a run of marks.
_MAX_CHARS = 255
_DOTLESS = str.maketrans("\u0131\u0237", "ij")


def folded(name: str) -> str:
    """A name without marks, widths, styles and case."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = [character for character in plain if not unicodedata.combining(character)]
    return "".join(letters).translate(_DOTLESS)


def check(source: Source, nodes: Iterable[exp.Expr], protected: Collection[str]) -> None:
    """Refuse a name outside ASCII that is neither a result column's nor refers to one."""
    names = [node for node in nodes if isinstance(node, exp.Identifier) and not _is_plain(node)]
    given = {name.name.lower() for name in names if _is_given(name)}
    for name in names:
        _check_name(source, name, given, protected)


def _is_plain(name: exp.Identifier) -> bool:
    return bool(name.name.isascii())


def _is_given(name: exp.Identifier) -> bool:
    """Whether this is where a column gets its name: `AS "x"`, or the list in `AS t ("x")`."""
    place = (type(name.parent), name.arg_key)
    return place in ((exp.Alias, "alias"), (exp.TableAlias, "columns"))


def _check_name(
    source: Source, name: exp.Identifier, given: Collection[str], protected: Collection[str]
) -> None:
    if len(name.name) > _MAX_CHARS:
        fault = f"A quoted name outside ASCII is at most {_MAX_CHARS} characters long."
    elif _is_lookalike(name.name, protected):
        fault = "A quoted name may not look like the name of a table or of a hidden column."
    elif not _is_given(name) and not _refers_to(name, given):
        fault = "A name outside ASCII may only be one that the query gives to a column with AS."
    else:
        return
    raise source.refusal(offset(name), "IDENTIFIER_NOT_ALLOWED", fault)


def _is_lookalike(name: str, protected: Collection[str]) -> bool:
    likeness = folded(name)
    return likeness in protected or likeness.startswith("$")


def _refers_to(name: exp.Identifier, given: Collection[str]) -> bool:
    is_column = isinstance(name.parent, exp.Column) and name.arg_key == "this"
    return is_column and name.name.lower() in given
