"""UNNEST of arrays, maps and arrays of rows, side by side, with or without ordinality."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.scopes import Field, Relation
from local_athena.backends.duckdb.dialect.trino_types import BIGINT, TrinoType
from local_athena.backends.duckdb.dialect.typed_sql import Typed

_Column = tuple[str, TrinoType, str | None]


def unnested(translator: Translator, node: exp.Unnest) -> Relation:
    """The relation: DuckDB unnests the lists of one SELECT in step, short ones padded with NULL."""
    translator.only(node, "expressions", "alias", "offset", "joins")
    columns: list[_Column] = []
    lengths = []
    for argument in node.expressions:
        value = translator.typed(argument)
        columns.extend(_columns(translator, argument, value))
        count = "cardinality" if value.type.name == "map" else "len"
        lengths.append(f"coalesce({count}({value.sql}), 0)")
    if node.args.get("offset"):
        longest = lengths[0] if len(lengths) == 1 else f"greatest({', '.join(lengths)})"
        columns.append((f"range(1, {longest} + 1)", BIGINT, None))
        _take_ordinality_back(node)
    alias = translator.fresh("r")
    items, fields = [], []
    for sql, kind, name in columns:
        label = translator.fresh("c")
        items.append(f"unnest({sql}) AS {label}")
        fields.append(Field(name, f"{alias}.{label}", kind))
    return Relation(f"LATERAL (SELECT {', '.join(items)}) AS {alias}", tuple(fields))


def _take_ordinality_back(node: exp.Unnest) -> None:
    # The parser moves the last column alias into `offset`.
    alias, offset = node.args.get("alias"), node.args["offset"]
    if alias is not None and isinstance(offset, exp.Identifier) and alias.args.get("columns"):
        alias.append("columns", offset)


def _columns(translator: Translator, node: exp.Expr, value: Typed) -> list[_Column]:
    kind = value.type
    if kind.name == "map":
        return [
            (f"map_keys({value.sql})", kind.key, None),
            (f"map_values({value.sql})", kind.value, None),
        ]
    if kind.name != "array":
        text = f"Cannot unnest type: {kind}"
        raise translator.mismatch(node, text)
    if kind.element.name != "row":
        return [(value.sql, kind.element, None)]
    name = translator.fresh("u")
    return [
        (f"list_transform({value.sql}, lambda {name}: {name}.f{n})", part, label)
        for n, (part, label) in enumerate(
            zip(kind.element.parameters, kind.element.field_names, strict=True), 1
        )
    ]
