"""Athena's errors for statements that fail: names, categories, numbers and messages.

Categories and numbers were recorded from Athena engine version 3; other names follow their family
in Athena's error reference.
"""

from dataclasses import astuple, dataclass
from enum import Enum, IntEnum
from typing import Any


class ErrorCategory(IntEnum):
    """Who is at fault, as in `AthenaError.ErrorCategory`."""

    SYSTEM = 1
    USER = 2
    OTHER = 3


class ErrorFamily(Enum):
    """The families of Trino's error names: category and number of those that are not listed."""

    USER_ERROR = (ErrorCategory.USER, 1000)
    INTERNAL_ERROR = (ErrorCategory.SYSTEM, 200)
    INSUFFICIENT_RESOURCES = (ErrorCategory.SYSTEM, 0)
    EXTERNAL = (ErrorCategory.OTHER, 1009)


_SYNTAX_ERROR = (ErrorCategory.USER, 1006)
# What Athena finds wrong with the form of a statement that parses.
_SYNTAX_FAMILY = frozenset(
    {
        "AMBIGUOUS_NAME",
        "DUPLICATE_NAMED_QUERY",
        "EXPRESSION_NOT_AGGREGATE",
        "EXPRESSION_NOT_IN_DISTINCT",
        "EXPRESSION_NOT_SCALAR",
        "FUNCTION_NOT_AGGREGATE",
        "INVALID_COLUMN_REFERENCE",
        "INVALID_LITERAL",
        "INVALID_WINDOW_REFERENCE",
        "MISMATCHED_COLUMN_ALIASES",
        "MISSING_OVER",
        "NESTED_AGGREGATION",
    }
)
_ERROR_NUMBERS: dict[str, tuple[ErrorCategory, int]] = {
    **dict.fromkeys(_SYNTAX_FAMILY, _SYNTAX_ERROR),
    "CATALOG_NOT_FOUND": (ErrorCategory.USER, 1006),
    "COLUMN_NOT_FOUND": (ErrorCategory.USER, 1006),
    "DIVISION_BY_ZERO": (ErrorCategory.USER, 1001),
    # A table or database that a statement of Hive's does not find: the only ones of these here.
    "FAILED": (ErrorCategory.USER, 1301),
    "FUNCTION_NOT_FOUND": (ErrorCategory.USER, 1303),
    "GENERIC_INTERNAL_ERROR": (ErrorCategory.SYSTEM, 200),
    "HIVE_BAD_DATA": (ErrorCategory.USER, 1007),
    "HIVE_CANNOT_OPEN_SPLIT": (ErrorCategory.USER, 1007),
    "HIVE_CURSOR_ERROR": (ErrorCategory.USER, 1007),
    "INVALID_CAST_ARGUMENT": (ErrorCategory.USER, 1100),
    "INVALID_FUNCTION_ARGUMENT": (ErrorCategory.USER, 1106),
    "INVALID_PARAMETER_USAGE": (ErrorCategory.USER, 1100),
    "NOT_SUPPORTED": (ErrorCategory.USER, 1200),
    "NUMERIC_VALUE_OUT_OF_RANGE": (ErrorCategory.USER, 1001),
    "EXCEEDED_MEMORY_LIMIT": (ErrorCategory.SYSTEM, 0),
    "EXCEEDED_TIME_LIMIT": (ErrorCategory.SYSTEM, 210),
    "HIVE_METASTORE_ERROR": (ErrorCategory.SYSTEM, 204),
    "PERMISSION_DENIED": (ErrorCategory.USER, 1500),
    "QUERY_TIMEOUT": (ErrorCategory.SYSTEM, 210),
    "SCHEMA_NOT_FOUND": (ErrorCategory.USER, 1301),
    "SYNTAX_ERROR": (ErrorCategory.USER, 1006),
    "TABLE_NOT_FOUND": (ErrorCategory.USER, 1301),
    "TYPE_MISMATCH": (ErrorCategory.USER, 1002),
    "TYPE_NOT_FOUND": (ErrorCategory.USER, 1300),
}


@dataclass(eq=False)
class StatementFailure(Exception):
    """A statement that Athena accepts and then reports as FAILED.

    `line` and `column` count from 1 in the text the caller sent; both or neither are set.
    `retryable` failures may not happen again if the statement is sent once more.
    """

    name: str
    text: str
    line: int | None = None
    column: int | None = None
    family: ErrorFamily = ErrorFamily.USER_ERROR
    retryable: bool = False

    def __reduce__(self) -> tuple[type["StatementFailure"], tuple[Any, ...]]:
        """Pickle all fields; an exception by itself keeps only its positional arguments."""
        return StatementFailure, astuple(self)

    def __str__(self) -> str:
        """The `StateChangeReason`: name, position where known, text."""
        position = f"line {self.line}:{self.column}: " if self.line is not None else ""
        return f"{self.name}: {position}{self.text}"

    @property
    def category(self) -> ErrorCategory:
        """`AthenaError.ErrorCategory`."""
        return _ERROR_NUMBERS.get(self.name, self.family.value)[0]

    @property
    def number(self) -> int:
        """`AthenaError.ErrorType`."""
        return _ERROR_NUMBERS.get(self.name, self.family.value)[1]


@dataclass(eq=False)
class MalformedQuery(Exception):
    """A text that does not parse: StartQueryExecution refuses it, and no execution exists."""

    text: str
    line: int
    column: int

    def __str__(self) -> str:
        """The message of the InvalidRequestException."""
        return f"line {self.line}:{self.column}: {self.text}"


class EntityNotFound(Exception):
    """A table that a statement describes does not exist: it is refused, and no execution exists."""


def find_position(sql: str, offset: int) -> tuple[int, int]:
    """Find the line and column, from 1, of an offset in the text."""
    before = sql[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
