"""Windows: the parentheses after OVER, frames, and what Athena refuses of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Call, Translator
from local_athena.backends.duckdb.dialect.queries.ordering import (
    sort_direction,
    translate_order,
)
from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed

_UNBOUNDED = "UNBOUNDED"
_CURRENT_ROW = "CURRENT ROW"
_SHIFTING = frozenset({"lag", "lead"})
_WITHOUT_FRAME = _SHIFTING | {
    *("row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"),
}
_SKIPPING_NULLS = _SHIFTING | {"first_value", "last_value", "nth_value"}
_TEMPORAL = ("date", "time", "timestamp", "timestamp with time zone")


@dataclass(frozen=True)
class _Window:
    """The parts of a window after its named base has been written out."""

    partition: Sequence[exp.Expr] = ()
    order: Sequence[exp.Expr] = ()
    frame: exp.WindowSpec | None = None


def translate_window(translator: Translator, call: Call, node: exp.Expr) -> str:
    """Translate the window of a call."""
    _check_call(translator, call, node)
    window = _resolve(translator, node)
    _check_frame_allowed(translator, call, window)
    parts = []
    if window.partition:
        keys = ", ".join(translator.translate_key(key).sql for key in window.partition)
        parts.append(f"PARTITION BY {keys}")
    if window.frame is not None:
        parts.append(_translate_framed_order(translator, window.order, window.frame))
    elif window.order:
        parts.append(f"ORDER BY {translate_order(translator, window.order)}")
    return f"({' '.join(parts)})"


def write_partition_of_moving_frame(translator: Translator, node: exp.Expr) -> str | None:
    """Write the window of all rows of the partition, if the frame of each row starts elsewhere."""
    window = _resolve(translator, node)
    start = _Bound.of(window.frame, "start") if window.frame is not None else None
    if start is None or start.unbounded:
        return None
    keys = ", ".join(translator.translate_key(key).sql for key in window.partition)
    return f"(PARTITION BY {keys})" if keys else "()"


def _check_call(translator: Translator, call: Call, node: exp.Expr) -> None:
    if call.clauses.filter is not None:
        text = "FILTER is not yet supported for window functions"
        raise translator.failure("NOT_SUPPORTED", text, call.node)
    if call.clauses.ignore_nulls and call.name not in _SKIPPING_NULLS:
        text = f"Cannot specify null treatment clause for {call.name} function"
        raise translator.failure("NULL_TREATMENT_NOT_ALLOWED", text, call.node)
    parts = [*(node.args.get("partition_by") or ()), node.args.get("order")]
    check_no_window(translator, call, [*call.arguments, *(part for part in parts if part)])


def check_no_window(translator: Translator, call: Call, parts: Sequence[exp.Expr]) -> None:
    """Refuse a window function inside an aggregate or another window function."""
    if any(_holds_window(part) for part in parts):
        text = f"Cannot nest window functions inside {call.name}"
        raise translator.failure("NESTED_WINDOW", text, call.node)


def _holds_window(node: exp.Expr) -> bool:
    found = node.walk(prune=lambda part: isinstance(part, exp.Query))
    return any(isinstance(part, exp.Window) for part in found)


def _resolve(translator: Translator, node: exp.Expr) -> _Window:
    translator.allow_only(node, "this", "partition_by", "order", "spec", "alias", "over")
    order = node.args.get("order")
    own = _Window(
        node.args.get("partition_by") or (),
        order.expressions if order else (),
        node.args.get("spec"),
    )
    if node.args.get("alias") is None:
        return own
    base = _find_named(translator, node, node.args["alias"].name.lower())
    if not (own.frame or own.order or own.partition or _is_in_parentheses(translator, node)):
        return base
    return _inherit(translator, node, base, own)


def check_definitions(translator: Translator) -> None:
    """Fail for a window of the WINDOW clause that refers to another one wrongly."""
    for definition in translator.scope.windows.values():
        _resolve(translator, definition)


def _is_in_parentheses(translator: Translator, node: exp.Expr) -> bool:
    """Tell whether the name of a window stands in parentheses, which sqlglot drops."""
    start = node.args["alias"].meta.get("start", 0)
    return translator.statement.sql[:start].rstrip().endswith("(")


def _find_named(translator: Translator, node: exp.Expr, name: str) -> _Window:
    definition = translator.scope.windows.get(name)
    if definition is None:
        text = f"Cannot resolve WINDOW name {name}"
        raise translator.failure("INVALID_WINDOW_REFERENCE", text, node)
    return _resolve(translator, definition)


def _inherit(translator: Translator, node: exp.Expr, base: _Window, own: _Window) -> _Window:
    if own.partition:
        text = "WINDOW specification with named WINDOW reference cannot specify PARTITION BY"
        raise translator.failure("INVALID_PARTITION_BY", text, node)
    if own.order and base.order:
        text = "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY"
        raise translator.failure("INVALID_ORDER_BY", text, node)
    if base.frame is not None:
        text = "Cannot reference named WINDOW containing frame specification"
        raise translator.failure("INVALID_WINDOW_REFERENCE", text, node)
    return replace(base, order=base.order or own.order, frame=base.frame or own.frame)


def _check_frame_allowed(translator: Translator, call: Call, window: _Window) -> None:
    if call.name in _SHIFTING and not window.order:
        text = f"{call.name} function requires an ORDER BY window clause"
        raise translator.failure("MISSING_ORDER_BY", text, call.node)
    if call.name in _WITHOUT_FRAME and window.frame is not None:
        text = f"Cannot specify window frame for {call.name} function"
        raise translator.failure("INVALID_WINDOW_FRAME", text, window.frame)


def _translate_framed_order(
    translator: Translator, order: Sequence[exp.Expr], spec: exp.WindowSpec
) -> str:
    translator.allow_only(spec, "kind", "start", "start_side", "end", "end_side")
    kind = str(spec.args["kind"]).upper()
    bounds = [_Bound.of(spec, "start"), _Bound.of(spec, "end")]
    _check_bounds(translator, spec, *bounds)
    items = [item for item in order if isinstance(item, exp.Ordered)]
    keys = [translator.translate(item.this) for item in items]
    offsets = [_translate_offset(translator, kind, bound, keys, spec) for bound in bounds]
    texts = [bound.render(offset) for bound, offset in zip(bounds, offsets, strict=True)]
    listed = ", ".join(
        f"{key.sql} {sort_direction(item)}" for key, item in zip(keys, items, strict=True)
    )
    frame = f"{kind} BETWEEN {texts[0]} AND {texts[1]}"
    return f"ORDER BY {listed} {frame}" if listed else frame


@dataclass(frozen=True)
class _Bound:
    """One end of a frame; `side` is PRECEDING, FOLLOWING or CURRENT ROW."""

    side: str
    offset: exp.Expr | None = None
    unbounded: bool = False

    @classmethod
    def of(cls, spec: exp.WindowSpec, name: str) -> "_Bound":
        """Read a bound; the end of a frame that has none is the current row."""
        value = spec.args.get(name)
        side = str(spec.args.get(f"{name}_side") or "").upper()
        if isinstance(value, exp.Expr):
            return cls(side, value)
        if value is None or str(value).upper() == _CURRENT_ROW:
            return cls(_CURRENT_ROW)
        return cls(side, unbounded=True)

    def render(self, offset: str | None) -> str:
        """Write the bound for DuckDB."""
        if self.side == _CURRENT_ROW:
            return _CURRENT_ROW
        return f"{_UNBOUNDED if offset is None else offset} {self.side}"


def _check_bounds(translator: Translator, spec: exp.WindowSpec, start: _Bound, end: _Bound) -> None:
    text = None
    if start.unbounded and start.side == "FOLLOWING":
        text = "Window frame start cannot be UNBOUNDED FOLLOWING"
    elif end.unbounded and end.side == "PRECEDING":
        text = "Window frame end cannot be UNBOUNDED PRECEDING"
    elif _precedence(start.side) > _precedence(end.side):
        text = f"Window frame starting from {start.side} cannot end with {end.side}"
    if text:
        raise translator.failure("INVALID_WINDOW_FRAME", text, spec)


def _precedence(side: str) -> int:
    return ("PRECEDING", _CURRENT_ROW, "FOLLOWING").index(side)


def _translate_offset(
    translator: Translator,
    kind: str,
    bound: _Bound,
    keys: Sequence[Typed],
    spec: exp.WindowSpec,
) -> str | None:
    if bound.offset is None:
        return None
    if kind != "ROWS" and not keys:
        text = f"Window frame of type {kind} PRECEDING or FOLLOWING requires ORDER BY"
        raise translator.failure("MISSING_ORDER_BY", text, spec)
    offset = translator.translate(bound.offset)
    if kind == "RANGE":
        _check_range(translator, bound.offset, offset.type, keys)
        if keys[0].type.name == "date":
            return f"athena_frame_days({offset.sql})"
        if offset.type.is_interval:
            return f"athena_frame_interval({offset.sql})"
        return f"athena_frame_offset({offset.sql})"
    if not (offset.type.is_integer or (offset.type.name == "decimal" and not offset.type.scale)):
        text = f"Window frame {kind} value type must be exact numeric type with scale 0"
        raise translator.mismatch(bound.offset, f"{text} (actual {offset.type})")
    return f"CAST(least(athena_frame_offset({offset.sql}), 4611686018427387904) AS BIGINT)"


def _check_range(
    translator: Translator, node: exp.Expr, offset: TrinoType, keys: Sequence[Typed]
) -> None:
    frame = "Window frame of type RANGE PRECEDING or FOLLOWING requires"
    if len(keys) > 1:
        text = f"{frame} single sort item in ORDER BY (actual: {len(keys)})"
        raise translator.failure("INVALID_ORDER_BY", text, node)
    kind = keys[0].type
    if not (kind.is_number or kind.is_interval or kind.name in _TEMPORAL):
        text = f"{frame} that sort item type be numeric, datetime or interval (actual: {kind})"
        raise translator.mismatch(node, text)
    if offset.is_number != kind.is_number or not (offset.is_number or offset.is_interval):
        text = f"Window frame RANGE value type ({offset}) not compatible with sort item type"
        raise translator.mismatch(node, f"{text} ({kind})")
