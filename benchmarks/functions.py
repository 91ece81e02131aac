"""Compare the emulator's functions with DuckDB's nearest ones.

`python -m benchmarks.functions [--rows N] [--repeats N] [NAME ...]` prints how many times the
processor time of DuckDB's function each takes. Of dates and JSON, the usual texts are those that
DuckDB reads for it; Python reads the others.
"""

import argparse
import statistics
import time
from dataclasses import dataclass

import duckdb
from local_athena.backends.duckdb import dialect
from local_athena.tables import Catalog, Column, Table


@dataclass(frozen=True)
class Comparison:
    """A function of the dialect, and what DuckDB has that comes nearest to it."""

    name: str
    athena: str
    duckdb: str


_STRPTIME = "max(try_strptime(usual, '%Y-%m-%d %H:%M:%S'))"
_COMPARISONS = (
    *(
        Comparison(name, f"max({expression})", _STRPTIME)
        for name, expression in (
            ("date_parse, usual", "date_parse(usual, '%Y-%m-%d %H:%i:%s')"),
            ("date_parse, others", "date_parse(other, '%Y-%m-%dt%H:%i:%s')"),
            ("date_parse, pattern of each row", "date_parse(usual, pattern)"),
            ("parse_datetime, usual", "parse_datetime(usual, 'yyyy-MM-dd HH:mm:ss')"),
            ("from_iso8601_timestamp, usual", "from_iso8601_timestamp(replace(usual, ' ', 'T'))"),
            ("from_iso8601_timestamp, others", "from_iso8601_timestamp(replace(usual, ' ', 't'))"),
            ("from_iso8601_date, usual", "from_iso8601_date(substr(usual, 1, 10))"),
            ("from_iso8601_date, others", "from_iso8601_date(substr(usual, 1, 7))"),
            ("date_format, usual", "date_format(moment, '%d/%b/%Y %T.%f')"),
            ("date_format, pattern of each row", "date_format(moment, pattern)"),
        )
    ),
    Comparison("real to varchar", "max(CAST(number AS varchar))", "max(CAST(number AS VARCHAR))"),
    *(
        Comparison(name, f"count({expression})", f"count(json_extract_string(document, '{path}'))")
        for name, expression, path in (
            ("json_extract_scalar, usual", "json_extract_scalar(document, '$.state')", "$.state"),
            ("json_extract_scalar, fraction", "json_extract_scalar(document, '$.load')", "$.load"),
            ("json_extract", "json_extract(document, '$.labels')", "$.labels"),
            ("json_value", "json_value(document, 'strict $.labels.zone')", "$.labels.zone"),
            (
                "json_exists, filter",
                "nullif(json_exists(document, 'lax $.items[*] ? (@ > 4)'), false)",
                "$.items",
            ),
        )
    ),
    *(
        Comparison(
            name, f"count_if({expression})", "count_if(regexp_matches(line, 'code=\\d+ .*=b$'))"
        )
        for name, expression in (
            ("regexp_like, usual", "regexp_like(line, 'code=\\d+ .*=b$')"),
            ("regexp_like, look-around", "regexp_like(line, '(?<=code=)\\d+ .*=b$')"),
            ("regexp_like, pattern of each row", "regexp_like(line, expression)"),
        )
    ),
    Comparison(
        "regexp_replace", "max(regexp_replace(line, '\\d'))", "max(regexp_replace(line, '\\d', ''))"
    ),
    Comparison("split_part", "max(split_part(line, ' ', 2))", "max(split_part(line, ' ', 2))"),
    Comparison(
        "split_to_map",
        "count(split_to_map(line, ' ', '='))",
        "count(list_transform(string_split(line, ' '), lambda part: string_split(part, '=')))",
    ),
    Comparison("format", "max(format('%05d:%s', n, line))", "max(printf('%05d:%s', n, line))"),
    Comparison(
        "url_extract_host",
        "max(url_extract_host(url))",
        "max(regexp_extract(url, '^\\w+://([^/?#:]+)', 1))",
    ),
    Comparison("sum of bigint", "sum(n)", "sum(n)"),
    Comparison("avg of decimal", "avg(price)", "avg(price)"),
    *(
        Comparison(f"approx_distinct of {kind}", f"approx_distinct({x})", f"count(DISTINCT {x})")
        for kind, x in (("bigint", "n"), ("varchar", "line"), ("few varchar", "substr(line, 1, 6)"))
    ),
    Comparison("approx_percentile", "approx_percentile(n, 0.99)", "approx_quantile(n, 0.99)"),
    Comparison("max_by", "max_by(line, n)", "arg_max(line, n)"),
    Comparison("array_agg", "cardinality(array_agg(n))", "len(list(n))"),
)
# Constants would be computed once.
_ROWS = """
CREATE TABLE samples AS SELECT
  i AS n,
  TIMESTAMP '2020-01-01' + to_milliseconds(i * 77111) AS moment,
  strftime(TIMESTAMP '2020-01-01' + to_milliseconds(i * 77111), '%Y-%m-%d %H:%M:%S') AS usual,
  strftime(TIMESTAMP '2020-01-01' + to_milliseconds(i * 77111), '%Y-%m-%dT%H:%M:%S') AS other,
  concat('%Y-%m-%d %H:%i:%s', left('', i)) AS pattern,
  CAST(i / 7 AS FLOAT) AS number,
  CAST(i / 8 AS DECIMAL(18, 3)) AS price,
  printf('{{"state":"up %d","load":0.%d,"labels":{{"zone":"z%d"}},"items":[1,%d]}}',
         i, i, i % 9, i % 7) AS document,
  printf('code=%d host=h%d last=b', i, i % 1000) AS line,
  concat('code=\\d+ .*=b$', left('', i)) AS expression,
  printf('https://h%d.example.com:8080/a/b?q=%d#c', i % 1000, i) AS url
FROM range({rows}) AS r(i)
"""
_TEXTS = ("usual", "other", "pattern", "document", "line", "expression", "url")
_COLUMNS = (
    Column("n", "bigint", "bigint"),
    Column("moment", "timestamp(3)", "timestamp"),
    *(Column(name, "varchar", "string") for name in _TEXTS),
    Column("number", "real", "float"),
    Column("price", "decimal(18,3)", "decimal(18,3)"),
)
_CATALOG = Catalog([Table("data_hist", "samples", "samples", _COLUMNS)])


