"""Compare the emulator's functions of moments with DuckDB's own.

`python -m benchmarks.moments [--rows N] [--repeats N]` prints how many times the processor time of
`try_strptime` each takes, for texts that DuckDB reads for it and for others, which Python reads.
"""

import argparse
import statistics
import time

import duckdb
from local_athena.backends.duckdb import dialect
from local_athena.tables import Catalog, Column, Table

_QUERY = "SELECT max({}) FROM moments"
_DUCKDB = "try_strptime(usual, '%Y-%m-%d %H:%M:%S')"
_EXPRESSIONS = {
    "date_parse, usual": "date_parse(usual, '%Y-%m-%d %H:%i:%s')",
    "date_parse, others": "date_parse(other, '%Y-%m-%dt%H:%i:%s')",
    "date_parse, pattern of each row": "date_parse(usual, pattern)",
    "parse_datetime, usual": "parse_datetime(usual, 'yyyy-MM-dd HH:mm:ss')",
    "date_format, usual": "date_format(moment, '%d/%b/%Y %T.%f')",
    "date_format, pattern of each row": "date_format(moment, pattern)",
    "from_iso8601_timestamp, usual": "from_iso8601_timestamp(replace(usual, ' ', 'T'))",
    "from_iso8601_timestamp, others": "from_iso8601_timestamp(replace(usual, ' ', 't'))",
    "from_iso8601_date, usual": "from_iso8601_date(substr(usual, 1, 10))",
    "from_iso8601_date, others": "from_iso8601_date(substr(usual, 1, 7))",
    "real to varchar": "CAST(number AS varchar)",
}
# Constants would be computed once.
_ROWS = """
CREATE TABLE moments AS SELECT
  TIMESTAMP '2020-01-01' + to_milliseconds(i * 77111) AS moment,
  strftime(TIMESTAMP '2020-01-01' + to_milliseconds(i * 77111), '%Y-%m-%d %H:%M:%S') AS usual,
  strftime(TIMESTAMP '2020-01-01' + to_milliseconds(i * 77111), '%Y-%m-%dT%H:%M:%S') AS other,
  concat('%Y-%m-%d %H:%i:%s', left('', i)) AS pattern,
  CAST(i / 7 AS FLOAT) AS number
FROM range({rows}) AS r(i)
"""
_COLUMNS = (
    Column("moment", "timestamp(3)", "timestamp"),
    *(Column(name, "varchar", "string") for name in ("usual", "other", "pattern")),
    Column("number", "real", "float"),
)
_CATALOG = Catalog([Table("data_hist", "moments", "moments", _COLUMNS)])


def translate(connection: duckdb.DuckDBPyConnection, expression: str) -> str:
    """Translate a query of an expression, over the rows instead of files."""
    translation = dialect.translate(_QUERY.format(expression), _CATALOG, "data_hist")
    for scan in translation.scans:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {scan.relation} AS FROM moments")
    return dialect.render_query(connection, translation)


def measure(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    """Return the processor seconds of a query."""
    started = time.process_time()
    connection.execute(sql).fetchall()
    return time.process_time() - started


def main() -> None:
    """Print a line for each function: its ratio, computed within a repeat, and its time a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with duckdb.connect() as connection:
        dialect.install(connection)
        connection.execute(_ROWS.format(rows=options.rows))
        alone = _QUERY.format(_DUCKDB)
        for name, expression in _EXPRESSIONS.items():
            sql = translate(connection, expression)
            pairs = [
                (measure(connection, sql), measure(connection, alone))
                for _ in range(options.repeats)
            ]
            ratio = statistics.median(taken / least for taken, least in pairs)
            spent = statistics.median(taken for taken, _ in pairs) / options.rows
            print(f"{name:32} {ratio:7.1f} {spent * 1e6:7.2f} us", flush=True)


if __name__ == "__main__":
    main()
