"""The allowlists of the guard: keywords, functions, and syntax nodes with their arguments.

Plain data. Whatever is not listed is refused, including what later releases of sqlglot parse.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlglot import exp

FUNCTIONS_FILE = Path(__file__).with_name("function_allowlist.txt")
FOREIGN_FUNCTIONS_FILE = Path(__file__).with_name("foreign_functions.txt")


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


REFUSED_RESERVED = words(
    """
    ALTER CONSTRAINT CREATE CURRENT_CATALOG CURRENT_PATH CURRENT_ROLE CURRENT_SCHEMA CURRENT_USER
    DEALLOCATE DELETE DESCRIBE DROP EXECUTE INSERT INTO JSON_TABLE NATURAL PREPARE SKIP TABLE
    """
)

TYPE_WORDS = words(
    """
    ARRAY BIGINT BOOLEAN CHAR DATE DECIMAL DOUBLE INT INTEGER IPADDRESS JSON MAP PRECISION REAL ROW
    SMALLINT TIME TIMESTAMP TINYINT UUID VARBINARY VARCHAR
    """
)

# Keywords in some places of a SELECT, and plain names in all others.
GRAMMAR_WORDS = TYPE_WORDS | words(
    """
    ABSENT ALL ANY ARRAY ASC AT BERNOULLI BOTH CONDITIONAL COUNT CURRENT DAY DAY_OF_MONTH
    DAY_OF_WEEK DAY_OF_YEAR DEFAULT DESC DOW DOY EMPTY ERROR EXCLUDE FETCH FILTER FIRST FOLLOWING
    FORMAT GROUPS HOUR IGNORE INTERVAL KEEP KEY KEYS LAST LATERAL LEADING LIMIT MINUTE MONTH NEXT
    NFC NFD NFKC NFKD NULLS OBJECT OFFSET OMIT ONLY ORDINALITY OTHERS OVER OVERFLOW PARTITION
    PASSING PRECEDING QUARTER QUOTES RANGE RESPECT RETURNING ROW ROWS SCALAR SECOND SETS SOME
    STRING SYSTEM TABLESAMPLE TIES TIMEZONE_HOUR TIMEZONE_MINUTE TO TRAILING TRUNCATE TRY_CAST
    UNBOUNDED UNCONDITIONAL UNIQUE UNKNOWN VALUE WEEK WINDOW WITHIN WITHOUT WRAPPER YEAR
    YEAR_OF_WEEK YOW ZONE
    """
)

# An expression, a query or a table follows, so a name with `(` behind it is a call.
BEFORE_EXPRESSION = words(
    """
    ALL AND ANY BETWEEN BOTH BY CASE DEFAULT DISTINCT ELSE ESCAPE EXCEPT EXISTS FOR FROM HAVING IN
    INTERSECT JOIN KEY LATERAL LEADING LIKE LIMIT NOT OFFSET ON OR PASSING RANGE ROWS GROUPS SELECT
    SOME THEN TRAILING UNION USING VALUE VALUES WHEN WHERE ZONE
    """
)

# A `(` after these does not make a call.
BEFORE_BRACKET = (
    BEFORE_EXPRESSION
    | TYPE_WORDS
    | words(
        """
        AS BERNOULLI CUBE FILTER GROUP OVER RECURSIVE ROLLUP SETS SYSTEM UNNEST WITH CAST TRY_CAST
        """
    )
)

SET_OPERATORS = frozenset({"UNION", "INTERSECT", "EXCEPT"})
PREFIX_OPERATORS = frozenset({"NOT", "-", "+"})


def _lines(file: Path) -> Iterator[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return (line for line in lines if not line.startswith("#"))


FUNCTIONS = frozenset(_lines(FUNCTIONS_FILE))
FOREIGN_FUNCTIONS: Mapping[str, str] = dict(
    line.split(": ", 1) for line in _lines(FOREIGN_FUNCTIONS_FILE)
)
"""What to write in place of a function of another database."""

_UNARY = frozenset({"this"})
_BINARY = frozenset({"this", "expression"})
_LIST = frozenset({"expressions"})
_QUERY = frozenset({"with_", "order", "limit", "offset"})

QUERY_NODES: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: _QUERY
    | {"expressions", "distinct", "from_", "joins", "where", "group", "having", "windows"},
    exp.Union: _QUERY | {"this", "expression", "distinct"},
    exp.Intersect: _QUERY | {"this", "expression", "distinct"},
    exp.Except: _QUERY | {"this", "expression", "distinct"},
    exp.Subquery: _QUERY | {"this", "alias", "joins", "sample"},
}

TABLE_NODES: dict[type[exp.Expr], frozenset[str]] = {
    exp.CTE: frozenset({"this", "alias"}),
    exp.From: _UNARY,
    exp.Join: frozenset({"this", "on", "using", "side", "kind"}),
    exp.Lateral: frozenset({"this", "alias"}),
    exp.Table: frozenset({"this", "db", "catalog", "alias", "joins", "sample"}),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.TableSample: frozenset({"method", "percent"}),
    exp.Unnest: frozenset({"expressions", "alias", "offset"}),
    exp.Values: frozenset({"expressions", "alias"}),
    exp.With: frozenset({"expressions", "recursive"}),
}

CLAUSE_NODES: dict[type[exp.Expr], frozenset[str]] = {
    exp.Cube: _LIST,
    exp.Distinct: _LIST,
    exp.Fetch: frozenset({"direction", "count", "limit_options"}),
    exp.Group: frozenset({"expressions", "grouping_sets", "cube", "rollup"}),
    exp.GroupingSets: _LIST,
    exp.Having: _UNARY,
    exp.Limit: frozenset({"expression"}),
    exp.LimitOptions: frozenset({"rows", "with_ties"}),
    exp.Offset: frozenset({"expression"}),
    exp.Order: frozenset({"this", "expressions"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Rollup: _LIST,
    exp.Where: _UNARY,
    exp.Window: frozenset({"this", "partition_by", "order", "over", "spec", "alias"}),
    exp.WindowSpec: frozenset({"kind", "start", "start_side", "end", "end_side"}),
}

EXPRESSION_NODES: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys(
        (
            exp.Add, exp.And, exp.DPipe, exp.Dot, exp.EQ, exp.Escape, exp.GT, exp.GTE, exp.Is,
            exp.LT, exp.LTE, exp.Mod, exp.Mul, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Or,
            exp.Sub, exp.Filter, exp.WithinGroup,
        ),
        _BINARY,
    ),
    **dict.fromkeys(
        (
            exp.All, exp.Any, exp.Boolean, exp.Exists, exp.HexString, exp.IgnoreNulls, exp.Neg,
            exp.Not, exp.Paren, exp.RespectNulls, exp.Var,
        ),
        _UNARY,
    ),
    **dict.fromkeys(
        (
            exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.Localtime,
            exp.Localtimestamp, exp.Null, exp.Placeholder, exp.Star,
        ),
        frozenset(),
    ),
    exp.Alias: frozenset({"this", "alias"}),
    exp.Anonymous: frozenset({"this", "expressions"}),
    exp.Array: frozenset({"expressions", "value_constructor", "bracket_notation"}),
    exp.AtTimeZone: frozenset({"this", "zone"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Bracket: frozenset({"this", "expressions"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.Column: frozenset({"this", "table", "db", "catalog"}),
    exp.ColumnDef: frozenset({"this", "kind"}),
    exp.DataType: frozenset({"this", "expressions", "nested"}),
    exp.DataTypeParam: _UNARY,
    exp.Div: frozenset({"this", "expression", "typed", "safe"}),
    exp.Extract: _BINARY,
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.If: frozenset({"this", "true"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Interval: frozenset({"this", "unit"}),
    exp.IntervalSpan: _BINARY,
    exp.Lambda: frozenset({"this", "expressions"}),
    exp.Like: frozenset({"this", "expression", "negate"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Trim: frozenset({"this", "position", "expression"}),
    exp.TryCast: frozenset({"this", "to", "safe"}),
    exp.Tuple: _LIST,
    exp.UnicodeString: frozenset({"this", "escape"}),
}  # fmt: skip

NODES = {**QUERY_NODES, **TABLE_NODES, **CLAUSE_NODES, **EXPRESSION_NODES}

QUERIES = (exp.Select, exp.SetOperation, exp.Subquery)

# The argument that has to be a number or a parameter.
COUNT_ARGUMENTS: dict[type[exp.Expr], str] = {
    exp.Limit: "expression",
    exp.Offset: "expression",
    exp.Fetch: "count",
    exp.TableSample: "percent",
}

TYPES = frozenset(
    {
        exp.DType.ARRAY, exp.DType.BIGINT, exp.DType.BOOLEAN, exp.DType.CHAR, exp.DType.DATE,
        exp.DType.DECIMAL, exp.DType.DOUBLE, exp.DType.FLOAT, exp.DType.INT, exp.DType.IPADDRESS,
        exp.DType.JSON, exp.DType.MAP, exp.DType.SMALLINT, exp.DType.STRUCT, exp.DType.TIME,
        exp.DType.TIMETZ, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.TINYINT,
        exp.DType.UUID, exp.DType.VARBINARY, exp.DType.VARCHAR,
    }
)  # fmt: skip
