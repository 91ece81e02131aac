"""The context of a translation: the statement, the scope, and a handler for each kind of node.

A node without a handler is refused: nothing of the caller's text reaches DuckDB untranslated.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Any

from sqlglot import exp

from local_athena.backends.duckdb.dialect.null_operands import (
    find_tries,
    holds_aggregate,
    is_over_values,
    strict_operands,
)
from local_athena.backends.duckdb.dialect.queries.scopes import Relation, Scope
from local_athena.backends.duckdb.dialect.syntax.parsing import describe_node, find_offset
from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType, common_type
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce, null_of
from local_athena.errors import MalformedQuery, StatementFailure, find_position
from local_athena.tables import Catalog, Table

_MAX_EXPRESSION = 4_000_000
# Many long expressions together would fill the memory of the server.
_LONG_EXPRESSION = 100_000
_MAX_LONG_EXPRESSIONS = 256_000_000
# Clauses that sqlglot's tree calls by another name.
_CLAUSES = {
    "laterals": "LATERAL VIEW",
    "method": "NATURAL",
    "pivots": "PIVOT",
    "version": "FOR TIMESTAMP AS OF",
}

Handler = Callable[["Translator", Any], Typed]
# None leaves the call to the table of signatures.
FunctionHandler = Callable[["Translator", "Call"], Typed | None]


@dataclass(frozen=True)
class PartitionPredicate:
    """A DuckDB condition over the relation `folder`, which holds partition columns of a table.

    A folder for which it is false holds no wanted rows.

    Attributes:
        depth: The level of the tree, from 1; the columns down to it are known.
        null_extended: An outer join adds rows of NULLs where the table has no match. If the
            condition is true for such a row, it must not be used.
        common_tables: The common table expressions between the table and the condition.
    """

    sql: str
    depth: int
    null_extended: bool = False
    common_tables: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scan:
    """One reference to a table of the catalog.

    `relation` is the name that stands for it in the translated SQL; whoever runs that SQL creates
    a view of this name over the files that `predicates` leave, with a column for each hidden column
    in `hidden`, named by its label. With `of_partitions`, the view has the
    partition keys of each partition.
    """

    relation: str
    table: Table
    predicates: tuple[PartitionPredicate, ...] = ()
    hidden: tuple[str, ...] = ()
    of_partitions: bool = False

    def hidden_label(self, name: str) -> str:
        """Name a hidden column, such as `$path`, as no other scan of the statement does."""
        return self.relation + name


@dataclass(frozen=True)
class Call:
    """A function call as the caller wrote it; `clauses` are FILTER, OVER and null treatment."""

    name: str
    arguments: Sequence[exp.Expr]
    node: exp.Expr
    clauses: "Clauses"


@dataclass(frozen=True)
class Clauses:
    """The clauses of an aggregate or window function."""

    filter: exp.Expr | None = None
    window: exp.Expr | None = None
    ignore_nulls: bool = False
    order: Sequence[exp.Expr] = ()
    distinct: bool = False

    @property
    def present(self) -> bool:
        """Tell whether there is any clause."""
        return self != Clauses()


@dataclass(frozen=True)
class Statement:
    """What all places of a statement share."""

    sql: str
    catalog: Catalog
    default_database: str
    handlers: Mapping[type[exp.Expr], Handler]
    functions: Mapping[str, FunctionHandler]
    function_names: frozenset[str]
    queries: Callable[["Translator", exp.Expr], Relation]
    scans: list[Scan] = field(default_factory=list)
    predicates: dict[int, list[PartitionPredicate]] = field(
        default_factory=lambda: defaultdict(list)
    )
    numbers: "count[int]" = field(default_factory=count)
    references: Counter[str] = field(default_factory=Counter)
    long_expressions: list[int] = field(default_factory=list)
    # The nodes that are NULL, by identity.
    nulls: dict[int, exp.Expr] = field(default_factory=dict)
    # How deep the scope lies to which a name refers, by its offset.
    depths: dict[int, int] = field(default_factory=dict)
    # What Athena finds after it has analyzed the statement.
    late_failures: list[StatementFailure] = field(default_factory=list)

    @cached_property
    def holds_try(self) -> bool:
        """Tell whether TRY may be called anywhere."""
        return "try" in self.sql.lower()


@dataclass(frozen=True)
class Translator:
    """Translate nodes at one place of a statement."""

    statement: Statement
    scope: Scope

    def within(self, scope: Scope) -> "Translator":
        """Return a translator for another scope of the statement."""
        return replace(self, scope=scope)

    def new_name(self, prefix: str) -> str:
        """Make up a name that nothing else in the statement has."""
        return f"{prefix}{next(self.statement.numbers)}"

    def translate(self, node: exp.Expr) -> Typed:
        """Translate one expression."""
        handler = self.statement.handlers.get(type(node))
        if handler is None:
            raise self.unsupported(node, describe_node(node))
        value = self._note_null(node, self._evaluate_all(node) or handler(self, node))
        # Operands that a template repeats multiply when calls are nested.
        if len(value.sql) > _MAX_EXPRESSION:
            raise self.unsupported(node, "expressions nested this deeply")
        if len(value.sql) > _LONG_EXPRESSION:
            self.statement.long_expressions.append(len(value.sql))
            if sum(self.statement.long_expressions) > _MAX_LONG_EXPRESSIONS:
                raise self.unsupported(node, "so many expressions nested this deeply")
        return value

    def _evaluate_all(self, node: exp.Expr) -> Typed | None:
        """Hand operands on by name, so that DuckDB does not find out that they are NULL."""
        if not self.statement.holds_try or not find_tries(node) or not is_over_values(node):
            return None
        return self.bind_parts(node, find_tries, "{}")

    def bind_parts(
        self, node: exp.Expr, find: Callable[[exp.Expr], list[exp.Expr]], template: str
    ) -> Typed:
        """Evaluate parts of an expression first and hand them on by name to the rest."""
        values = [self.translate(part) for part in find(node)]
        rest = node.copy()
        holder = self.new_name("v")
        parameters = {}
        for index, (part, value) in enumerate(zip(find(rest), values, strict=True)):
            # With a blank at the start, so that it differs from all identifiers of the caller.
            name = f" {holder}.{index}"
            part.replace(exp.Identifier(this=name, quoted=True))
            parameters[name] = Typed(f"{holder}.f{index}", value.type)
        scope = Scope(parent=self.scope, parameters=parameters)
        result = self.within(scope).translate(rest)
        packed = ", ".join(f"'f{index}': {value.sql}" for index, value in enumerate(values))
        body = template.format(result.sql)
        return Typed(f"list_transform([{{{packed}}}], lambda {holder}: {body})[1]", result.type)

    def _note_null(self, node: exp.Expr, value: Typed) -> Typed:
        nulls = self.statement.nulls
        if any(id(operand) in nulls for operand in strict_operands(node)):
            value = value if holds_aggregate(node) else null_of(value.type)
        nulls.pop(id(node), None)
        if value.is_null:
            nulls[id(node)] = node
        return value

    def translate_query(self, node: exp.Expr) -> Relation:
        """Translate a query nested at this place."""
        return self.statement.queries(self, node)

    def translate_as(self, node: exp.Expr, target: TrinoType) -> Typed:
        """Translate an expression and coerce it, or fail for its type."""
        value = self.translate(node)
        self.require(node, value.type, target)
        return coerce(value, target)

    def translate_key(self, node: exp.Expr) -> Typed:
        """Translate what rows are told apart by."""
        value = self.translate(node)
        self.require_comparable(node, value.type)
        return value

    def require_comparable(self, node: exp.Expr, kind: TrinoType) -> None:
        """Refuse values that Athena or DuckDB does not tell apart."""
        if not kind.is_comparable:
            raise self.mismatch(node, f"Type {kind} is not comparable")
        self.refuse_row_zones(node, kind)

    def refuse_row_zones(self, node: exp.Expr, kind: TrinoType) -> None:
        """Refuse values that DuckDB would tell apart by their time zones."""
        if kind.holds_row_zones:
            raise self.unsupported(node, "times whose zones differ between rows here")

    def require(self, node: exp.Expr, actual: TrinoType, target: TrinoType) -> None:
        """Fail unless Athena coerces the type of an operand or argument to the other implicitly."""
        if not self.fits(actual, target):
            if isinstance(node.parent, exp.Anonymous):
                text = f"Unexpected parameters ({actual}) for function {node.parent.name}"
                raise self.failure("FUNCTION_NOT_FOUND", text, node.parent)
            raise self.mismatch(node, f"Expected {target} but found {actual}")

    def translate_arguments(self, call: Call, least: int = 0) -> list[Typed]:
        """Translate the arguments of a call that has at least so many."""
        if len(call.arguments) < least:
            text = f"Unexpected parameters for function {call.name}"
            raise self.failure("FUNCTION_NOT_FOUND", text, call.node)
        return [self.translate(argument) for argument in call.arguments]

    def fits(self, actual: TrinoType, target: TrinoType) -> bool:
        """Tell whether Athena coerces one type to the other implicitly, in this direction."""
        common = common_type(actual, target)
        return common is not None and (common.name, common.duckdb) == (target.name, target.duckdb)

    def allow_only(self, node: exp.Expr, *known: str) -> None:
        """Refuse a node that carries more than its handler looks at."""
        extra = [name for name, value in node.args.items() if value and name not in known]
        if extra:
            word = _CLAUSES.get(extra[0], extra[0].strip("_").upper())
            raise self.unsupported(node, f"{word} here")

    def failure(self, name: str, text: str, node: exp.Expr | None = None) -> StatementFailure:
        """Build an error of Athena's at a node of the caller's text."""
        offset = find_offset(node) if node is not None else None
        if offset is None:
            return StatementFailure(name, text)
        return StatementFailure(name, text, *find_position(self.statement.sql, offset))

    def malformed(self, node: exp.Expr) -> MalformedQuery:
        """Build the error for text that sqlglot parses and Athena does not."""
        line, column = find_position(self.statement.sql, find_offset(node) or 0)
        return MalformedQuery("mismatched input. Expecting: <expression>", line, column)

    def mismatch(self, node: exp.Expr, text: str) -> StatementFailure:
        """Build the error for operands or arguments of the wrong type."""
        return self.failure("TYPE_MISMATCH", text, node)

    def ambiguous(self, node: exp.Expr) -> StatementFailure:
        """Build the error for operands or arguments that several overloads take."""
        text = "Could not choose a best candidate operator. Explicit type casts must be added."
        return self.failure("AMBIGUOUS_FUNCTION_CALL", text, node)

    def unsupported(self, node: exp.Expr, what: str) -> StatementFailure:
        """Build the error for what Athena can do and the emulator cannot."""
        return self.failure("NOT_SUPPORTED", f"The embedded endpoint does not support {what}", node)
