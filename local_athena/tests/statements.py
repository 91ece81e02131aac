"""Statements that are hard to end: without end, without a place to interrupt, without bounds."""

# DuckDB makes all of the lists before it looks for an interrupt.
UNINTERRUPTIBLE = (
    "SELECT cardinality(transform(sequence(1, 10000), x -> transform(sequence(1, 10000), "
    "y -> transform(sequence(1, 10000), z -> x + y + z))))"
)
_MANY = "UNNEST(sequence(1, 10000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b (y)"
# A recursion ends with an error after ten steps, so its first step has no end.
RECURSIVE = (
    "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t "
    f"CROSS JOIN {_MANY} CROSS JOIN UNNEST(sequence(1, 10000)) AS c (z) WHERE x * y + z = -n) "
    "SELECT count(*) FROM t"
)
LARGE_RESULT = f"SELECT x, y, x * y AS product FROM {_MANY}"
# DuckDB counts no byte of it.
UNCOUNTED_MEMORY = "SELECT length(array_join(repeat(lpad('x', 1000000, 'y'), 5000), ''))"

KINDS = [
    UNINTERRUPTIBLE,
    RECURSIVE,
    LARGE_RESULT,
    UNCOUNTED_MEMORY,
    "SELECT 1",
    "SELECT x FROM UNNEST(sequence(1, 5)) AS t (x) WHERE x > 9",
    "EXPLAIN (TYPE VALIDATE) SELECT 1",
    "SELECT missing FROM data_hist.events_v0",
    "SELECT * FROM data_hist.events_v0 ORDER BY createdtimestamp",
    "SELECT servicename, count(*) FROM data_hist.metrics_v0 GROUP BY 1",
    "SELECT json_extract_scalar(data, '$.number') FROM data_hist.events_v0",
    f"SELECT count(*) FROM {_MANY} WHERE x + y = -1",
    f"SELECT x, sum(y) FROM {_MANY} GROUP BY x ORDER BY 2",
    f"SELECT x, y FROM {_MANY} ORDER BY x * 7919 % 10007, y",
    f"SELECT cardinality(array_agg(x * y)) FROM {_MANY}",
    f"SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY y, x) AS r FROM {_MANY})",
    f"SELECT count(*) FROM {_MANY} WHERE regexp_like(cast(x * y AS varchar), '^(1|2|3)+9$')",
    f"SELECT approx_percentile(x, y, 0.5) FROM {_MANY}",
    f"SELECT to_hex(sha512(to_utf8(cast(x AS varchar)))) FROM {_MANY}",
    "SELECT count(*) FROM data_hist.events_v0 a CROSS JOIN data_hist.events_v0 b "
    "CROSS JOIN data_hist.events_v0 c WHERE a.data = b.data || c.data",
]