def translate(connection: duckdb.DuckDBPyConnection, expression: str) -> str:
    """Translate a query of an expression, over the rows instead of files."""
    query = f"SELECT {expression} FROM samples"  # noqa: S608 - the expressions are above
    translation = dialect.translate(query, _CATALOG, "data_hist")
    for scan in translation.scans:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {scan.relation} AS FROM samples")
    return dialect.render_query(translation)


def measure(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    """Return the processor seconds of a query."""
    started = time.process_time()
    connection.execute(sql).fetchall()
    return time.process_time() - started


def main() -> None:
    """Print a line for each function: its ratio, computed within a repeat, and its time a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="how a name begins; all without")
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with duckdb.connect() as connection:
        dialect.install(connection)
        connection.execute(_ROWS.format(rows=options.rows))
        for each in _COMPARISONS:
            if options.names and not each.name.startswith(tuple(options.names)):
                continue
            sql = translate(connection, each.athena)
            nearest = f"SELECT {each.duckdb} FROM samples"  # noqa: S608 - the expressions are above
            pairs = [
                (measure(connection, sql), measure(connection, nearest))
                for _ in range(options.repeats)
            ]
            ratio = statistics.median(taken / least for taken, least in pairs)
            spent = statistics.median(taken for taken, _ in pairs) / options.rows
            print(f"{each.name:34} {ratio:7.1f} {spent * 1e6:7.2f} us", flush=True)


if __name__ == "__main__":
    main()
