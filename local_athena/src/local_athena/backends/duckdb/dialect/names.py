"""Column references, lambda parameters and fields of rows."""

from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.scopes import Scope
from local_athena.backends.duckdb.dialect.typed_sql import Typed

# Catalog, database and table.
_MAX_QUALIFIERS = 3


def _column(translator: Translator, node: exp.Column) -> Typed:
    if isinstance(node.this, exp.Star):
        raise translator.malformed(node)
    return resolved(translator, node, [part.name for part in node.parts])


def _identifier(translator: Translator, node: exp.Identifier) -> Typed:
    return resolved(translator, node, [node.name])


def _dot(translator: Translator, node: exp.Dot) -> Typed:
    parts: list[str] = []
    base: exp.Expr = node
    while isinstance(base, exp.Dot):
        if not isinstance(base.expression, exp.Identifier):
            raise translator.unsupported(node, "functions of other catalogs")
        parts.insert(0, base.expression.name)
        base = base.this
    if isinstance(base, exp.Column):
        return resolved(translator, base, [*(part.name for part in base.parts), *parts])
    if isinstance(base, exp.Identifier):
        return resolved(translator, node, [base.name, *parts])
    return _fields(translator, node, translator.typed(base), parts)


def resolved(translator: Translator, node: exp.Expr, parts: Sequence[str]) -> Typed:
    """What a dotted name means: the innermost scope that knows it wins."""
    scope: Scope | None = translator.scope
    while scope is not None:
        found = _in_scope(translator, scope, node, parts)
        if found is not None:
            return found
        scope = scope.parent
    if parts[-1].startswith("$"):
        raise translator.unsupported(node, "hidden columns")
    text = f"Column '{'.'.join(parts).lower()}' cannot be resolved"
    raise translator.failure("COLUMN_NOT_FOUND", text, node)


def _in_scope(
    translator: Translator, scope: Scope, node: exp.Expr, parts: Sequence[str]
) -> Typed | None:
    names = [part.lower() for part in parts]
    parameter = scope.parameter(names[0])
    if parameter is not None:
        return _fields(translator, node, parameter, parts[1:])
    for split in range(min(len(names) - 1, _MAX_QUALIFIERS), -1, -1):
        candidates = scope.candidates(names[split], names[:split])
        if len(candidates) > 1:
            text = f"Column '{'.'.join(names)}' is ambiguous"
            raise translator.failure("AMBIGUOUS_NAME", text, node)
        if candidates:
            column = Typed(candidates[0].sql, candidates[0].type)
            return _fields(translator, node, column, parts[split + 1 :])
    return None


def _fields(translator: Translator, node: exp.Expr, base: Typed, names: Sequence[str]) -> Typed:
    for name in names:
        base = _field(translator, node, base, name)
    return base


def _field(translator: Translator, node: exp.Expr, base: Typed, name: str) -> Typed:
    if base.type.name != "row":
        text = f"Expression is not of type ROW: {base.type}"
        raise translator.mismatch(node, text)
    lowered = [known.lower() if known else None for known in base.type.field_names]
    if name.lower() not in lowered:
        text = f"Column '{name.lower()}' cannot be resolved"
        raise translator.failure("COLUMN_NOT_FOUND", text, node)
    index = lowered.index(name.lower())
    return Typed(f"({base.sql}).f{index + 1}", base.type.parameters[index])


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Column: _column,
    exp.Identifier: _identifier,
    exp.Dot: _dot,
}
