"""What a syntax tree may be made of: each kind of node with the arguments it may have.

Plain data. A kind or an argument that does not stand here is refused, so what sqlglot learns to
read later stays refused until someone adds it.
"""

from sqlglot import exp

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

# Where a row count stands, only a number or a parameter may.
COUNTS: dict[type[exp.Expr], str] = {
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
