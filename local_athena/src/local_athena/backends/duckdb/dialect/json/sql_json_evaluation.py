"""Evaluate SQL/JSON paths over documents: sequences of JSON items and of values of SQL types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from local_athena.backends.duckdb.dialect.expressions.text_casts import parse_double
from local_athena.backends.duckdb.dialect.json.json_text import Members, Number
from local_athena.backends.duckdb.dialect.json.sql_json_items import (
    holds,
    is_array,
    kind_of_item,
    number_in,
    scalar_of,
    unwrapped,
    wrong_item,
)
from local_athena.backends.duckdb.dialect.json.sql_json_paths import (
    PathNode,
    SqlJsonPath,
)
from local_athena.backends.duckdb.dialect.json.sql_json_values import (
    PathFailure,
    SqlValue,
    absolute,
    calculate,
    negate,
    round_to,
    to_double,
    to_index,
)

_Items = list[Any]
_MISSING = object()
_KEY_VALUE_IDS = "keyvalue"


@dataclass(frozen=True)
class _Context:
    """What a node sees: the document, parameters, the item of a filter, the end of an array.

    `counts` numbers the objects that `keyvalue()` meets.
    """

    lax: bool
    document: Any
    variables: Mapping[str, _Items]
    counts: dict[str, int]
    current: Any = _MISSING
    last: int | None = None


def evaluate_path(path: SqlJsonPath, document: Any, variables: Mapping[str, _Items]) -> _Items:
    """Find what a path selects.

    Raises:
        PathFailure: the path cannot be evaluated for the document.
    """
    return _evaluate(path.root, _Context(path.lax, document, variables, {}))


def _evaluate(node: PathNode, context: _Context) -> _Items:
    return _NODES[node.kind](node, context)


def _operands(node: PathNode, context: _Context) -> _Items:
    """Evaluate the first operand; lax mode opens its arrays."""
    items = _evaluate(node.operands[0], context)
    return unwrapped(items) if context.lax else items


def _document(_node: PathNode, context: _Context) -> _Items:
    return [context.document]


def _variable(node: PathNode, context: _Context) -> _Items:
    return context.variables[node.detail]


def _current(_node: PathNode, context: _Context) -> _Items:
    if context.current is _MISSING:
        raise PathFailure("accessing current filter item with no enclosing filter")
    return [context.current]


def _last(_node: PathNode, context: _Context) -> _Items:
    if context.last is None:
        raise PathFailure("accessing the last array index with no enclosing array")
    return [SqlValue("integer", context.last)]


def _literal(node: PathNode, _context: _Context) -> _Items:
    return [node.detail]


def _null(_node: PathNode, _context: _Context) -> _Items:
    return [None]


def _arithmetic(node: PathNode, context: _Context) -> _Items:
    sides = [_evaluate(operand, context) for operand in node.operands]
    if context.lax:
        sides = [unwrapped(side) for side in sides]
    if any(len(side) != 1 for side in sides):
        raise PathFailure("arithmetic binary expression requires singleton operands")
    left, right = (side[0] for side in sides)
    values = [item if isinstance(item, SqlValue) else number_in(item) for item in (left, right)]
    return [calculate(node.detail, *values)]


def _signed(node: PathNode, context: _Context) -> _Items:
    values = [number_in(item) for item in _operands(node, context)]
    return values if node.detail == "+" else [negate(value) for value in values]


def _member(node: PathNode, context: _Context) -> _Items:
    found: _Items = []
    for item in _operands(node, context):
        if isinstance(item, Members):
            value = _value_of(item, node.detail)
            if value is not _MISSING:
                found.append(value)
            elif not context.lax:
                text = f"structural error: missing member '{node.detail}' in JSON object"
                raise PathFailure(text)
        elif not context.lax:
            raise wrong_item("OBJECT", item)
    return found


def _value_of(members: Members, name: str) -> Any:
    return next((value for key, value in members if key == name), _MISSING)


def _members(node: PathNode, context: _Context) -> _Items:
    found: _Items = []
    for item in _operands(node, context):
        if isinstance(item, Members):
            found.extend(value for _, value in item)
        elif not context.lax:
            raise wrong_item("OBJECT", item)
    return found


def _descendants(node: PathNode, context: _Context) -> _Items:
    found: _Items = []
    waiting = _evaluate(node.operands[0], context)[::-1]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Members):
            value = _value_of(item, node.detail)
            if value is not _MISSING:
                found.append(value)
            waiting.extend(each for _, each in reversed(item))
        elif isinstance(item, list):
            waiting.extend(reversed(item))
    return found


def _arrays(node: PathNode, context: _Context) -> list[_Items]:
    """Evaluate the first operand to arrays; lax mode wraps what is none."""
    items = _evaluate(node.operands[0], context)
    for item in items:
        if not context.lax and not is_array(item):
            raise wrong_item("ARRAY", item)
    return [item if is_array(item) else [item] for item in items]


def _elements(node: PathNode, context: _Context) -> _Items:
    return [element for array in _arrays(node, context) for element in array]


def _subscripts(node: PathNode, context: _Context) -> _Items:
    found: _Items = []
    for array in _arrays(node, context):
        if not array:
            if not context.lax:
                raise PathFailure("structural error: invalid array subscript for empty array")
            continue
        inside = replace(context, last=len(array) - 1)
        for subscript in node.operands[1:]:
            start, end = _range(subscript, inside)
            is_inside = 0 <= start <= end < len(array)
            if not context.lax and not is_inside:
                shown = f"[{start}, {end}] for array of size {len(array)}"
                raise PathFailure(f"structural error: invalid array subscript: {shown}")
            found.extend(array[max(start, 0) : max(end + 1, 0)])
    return found


def _range(subscript: PathNode, context: _Context) -> tuple[int, int]:
    bounds = []
    for name, operand in zip(("from", "to"), subscript.operands, strict=False):
        items = _evaluate(operand, context)
        if len(items) != 1:
            raise PathFailure(f"array subscript '{name}' value must be singleton numeric")
        bounds.append(_index(items[0]))
    return bounds[0], bounds[-1]


def _index(item: Any) -> int:
    value = number_in(item)
    index = to_index(value)
    # Of a number in the document, the fraction is cut off.
    return int(value.value) if isinstance(item, Number) else index


def _filter(node: PathNode, context: _Context) -> _Items:
    condition = node.operands[1]
    return [
        item
        for item in _operands(node, context)
        if holds(condition, _within(replace(context, current=item)), context.lax)
    ]


def _within(context: _Context) -> Callable[[PathNode], _Items]:
    return lambda node: _evaluate(node, context)


def _size(node: PathNode, context: _Context) -> _Items:
    sizes = (len(array) for array in _arrays(node, context))
    return [SqlValue("integer", size) for size in sizes]


def _type(node: PathNode, context: _Context) -> _Items:
    items = _evaluate(node.operands[0], context)
    return [SqlValue("varchar", _type_name(item)) for item in items]


def _type_name(item: Any) -> str:
    if not isinstance(item, SqlValue):
        return kind_of_item(item).lower()
    if item.type == "varchar":
        return "string"
    if item.type in ("time", "timestamp"):
        return f"{item.type} without time zone"
    return "number" if item.is_number else item.type


def _double(node: PathNode, context: _Context) -> _Items:
    return [_to_double(item) for item in _operands(node, context)]


def _to_double(item: Any) -> SqlValue:
    value = scalar_of(item)
    if value is not None and value.is_number:
        return to_double(value)
    if value is None or value.type != "varchar":
        raise wrong_item("NUMBER or TEXT", item)
    number = parse_double(value.value)
    if number is None:
        raise PathFailure("")
    return SqlValue("double", number)


def _rounding(change: Callable[[SqlValue], SqlValue]) -> Callable[[PathNode, _Context], _Items]:
    return lambda node, context: [change(number_in(item)) for item in _operands(node, context)]


def _key_values(node: PathNode, context: _Context) -> _Items:
    found: _Items = []
    for item in _operands(node, context):
        if not isinstance(item, Members):
            raise wrong_item("OBJECT", item)
        number = context.counts.get(_KEY_VALUE_IDS, 0)
        context.counts[_KEY_VALUE_IDS] = number + 1
        found.extend(
            Members([("name", name), ("value", value), ("id", Number(number))])
            for name, value in item
        )
    return found


_NODES: dict[str, Callable[[PathNode, _Context], _Items]] = {
    "$": _document,
    "@": _current,
    "last": _last,
    "null": _null,
    "literal": _literal,
    "variable": _variable,
    "arithmetic": _arithmetic,
    "signed": _signed,
    "member": _member,
    "members": _members,
    "descendants": _descendants,
    "elements": _elements,
    "subscripts": _subscripts,
    "filter": _filter,
    "size": _size,
    "type": _type,
    "double": _double,
    "ceiling": _rounding(lambda value: round_to(value, upwards=True)),
    "floor": _rounding(lambda value: round_to(value, upwards=False)),
    "abs": _rounding(absolute),
    "keyvalue": _key_values,
}
