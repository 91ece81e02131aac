"""Relations made of values in the statement: VALUES and UNNEST."""

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.expressions.operators import coerce_to_common_type
from local_athena.backends.duckdb.dialect.queries.scopes import Field, Relation
from local_athena.backends.duckdb.dialect.types.trino_types import BIGINT, TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed

_TAIL = ("with_", "order", "limit", "offset")
_Column = tuple[str, TrinoType, str | None]


def translate_values(translator: Translator, node: exp.Values) -> Relation:
    """Translate VALUES to a relation, whose columns have no names."""
    translator.allow_only(node, "expressions", "alias", "joins", "sample", *_TAIL)
    outer = translator.within(replace(translator.scope, fields=()))
    rows = [_translate_row(outer, item) for item in node.expressions]
    if len({len(row) for row in rows}) != 1:
        raise translator.mismatch(node, "Values rows have mismatched sizes")
    columns = [
        coerce_to_common_type(translator, node, column, "Values rows differ")
        for column in zip(*rows, strict=True)
    ]
    alias = translator.new_name("r")
    names = [translator.new_name("c") for _ in columns]
    lines = ", ".join(
        f"({', '.join(cell.sql for cell in row)})" for row in zip(*columns, strict=True)
    )
    fields = tuple(
        Field(None, f"{alias}.{name}", column[0].type)
        for name, column in zip(names, columns, strict=True)
    )
    return Relation(f"(VALUES {lines}) AS {alias}({', '.join(names)})", fields)


def _translate_row(translator: Translator, item: exp.Expr) -> Sequence[Typed]:
    """Translate one row; a single expression of a row type is the whole row."""
    cells = list(item.expressions) if isinstance(item, exp.Tuple) else [item]
    bare = cells[0].unnest()
    if len(cells) == 1 and _is_row_constructor(bare):
        cells = list(bare.expressions)
    values = [translator.translate(cell) for cell in cells]
    if len(values) > 1 or values[0].type.name != "row" or _is_row_constructor(bare):
        return values
    (row,) = values
    return [
        Typed(f"({row.sql}).f{number}", kind) for number, kind in enumerate(row.type.parameters, 1)
    ]


def _is_row_constructor(node: exp.Expr) -> bool:
    is_call = isinstance(node, exp.Anonymous) and node.name.upper() == "ROW"
    return bool(node.expressions) and (is_call or isinstance(node, exp.Tuple))


def translate_unnest(translator: Translator, node: exp.Unnest) -> Relation:
    """Translate UNNEST of arrays and maps; DuckDB pads the shorter ones with NULL."""
    translator.allow_only(node, "expressions", "alias", "offset", "joins")
    columns: list[_Column] = []
    lengths = []
    for argument in node.expressions:
        value = translator.translate(argument)
        columns.extend(_unnested_columns(translator, argument, value))
        count = "cardinality" if value.type.name == "map" else "len"
        lengths.append(f"coalesce(CAST({count}({value.sql}) AS BIGINT), 0)")
    if node.args.get("offset"):
        longest = lengths[0] if len(lengths) == 1 else f"greatest({', '.join(lengths)})"
        columns.append((f"range(1, {longest} + 1)", BIGINT, None))
        _restore_ordinality_alias(node)
    alias = translator.new_name("r")
    items, fields = [], []
    for sql, kind, name in columns:
        label = translator.new_name("c")
        items.append(f"unnest({sql}) AS {label}")
        fields.append(Field(name, f"{alias}.{label}", kind))
    return Relation(f"LATERAL (SELECT {', '.join(items)}) AS {alias}", tuple(fields))


def _restore_ordinality_alias(node: exp.Unnest) -> None:
    # The parser moves the last column alias into `offset`.
    alias, offset = node.args.get("alias"), node.args["offset"]
    if alias is not None and isinstance(offset, exp.Identifier) and alias.args.get("columns"):
        alias.append("columns", offset)


def _unnested_columns(translator: Translator, node: exp.Expr, value: Typed) -> list[_Column]:
    kind = value.type
    if kind.name == "map":
        return [
            (f"map_keys({value.sql})", kind.key, None),
            (f"map_values({value.sql})", kind.value, None),
        ]
    if kind.name != "array":
        text = f"Cannot unnest type: {kind}"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, node)
    if kind.element.name != "row":
        return [(value.sql, kind.element, None)]
    name = translator.new_name("u")
    return [
        (f"list_transform({value.sql}, lambda {name}: {name}.f{n})", part, label)
        for n, (part, label) in enumerate(
            zip(kind.element.parameters, kind.element.field_names, strict=True), 1
        )
    ]
