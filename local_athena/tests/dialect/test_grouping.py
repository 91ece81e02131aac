"""What a grouped query may select, and where a refusal points."""

import pytest
from local_athena.backends.duckdb import dialect
from local_athena.errors import StatementFailure

from tests.dialect.running import CATALOG, Endpoint

_ROW = "(SELECT cast(row(1) AS row(a integer)) AS x, 2 AS z)"
_REFUSED = [
    ("SELECT servicename, count(*) FROM events_v0 GROUP BY dt", "1:8: 'servicename'"),
    ("SELECT count(*),\n  dt FROM events_v0", "2:3: 'dt'"),
    ("SELECT dt FROM events_v0 GROUP BY dt HAVING hr = 'a'", "1:45: 'hr = 'a''"),
    ("SELECT dt FROM events_v0 GROUP BY dt ORDER BY hr", "1:47: 'hr'"),
    ("SELECT lower(hr) || 'x', max(dt) FROM events_v0", "1:8: 'lower(hr) || 'x''"),
    ("SELECT e.hr FROM events_v0 e GROUP BY e.dt", "1:8: 'e.hr'"),
    ("SELECT lower(dt) FROM events_v0 GROUP BY upper(dt)", "1:8: 'lower(dt)'"),
    ("SELECT hr FROM events_v0 GROUP BY ROLLUP (dt)", "1:8: 'hr'"),
    (
        "SELECT rank() OVER (ORDER BY hr) FROM events_v0 GROUP BY dt",
        "1:8: 'rank() OVER (ORDER BY hr)'",
    ),
    (
        "SELECT sum(customerid) OVER (), count(*) FROM events_v0",
        "1:8: 'sum(customerid) OVER ()'",
    ),
    (
        "SELECT transform(ARRAY[1], x -> x + customerid) FROM events_v0 GROUP BY dt",
        "1:8: 'transform(ARRAY[1], x -> x + customerid)'",
    ),
    (f"SELECT x.a FROM {_ROW} GROUP BY z", "1:8: 'x.a'"),
    ("SELECT ((hr) || ('x')) FROM events_v0 GROUP BY dt", "1:10: '((hr) || ('x'))'"),
]
_FINE = [
    "SELECT lower(dt) || 'x', count(*) + 1, 5 FROM events_v0 GROUP BY dt",
    "SELECT LOWER(e.dt) || 'x' FROM events_v0 e GROUP BY (lower(DT))",
    "SELECT dt AS d, hr FROM events_v0 GROUP BY 1, 2 ORDER BY d, count(*), lower(hr)",
    "SELECT * FROM (SELECT dt, hr FROM events_v0) GROUP BY 1, 2",
    f"SELECT x.a FROM {_ROW} GROUP BY x.a",
    f"SELECT t.x.a FROM {_ROW} t GROUP BY x",
    "SELECT dt, grouping(dt, hr) FROM events_v0 GROUP BY GROUPING SETS ((dt, hr), (dt), ())",
    "SELECT dt, hr FROM events_v0 GROUP BY dt, CUBE (hr)",
    "SELECT dt FROM events_v0 GROUP BY (dt, hr), min ORDER BY max(servicename), hr",
    "SELECT sum(count(*)) OVER (ORDER BY dt) FROM events_v0 GROUP BY dt",
    "SELECT rank() OVER (ORDER BY count(*) DESC, dt) FROM events_v0 GROUP BY dt",
    "SELECT count(*) FILTER (WHERE hr = 'a') FROM events_v0 GROUP BY dt",
    "SELECT transform(array_agg(customerid), dt -> dt + 1) FROM events_v0",
    "SELECT transform(ARRAY[dt], hr -> hr || dt) FROM events_v0 GROUP BY dt",
    "SELECT (SELECT count(*) FROM metrics_v0 m WHERE m.dt = e.dt) FROM events_v0 e GROUP BY e.dt",
    "SELECT dt FROM events_v0 e WHERE EXISTS (SELECT count(*) + e.customerid FROM metrics_v0)",
    "SELECT count(*) AS hr FROM events_v0 GROUP BY dt ORDER BY hr",
    "SELECT dt AS hr, count(*) FROM events_v0 GROUP BY dt ORDER BY hr || 'x'",
    "SELECT dt FROM events_v0 JOIN metrics_v0 USING (dt) GROUP BY dt",
    "SELECT ((customerid) + (1)) * 2 FROM events_v0 GROUP BY (customerid + 1)",
    "SELECT customerid + 1 FROM events_v0 GROUP BY customerid + 1",
    "SELECT cast(customerid AS varchar) FROM events_v0 GROUP BY CAST(customerid AS VARCHAR)",
    "SELECT listagg(dt, ',') WITHIN GROUP (ORDER BY hr), array_agg(dt ORDER BY hr) FROM events_v0",
    "SELECT first_value(max(dt)) IGNORE NULLS OVER (ORDER BY hr) FROM events_v0 GROUP BY hr",
    "SELECT DISTINCT dt, count(*) OVER (PARTITION BY hr) FROM events_v0",
    "SELECT normalize(dt, NFC) FROM events_v0 GROUP BY dt",
    "SELECT dt FROM events_v0 GROUP BY dt HAVING " + " OR ".join(["dt = 'a'"] * 2000),
]


@pytest.mark.parametrize(("sql", "start"), _REFUSED)
def test_column_outside_aggregates_and_keys_is_refused_at_its_place(sql: str, start: str) -> None:
    with pytest.raises(StatementFailure) as raised:
        dialect.translate(sql, CATALOG, "data_hist")

    ending = "must be an aggregate expression or appear in GROUP BY clause"
    assert str(raised.value) == f"EXPRESSION_NOT_AGGREGATE: line {start} {ending}"


def test_star_names_the_column_that_is_not_grouped() -> None:
    with pytest.raises(StatementFailure) as raised:
        dialect.translate("SELECT e.* FROM events_v0 e GROUP BY resourceid", CATALOG, "data_hist")

    assert raised.value.name == "EXPRESSION_NOT_AGGREGATE"
    assert raised.value.text == "Column 'e.customerid' not in GROUP BY clause"


@pytest.mark.parametrize("sql", _FINE)
def test_what_is_made_of_aggregates_and_keys_runs(sql: str, endpoint: Endpoint) -> None:
    assert endpoint.run(sql).columns
