"""Queries that several tests ask, and the formats of their results."""

# It runs until it is cancelled.
SLOW = "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x) CROSS JOIN " + " CROSS JOIN ".join(
    f"UNNEST(sequence(1, 10000)) AS t{n}(x)" for n in range(3)
)
# 60,000 rows of 400 characters: more than all the buffers on the way hold, if not compressed.
MANY_ROWS = (
    "SELECT m, n, lpad('', 400, 'x') AS filler FROM UNNEST(sequence(1, 300)) AS a(m), "
    "UNNEST(sequence(m * 1000 - 999, m * 1000 - 800)) AS t(n)"
)
EVERY_TYPE = """
SELECT true, CAST(7 AS tinyint), CAST(-7 AS smallint), 70000, 9223372036854775807,
       CAST(1.1 AS real), 0.1e0, nan(), infinity(), CAST('12345678901234567.10' AS decimal(20,2)),
       '', 'null', 'say "hi",' || chr(10) || 'then é日🙂', '\\', date '2026-11-20', time '01:02:03',
       timestamp '2026-11-20 05:15:00.123',
       timestamp '2026-07-20 12:00:00' AT TIME ZONE 'America/New_York',
       X'00ff41', json_parse('{"b": 12345678901234567890, "a": [1.10, null]}'), ARRAY[1, 2],
       MAP(ARRAY['k'], ARRAY[1]), ROW(1, 'x'), CAST(NULL AS bigint), CAST(NULL AS varchar)
"""
NULLS = """
SELECT a, b, c, d FROM (VALUES
  (1, 'x', date '2026-01-01', X'01'), (NULL, NULL, NULL, NULL), (2, '', NULL, X'')
) AS t (a, b, c, d)
"""
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "json": "application/json",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}


def numbers(count: int) -> str:
    rows = f"UNNEST(sequence(1, {count})) AS t(n)"
    return f"SELECT n, 'row ' || CAST(n AS varchar) FROM {rows} ORDER BY n"
