"""Parse SQL/JSON paths, such as `lax $.a[*] ? (@.b > 1)`, to trees.

The grammar is that of Trino's `JsonPath.g4`.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from local_athena.backends.duckdb.dialect.json.sql_json_values import (
    MAX_DIGITS,
    SqlValue,
    integer_of,
)

_TOKEN = re.compile(
    r"""(?P<space>[ \r\n\t]+)
    |(?P<double>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+)
    |(?P<decimal>[0-9]+\.[0-9]*|\.[0-9]+)
    |(?P<integer>[0-9]+)
    |(?P<string>"(?:[^"]|"")*")
    |(?P<variable>\$[A-Za-z_][A-Za-z0-9_]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>==|<>|!=|<=|>=|&&|\|\||\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)
_COMPARISONS = {"==": "==", "<>": "!=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_METHODS = frozenset({"type", "size", "double", "ceiling", "floor", "abs", "keyvalue", "datetime"})
_NUMBERS = ("double", "decimal", "integer")
_CONSTANTS = {"true": True, "false": False}
_MAX_DEPTH = 100


class PathError(ValueError):
    """A path that Trino refuses: the name of the error, and where it is in the path."""

    def __init__(self, name: str, text: str, offset: int | None = None) -> None:
        """Keep name, text and offset of the error."""
        super().__init__(text)
        self.name = name
        self.offset = offset


class PathNode(NamedTuple):
    """One node of a path: what it does, its operands, and what it does it with."""

    kind: str
    operands: tuple["PathNode", ...] = ()
    detail: Any = None


class SqlJsonPath(NamedTuple):
    """A path: whether its mode is lax, and what it evaluates."""

    lax: bool
    root: PathNode


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


@lru_cache(maxsize=256)
def parse_sql_json_path(text: str) -> SqlJsonPath:
    """Parse a path.

    Raises:
        PathError: it is none, or has what Trino does not support.
    """
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        found = (token for token in _TOKEN.finditer(text) if token.lastgroup != "space")
        self._tokens = [_Token(str(one.lastgroup), one[0], one.start()) for one in found]
        self._tokens.append(_Token("end", "<EOF>", len(text)))
        self._place = 0
        self._depth = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def parse(self) -> SqlJsonPath:
        mode = self._next.text
        if self._next.kind != "word" or mode not in ("lax", "strict"):
            raise self._unexpected("expecting {'lax', 'strict'}")
        self._place += 1
        root = self._path()
        if self._next.kind != "end":
            raise self._unexpected("expecting <EOF>")
        return SqlJsonPath(mode == "lax", root)

    def _unexpected(self, expected: str = "") -> PathError:
        token = self._next
        text = f"mismatched input '{token.text}' {expected}".rstrip()
        return PathError("SYNTAX_ERROR", text, token.offset)

    def _takes(self, *texts: str) -> str | None:
        token = self._next
        if token.kind not in ("sign", "word") or token.text not in texts:
            return None
        self._place += 1
        return token.text

    def _require(self, text: str) -> None:
        if self._takes(text) is None:
            raise self._unexpected(f"expecting '{text}'")

    def _nested(self, parse: Callable[[], PathNode]) -> PathNode:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise PathError("SYNTAX_ERROR", "path is too large (nested too deeply)")
        node = parse()
        self._depth -= 1
        return node

    def _path(self) -> PathNode:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/", "%"), self._signed))

    def _chain(self, operators: tuple[str, ...], operand: Callable[[], PathNode]) -> PathNode:
        node = operand()
        while operator := self._takes(*operators):
            node = PathNode("arithmetic", (node, operand()), operator)
        return node

    def _signed(self) -> PathNode:
        following = self._tokens[min(self._place + 1, len(self._tokens) - 1)]
        is_literal = self._next.text == "-" and following.kind in _NUMBERS
        if not is_literal and (sign := self._takes("+", "-")):
            return PathNode("signed", (self._nested(self._signed),), sign)
        return self._accessors()

    def _accessors(self) -> PathNode:
        node = self._primary()
        while True:
            if self._takes(".."):
                node = PathNode("descendants", (node,), self._name())
            elif self._takes("."):
                node = self._after_dot(node)
            elif self._takes("["):
                node = self._subscripts(node)
            elif self._takes("?"):
                self._require("(")
                node = PathNode("filter", (node, self._nested(self._predicate)))
                self._require(")")
            else:
                return node

    def _after_dot(self, base: PathNode) -> PathNode:
        if self._takes("*"):
            return PathNode("members", (base,))
        method, opening = self._tokens[self._place], self._tokens[self._place + 1 :][:1]
        is_call = method.text in _METHODS and [one.text for one in opening] == ["("]
        if not is_call:
            return PathNode("member", (base,), self._name())
        self._place += 2
        if method.text == "datetime":
            text = "datetime method in JSON path is not yet supported"
            raise PathError("NOT_SUPPORTED", text)
        self._require(")")
        return PathNode(method.text, (base,))

    def _name(self) -> str:
        token = self._next
        if token.kind == "string":
            self._place += 1
            return _unquote(token.text)
        if token.kind != "word" and token.text != "-":
            raise self._unexpected()
        self._place += 1
        return token.text

    def _subscripts(self, base: PathNode) -> PathNode:
        if self._takes("*"):
            self._require("]")
            return PathNode("elements", (base,))
        subscripts = [self._subscript()]
        while self._takes(","):
            subscripts.append(self._subscript())
        self._require("]")
        return PathNode("subscripts", (base, *subscripts))

    def _subscript(self) -> PathNode:
        start = self._nested(self._path)
        ends = (self._nested(self._path),) if self._takes("to") else ()
        return PathNode("range", (start, *ends))

    def _primary(self) -> PathNode:
        token = self._next
        if self._takes("("):
            node = self._nested(self._path)
            self._require(")")
            return node
        sign = self._takes("-") or ""
        if sign or token.kind in _NUMBERS:
            return PathNode("literal", detail=self._number(sign))
        self._place += 1
        if token.kind == "string":
            return PathNode("literal", detail=SqlValue("varchar", _unquote(token.text)))
        if token.kind == "variable":
            return PathNode("variable", detail=token.text[1:])
        return self._word_or_sign(token)

    def _word_or_sign(self, token: _Token) -> PathNode:
        if token.text in _CONSTANTS:
            return PathNode("literal", detail=SqlValue("boolean", _CONSTANTS[token.text]))
        if token.text in ("$", "@", "last", "null"):
            return PathNode(token.text)
        self._place -= 1
        raise self._unexpected()

    def _number(self, sign: str) -> SqlValue:
        token = self._next
        if token.kind not in _NUMBERS:
            raise self._unexpected()
        self._place += 1
        if token.kind == "double":
            return SqlValue("double", float(sign + token.text))
        if token.kind == "decimal":
            return _decimal_literal(sign + token.text)
        value = integer_of(int(sign + token.text))
        if value is None:
            raise PathError("SYNTAX_ERROR", f"Invalid numeric literal: {sign}{token.text}")
        return value

    def _predicate(self) -> PathNode:
        return self._joined("||", "or", lambda: self._joined("&&", "and", self._condition))

    def _joined(self, operator: str, kind: str, operand: Callable[[], PathNode]) -> PathNode:
        node = operand()
        while self._takes(operator):
            node = PathNode(kind, (node, operand()))
        return node

    def _condition(self) -> PathNode:
        if self._takes("!"):
            return PathNode("not", (self._delimited(),))
        if self._next.text == "exists":
            return self._delimited()
        if self._next.text == "(":
            place, depth = self._place, self._depth
            try:
                return self._delimited()
            except PathError as error:
                if error.name != "SYNTAX_ERROR":
                    raise
                # It may still be a path in parentheses, as in `(@.a) > 1`.
                self._place, self._depth = place, depth
        return self._comparison()

    def _delimited(self) -> PathNode:
        if self._takes("exists"):
            self._require("(")
            node = PathNode("exists", (self._nested(self._path),))
            self._require(")")
            return node
        self._require("(")
        node = self._nested(self._predicate)
        self._require(")")
        if self._takes("is"):
            self._require("unknown")
            return PathNode("is unknown", (node,))
        return node

    def _comparison(self) -> PathNode:
        left = self._path()
        if operator := self._takes(*_COMPARISONS):
            return PathNode("compare", (left, self._path()), _COMPARISONS[operator])
        if self._takes("like_regex"):
            text = "like_regex predicate in JSON path is not yet supported"
            raise PathError("NOT_SUPPORTED", text)
        if not self._takes("starts"):
            raise self._unexpected()
        self._require("with")
        if self._next.kind not in ("string", "variable"):
            raise self._unexpected()
        return PathNode("starts with", (left, self._primary()))


def _unquote(text: str) -> str:
    return text[1:-1].replace('""', '"')


def _decimal_literal(text: str) -> SqlValue:
    sign, digits, exponent = Decimal(text).as_tuple()
    unscaled = int("".join(map(str, digits)))
    scale = -int(exponent)
    if len(str(unscaled)) > MAX_DIGITS or scale > MAX_DIGITS:
        raise PathError("INVALID_LITERAL", f"'{text}' is not a valid DECIMAL literal")
    precision = max(len(str(unscaled)), scale)
    return SqlValue("decimal", -unscaled if sign else unscaled, precision, scale)
