"""Statements and types of SQLAlchemy as SQL of Athena's."""

from typing import Any

from sqlalchemy import exc, types
from sqlalchemy.sql import compiler, elements


class Compiler(compiler.SQLCompiler):
    """Writes what Trino writes otherwise, or lacks."""

    def limit_clause(self, select: Any, **kw: Any) -> str:
        """Write OFFSET before LIMIT, the order of Trino."""
        text = ""
        if select._offset_clause is not None:
            text += f"\n OFFSET {self.process(select._offset_clause, **kw)}"
        if select._limit_clause is not None:
            text += f"\n LIMIT {self.process(select._limit_clause, **kw)}"
        return text

    def visit_truediv_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """Divide integers as Python does; Trino drops the remainder."""
        left, right = binary.left, binary.right
        if not isinstance(right.type, types.Numeric):
            right = elements.Cast(right, types.Float())
        return f"{self.process(left, **kw)} / {self.process(right, **kw)}"

    def visit_is__binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """Compare with a truth value; Trino's IS takes only NULL."""
        return self._is(binary, "IS", "IS NOT DISTINCT FROM", **kw)

    def visit_is_not_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """The same for what it is not."""
        return self._is(binary, "IS NOT", "IS DISTINCT FROM", **kw)

    def _is(self, binary: Any, of_null: str, of_values: str, **kw: Any) -> str:
        written = of_null if isinstance(binary.right, elements.Null) else of_values
        return f"{self.process(binary.left, **kw)} {written} {self.process(binary.right, **kw)}"


class TypeCompiler(compiler.GenericTypeCompiler):
    """The names that Trino has for the types that a CAST may name."""

    def visit_FLOAT(self, type_: Any, **kw: Any) -> str:
        return "DOUBLE"

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:
        return "VARCHAR"

    def visit_NUMERIC(self, type_: Any, **kw: Any) -> str:
        return self.visit_DECIMAL(type_, **kw)

    def visit_DECIMAL(self, type_: Any, **kw: Any) -> str:
        if type_.precision is None:
            raise exc.CompileError(
                "DECIMAL without precision and scale has no digits after the point on Athena: "
                "write Numeric(18, 6), say, or Float()."
            )
        return super().visit_DECIMAL(type_, **kw)

    def visit_DATETIME(self, type_: Any, **kw: Any) -> str:
        return self.visit_TIMESTAMP(type_, **kw)

    def visit_TIMESTAMP(self, type_: Any, **kw: Any) -> str:
        return "TIMESTAMP WITH TIME ZONE" if type_.timezone else "TIMESTAMP"

    def visit_BLOB(self, type_: Any, **kw: Any) -> str:
        return "VARBINARY"

    def visit_large_binary(self, type_: Any, **kw: Any) -> str:
        return "VARBINARY"


class Preparer(compiler.IdentifierPreparer):
    """Quotes also what Trino reserves."""

    reserved_words = compiler.RESERVED_WORDS | {"values", "unnest", "date", "time", "timestamp"}
