"""Infer the type of an expression from those of its columns, as Athena does.

Types are named without their numbers and what they hold: `varchar`, `decimal`, `array`. What
follows from more than that is `any`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from sqlglot import exp

from data_hist.sql_guard.expressions import SIGNATURES, ExpressionError

ANY: Final = "any"
_NUMBERS: Final = ("tinyint", "smallint", "integer", "bigint", "decimal", "real", "double")
_SCALARS: Final = (*_NUMBERS, "boolean")
_WIDER: Final = {
    "char": ("varchar",),
    "date": ("timestamp", "timestamp with time zone"),
    "time": ("time with time zone",),
    "timestamp": ("timestamp with time zone",),
    **{number: _NUMBERS[place + 1 :] for place, number in enumerate(_NUMBERS)},
}
_CASTS: Final = {
    **dict.fromkeys(_SCALARS, frozenset({*_SCALARS, "varchar", "json"})),
    "varchar": {*_SCALARS, "char", "date", "json", "time", "timestamp", "varbinary"},
    "char": {"varchar"},
    "date": {"varchar", "timestamp", "json"},
    "timestamp": {"varchar", "date", "json"},
    "timestamp with time zone": {"varchar", "date", "timestamp"},
    "time": {"varchar", "timestamp"},
    "json": {*_SCALARS, "varchar", "array", "map", "row"},
    "interval": {"varchar"},
    **dict.fromkeys(("array", "map", "row"), frozenset({"json"})),
}
_TEMPORAL: Final = frozenset(
    {"date", "time", "time with time zone", "timestamp", "timestamp with time zone", "interval"}
)
_JOINED: Final = frozenset({"array", "char", "varbinary", "varchar"})
_ALIKE: Final = frozenset({"coalesce", "greatest", "if", "least", "nullif"})
_INTEGER: Final = re.compile(r"[0-9]+", re.ASCII)
_OUT_OF_INTEGER: Final = 2**31
_SQLGLOT_NAMES: Final = {
    "float": "real",
    "int": "integer",
    "struct": "row",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
}


class _Signature(NamedTuple):
    arguments: tuple[str, ...]
    result: str

    def takes(self, types: Sequence[str]) -> bool:
        expected = self.arguments
        if expected[-1:] == ("...",):
            repeated = max(len(types) - len(expected) + 1, 0)
            expected = (*expected[:-1], *expected[-2:-1] * repeated)
        return len(expected) == len(types) and all(map(_fits, types, expected))


def base_type(column_type: str) -> str:
    """Return a type without its numbers and what it holds."""
    return column_type.partition("(")[0]


def can_cast(from_type: str, to_type: str) -> bool:
    """Whether Athena casts values of a type to another, as `base_type` names both."""
    return _fits(from_type, to_type) or to_type in _CASTS.get(from_type, ())


def infer_type(tree: exp.Expr, columns: Mapping[str, str]) -> str:
    """Return the type of an expression, as `base_type` names it, or `any`.

    Args:
        tree: A parsed expression.
        columns: The types of the columns that it names.

    Raises:
        ExpressionError: Athena would refuse it for its types.
    """

    def infer(node: exp.Expr) -> str:
        return infer_type(node, columns)

    if isinstance(tree, exp.Column):
        return base_type(columns[tree.name.lower()])
    for kinds, rule in _RULES:
        if isinstance(tree, kinds):
            return rule(tree, infer)
    return ANY


_Infer = Callable[[exp.Expr], str]


def _literal(node: exp.Expr, _infer: _Infer) -> str:
    if node.args["is_string"]:
        return "varchar"
    if _INTEGER.fullmatch(node.name):
        return "integer" if int(node.name) < _OUT_OF_INTEGER else "bigint"
    return "double" if "e" in node.name.lower() else "decimal"


def _inner(node: exp.Expr, infer: _Infer) -> str:
    return infer(node.this)


def _negative(node: exp.Expr, infer: _Infer) -> str:
    return _expect(infer(node.this), (*_NUMBERS, "interval"), "- takes a number")


def _logical(node: exp.Expr, infer: _Infer) -> str:
    for part in filter(None, (node.this, node.args.get("expression"))):
        _expect(infer(part), ("boolean",), "AND, OR and NOT take conditions")
    return "boolean"


def _comparison(node: exp.Expr, infer: _Infer) -> str:
    operands = [node.this, *node.args.get("expressions", ())]
    operands += (node.args[key] for key in ("expression", "low", "high") if node.args.get(key))
    _common(map(infer, operands), "compares")
    return "boolean"


def _pattern(node: exp.Expr, infer: _Infer) -> str:
    for part in (node.this, node.expression):
        if not isinstance(part, exp.Like):
            _expect(infer(part), ("varchar", "char"), "LIKE takes texts")
        else:
            infer(part)
    return "boolean"


def _arithmetic(node: exp.Expr, infer: _Infer) -> str:
    types = (infer(node.this), infer(node.expression))
    if _TEMPORAL.intersection(types):
        return ANY
    for each in types:
        _expect(each, _NUMBERS, "+, -, *, / and % take numbers")
    return _common(types, "joins")


def _joined(node: exp.Expr, infer: _Infer) -> str:
    types = (infer(node.this), infer(node.expression))
    if "array" in types:
        return "array"
    for each in types:
        _expect(each, _JOINED, "|| takes texts")
    return _common(types, "joins")


def _case(node: exp.Expr, infer: _Infer) -> str:
    branches = node.args["ifs"]
    conditions = [infer(branch.this) for branch in branches]
    if node.this is None:
        for each in conditions:
            _expect(each, ("boolean",), "WHEN takes a condition")
    else:
        _common([infer(node.this), *conditions], "compares")
    results = [branch.args["true"] for branch in branches]
    results += [node.args["default"]] if node.args.get("default") else []
    return _common(map(infer, results), "gives")


def _cast(node: exp.Expr, infer: _Infer) -> str:
    name = str(node.args["to"].this.value).lower()
    to = _SQLGLOT_NAMES.get(name, name)
    found = infer(node.this)
    if not can_cast(found, to):
        raise ExpressionError(f"{found} does not become {to}")
    return to


def _trimmed(node: exp.Expr, infer: _Infer) -> str:
    return _expect(infer(node.this), ("varchar", "char"), "trim takes texts")


def _call(node: exp.Expr, infer: _Infer) -> str:
    name = str(node.name).lower()
    types = [infer(argument) for argument in node.expressions]
    fitting = [each for each in _signatures(name) if each.takes(types)]
    if not fitting:
        known = " or ".join(f"({', '.join(each.arguments)})" for each in _signatures(name))
        raise ExpressionError(f"{name} takes {known}, not ({', '.join(types)})")
    if name in _ALIKE:
        return _common(types[1:] if name == "if" else types, "gives")
    if name == "try":
        return types[0]
    results = {each.result for each in fitting}
    is_certain = len(results) == 1 or ANY not in types
    return fitting[0].result if is_certain else ANY


def _signatures(name: str) -> list[_Signature]:
    found = sorted(each for each in SIGNATURES if each.startswith(f"{name}("))
    # The narrowest numbers come first, as Athena prefers them.
    return sorted(map(_parsed, found), key=lambda each: [_width(one) for one in each.arguments])


def _parsed(signature: str) -> _Signature:
    arguments, _, result = signature.partition("(")[2].rpartition(") ")
    return _Signature(tuple(filter(None, arguments.split(", "))), result)


def _width(type_name: str) -> int:
    return _NUMBERS.index(type_name) if type_name in _NUMBERS else 0


def _fits(found: str, expected: str) -> bool:
    return ANY in (found, expected) or expected in (found, *_WIDER.get(found, ()))


def _common(types: Iterable[str], verb: str) -> str:
    """Return the type to which all can be widened."""
    common = ANY
    for each in types:
        if _fits(common, each):
            common = common if each == ANY else each
        elif not _fits(each, common):
            raise ExpressionError(f"{verb} {common} with {each}; convert one with TRY_CAST")
    return common


def _expect(found: str, allowed: Iterable[str], problem: str) -> str:
    if found != ANY and found not in allowed:
        raise ExpressionError(f"{problem}, not {found}")
    return found


_RULES: Final[tuple[tuple[type | tuple[type, ...], Callable[[exp.Expr, _Infer], str]], ...]] = (
    (exp.Literal, _literal),
    (exp.Paren, _inner),
    (exp.Neg, _negative),
    ((exp.And, exp.Or, exp.Not), _logical),
    (exp.Is, lambda node, infer: (infer(node.this), "boolean")[1]),
    ((exp.Like, exp.Escape), _pattern),
    ((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _comparison),
    ((exp.NullSafeEQ, exp.NullSafeNEQ, exp.Between, exp.In), _comparison),
    (exp.DPipe, _joined),
    ((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod), _arithmetic),
    (exp.Case, _case),
    (exp.Cast, _cast),
    (exp.Anonymous, _call),
    (exp.Boolean, lambda _node, _infer: "boolean"),
    (exp.Extract, lambda node, infer: (infer(node.expression), "bigint")[1]),
    (
        exp.Trim,
        lambda node, infer: _expect(infer(node.this), ("varchar", "char"), "trim takes texts"),
    ),
    (exp.Interval, lambda _node, _infer: "interval"),
)
