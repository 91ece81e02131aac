"""The items that SQL/JSON paths select, and the conditions of filters over them."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from local_athena.backends.duckdb.dialect.json.json_text import Members, Number
from local_athena.backends.duckdb.dialect.json.sql_json_paths import (
    PathNode,
    SqlJsonPath,
)
from local_athena.backends.duckdb.dialect.json.sql_json_values import (
    PathFailure,
    SqlValue,
    comparable_numbers,
    number_of,
)

_DAYS = {"date", "timestamp", "timestamp with time zone"}
# As CAST AS varchar prints it.
_MOMENT = re.compile(
    r"(?P<year>[+-]?\d+)-(?P<month>\d\d)-(?P<day>\d\d)(?: (?P<clock>[\d:.]+))?(?: (?P<zone>\S+))?"
)
_Items = list[Any]
_Evaluate = Callable[[PathNode], _Items]


def is_array(item: Any) -> bool:
    """Tell whether an item is an array."""
    return isinstance(item, list) and not isinstance(item, Members)


def unwrapped(items: _Items) -> _Items:
    """Replace each array by its elements."""
    found: _Items = []
    for item in items:
        if is_array(item):
            found.extend(item)
        else:
            found.append(item)
    return found


def plain_steps(path: SqlJsonPath) -> tuple[str | int, ...] | None:
    """List the members and positions of a lax path that has nothing else."""
    steps: list[str | int] = []
    node = path.root
    while (step := _plain_step(node)) is not None:
        steps.append(step)
        node = node.operands[0]
    return tuple(reversed(steps)) if path.lax and node.kind == "$" else None


def _plain_step(node: PathNode) -> str | int | None:
    if node.kind == "member":
        return str(node.detail)
    if node.kind != "subscripts" or len(node.operands) != 2:
        return None
    bounds = node.operands[1].operands
    position = bounds[0].detail
    is_plain = len(bounds) == 1 and bounds[0].kind == "literal" and position.type == "integer"
    return int(position.value) if is_plain and position.value >= 0 else None


def follow(steps: tuple[str | int, ...], item: Any) -> _Items | None:
    """Find what plain steps lead to, or None where they lead to each element of an array."""
    for step in steps:
        if isinstance(step, int):
            elements = item if is_array(item) else [item]
            if step >= len(elements):
                return []
            item = elements[step]
        elif isinstance(item, Members):
            for name, value in item:
                if name == step:
                    item = value
                    break
            else:
                return []
        else:
            return None if isinstance(item, list) else []
    return [item]


def kind_of_item(item: Any) -> str:
    """Name the kind of an item as Jackson does, or the SQL type of a value."""
    if isinstance(item, SqlValue):
        return item.type
    if item is None or isinstance(item, bool):
        return "NULL" if item is None else "BOOLEAN"
    if isinstance(item, list):
        return "OBJECT" if isinstance(item, Members) else "ARRAY"
    return "NUMBER" if isinstance(item, Number) else "STRING"


def scalar_of(item: Any) -> SqlValue | None:
    """Convert an item to a value of a SQL type, or None if it is null, an array or an object.

    Raises:
        PathFailure: it is an integer beyond bigint.
    """
    if isinstance(item, SqlValue):
        return item
    if isinstance(item, bool):
        return SqlValue("boolean", item)
    if isinstance(item, Number):
        return number_of(item)
    return SqlValue("varchar", item) if isinstance(item, str) else None


def wrong_item(expected: str, item: Any) -> PathFailure:
    """Build the failure for an item of the wrong kind."""
    return PathFailure(f"invalid item type. Expected: {expected}, actual: {kind_of_item(item)}")


def number_in(item: Any) -> SqlValue:
    """Convert an item to a number.

    Raises:
        PathFailure: it is none, or an integer beyond bigint.
    """
    value = scalar_of(item)
    if value is None or not value.is_number:
        raise wrong_item("NUMBER", item)
    return value


def holds(condition: PathNode, evaluate: _Evaluate, lax: bool) -> bool | None:
    """Evaluate the condition of a filter; None is unknown, also where a path fails."""
    kind, operands = condition.kind, condition.operands
    if kind in ("and", "or"):
        decides = kind == "or"
        left = holds(operands[0], evaluate, lax)
        if left is decides:
            return left
        right = holds(operands[1], evaluate, lax)
        return right if right is decides or left is not None else None
    if kind in ("not", "is unknown"):
        inner = holds(operands[0], evaluate, lax)
        if kind == "is unknown":
            return inner is None
        return None if inner is None else not inner
    try:
        sides = [evaluate(operand) for operand in operands]
        return _PREDICATES[kind](condition.detail, sides, lax)
    except PathFailure:
        return None


def _exists(_detail: str, sides: list[_Items], _lax: bool) -> bool:
    return bool(sides[0])


def _compares(operator: str, sides: list[_Items], lax: bool) -> bool | None:
    """Compare each item of one side with each of the other; any pair decides."""
    if lax:
        sides = [unwrapped(side) for side in sides]
    left, right = sides
    if not left or not right:
        return False
    if _have_incomparable(left, right):
        return None
    found = _null_decides(operator, left, right)
    if found and lax:
        return True
    for result in _compare_scalars(operator, left, right):
        if result is None or (result and lax):
            return result
        found = found or result
    return found


def _have_incomparable(left: _Items, right: _Items) -> bool:
    """Tell whether an array or object meets anything but null."""
    for one, other in ((left, right), (right, left)):
        if any(isinstance(item, list) for item in one) and any(item is not None for item in other):
            return True
    return False


def _null_decides(operator: str, left: _Items, right: _Items) -> bool:
    if operator == "==":
        return None in left and None in right
    if operator != "!=":
        return False
    pairs = ((left, right), (right, left))
    return any(None in one and any(item is not None for item in other) for one, other in pairs)


def _compare_scalars(operator: str, left: _Items, right: _Items) -> Iterator[bool | None]:
    ones, others = _scalars(left), _scalars(right)
    for one in ones:
        for other in others:
            yield _compare(operator, one, other)


def _scalars(items: _Items) -> list[SqlValue]:
    return [value for item in items if (value := scalar_of(item)) is not None]


def _compare(operator: str, left: SqlValue, right: SqlValue) -> bool | None:
    if left.is_number and right.is_number:
        one, other = comparable_numbers(left, right)
    elif {left.type, right.type} <= _DAYS:
        one, other = _instant(left), _instant(right)
    elif left.type != right.type:
        return None
    elif left.type == "time":
        one, other = _seconds(left.value), _seconds(right.value)
    else:
        one, other = left.value, right.value
    if operator == "==":
        return bool(one == other)
    if operator == "!=":
        return bool(one != other)
    if operator in (">", ">="):
        one, other, operator = other, one, operator.replace(">", "<")
    return bool(one < other if operator == "<" else one <= other)


def _instant(value: SqlValue) -> tuple[int, Decimal]:
    """Find the day, counted from some year, and the second in UTC of a date or timestamp."""
    match = _MOMENT.fullmatch(value.value)
    if match is None:
        raise PathFailure("")
    year = int(match["year"])
    # The calendar repeats every 400 years of 146097 days; Python's ends in the year 9999.
    cycles, rest = divmod(year - 2000, 400)
    local = datetime(2000 + rest, int(match["month"]), int(match["day"]))
    seconds = _seconds(match["clock"] or "00:00:00")
    local += timedelta(seconds=int(seconds))
    if match["zone"]:
        local -= _offset(local, match["zone"])
    whole = local.hour * 3600 + local.minute * 60 + local.second
    return local.toordinal() + cycles * 146097, whole + seconds % 1


def _seconds(clock: str) -> Decimal:
    hour, minute, second = clock.split(":")
    return int(hour) * 3600 + int(minute) * 60 + Decimal(second)


def _offset(local: datetime, zone: str) -> timedelta:
    if zone[0] in "+-":
        minutes = int(zone[1:3]) * 60 + int(zone[4:6])
        return timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    return local.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta()


def _starts_with(_detail: str, sides: list[_Items], lax: bool) -> bool | None:
    items = unwrapped(sides[0]) if lax else sides[0]
    prefixes = [_text(item) for item in sides[1]]
    if len(prefixes) != 1 or prefixes[0] is None:
        return None
    found = False
    for item in items:
        text = _text(item)
        if text is None:
            return None
        found = found or text.startswith(prefixes[0])
        if found and lax:
            return True
    return found


def _text(item: Any) -> str | None:
    value = scalar_of(item)
    return value.value if value is not None and value.type == "varchar" else None


_PREDICATES: dict[str, Callable[[Any, list[_Items], bool], bool | None]] = {
    "exists": _exists,
    "compare": _compares,
    "starts with": _starts_with,
}
