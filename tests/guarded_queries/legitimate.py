"""Queries of callers, by kind: the guard admits each without changing its meaning."""

LEGITIMATE: dict[str, tuple[str, ...]] = {
    "plain": (
        "SELECT servicename, service, createdtimestamp FROM events",
        "select SERVICE from EVENTS where CUSTOMERID = 11000 and DT >= '2026-11-20'",
        "SELECT DISTINCT customerid, servicename FROM metrics ORDER BY 1, 2 DESC NULLS LAST",
        "SELECT count(*), count(service), count(DISTINCT tags) FROM events",
        "SELECT 1 AS one, 'it''s; --' AS two, NULL, true, -1.5e0, DECIMAL '1.50', X'CAFE'",
        "(SELECT service FROM events) ORDER BY 1 LIMIT 3",
        "SELECT e.service svc, e.data \"the data\" FROM events AS e WHERE e.hr = '05'",
        "SELECT service FROM events;",
    ),
    "star": (
        "SELECT * FROM events",
        "SELECT events.* FROM events",
        "SELECT e.*, 1 AS one, e.* FROM metrics e",
        "SELECT * FROM (SELECT * FROM events) t",
        "WITH x AS (SELECT * FROM events) SELECT x.*, x.dt FROM x",
        "SELECT * FROM events a JOIN metrics b ON a.createdtimestamp = b.createdtimestamp",
        "SELECT count(*) FROM (SELECT * FROM events UNION SELECT * FROM metrics)",
        "SELECT data_hist.events.* FROM data_hist.events",
    ),
    "names": (
        "SELECT service FROM data_hist.events",
        "SELECT service FROM awsdatacatalog . data_hist /**/ . Metrics",
        'SELECT "SERVICE", "Events"."dt" FROM "EVENTS"',
        'SELECT e.service FROM "AwsDataCatalog"."data_hist"."events" e',
        "SELECT data_hist.events.dt, awsdatacatalog.data_hist.events.hr FROM events",
        "SELECT events.service FROM metrics AS events",
        "SELECT service AS type, data AS value, tags AS key, hr AS hour FROM events",
        'SELECT service AS "-- x", dt AS "a ""b""" FROM events AS "E 1" ORDER BY "-- x", 2',
        "SELECT min.min, max(hr) FROM (SELECT min, hr FROM events) AS min GROUP BY min.min",
    ),
    "conditions": (
        "SELECT dt FROM events WHERE createdtimestamp BETWEEN 1795132800000 AND 1795133200000",
        "SELECT dt FROM events WHERE service IS DISTINCT FROM 'svc-a'",
        "SELECT dt FROM events WHERE (customerid, service) IN ((11000, 'svc-a'), (1, 'svc-b'))",
        "SELECT dt FROM events WHERE service LIKE 'svc!_%' ESCAPE '!' OR tags IS NULL",
        "SELECT dt FROM events WHERE createdtimestamp >= ALL (SELECT createdtimestamp FROM events)",
        "SELECT dt FROM events WHERE customerid = ANY (SELECT customerid FROM metrics)",
        "SELECT dt FROM events WHERE NOT (service = '' OR data IN ('{}', '[]')) AND tags <> ''",
        "SELECT dt FROM events WHERE service NOT IN (SELECT service FROM metrics WHERE "
        "dt = '2026-11-20')",
    ),
    "grouping": (
        "SELECT servicename, count(*) AS n FROM events GROUP BY 1 HAVING count(*) > 1 ORDER BY 2",
        "SELECT customerid, service, count(*) FROM events GROUP BY ROLLUP (customerid, service)",
        "SELECT dt, hr, grouping(dt, hr) FROM events GROUP BY CUBE (dt, hr) ORDER BY 1, 2",
        "SELECT dt, sum(createdtimestamp) FROM events GROUP BY GROUPING SETS ((dt), (dt, hr), ())",
        "SELECT service, count(*) FILTER (WHERE hr = '05'), avg(customerid) FROM events GROUP BY 1",
        "SELECT max_by(data, createdtimestamp), array_agg(hr ORDER BY createdtimestamp) "
        "FROM events",
        "SELECT listagg(DISTINCT hr, ',') WITHIN GROUP (ORDER BY hr) FROM events GROUP BY dt",
        "SELECT map_agg(createdtimestamp, hr), bool_and(tags LIKE 'e%'), "
        "arbitrary(customerid) FROM events",
    ),
    "joins": (
        "SELECT e.dt, m.dt FROM events e JOIN metrics m ON e.service = m.service",
        "SELECT e.dt, service FROM events e LEFT JOIN metrics m USING (customerid, service)",
        "SELECT e.dt, m.hr FROM events e FULL OUTER JOIN metrics m ON e.service = m.hr",
        "SELECT a.dt FROM events a, events b WHERE a.createdtimestamp = b.arrivaltimestamp - 1000",
        "SELECT e.dt, n FROM events e CROSS JOIN (VALUES 1, 2) AS t(n)",
        "SELECT e.dt FROM (events e JOIN metrics m ON e.hr = m.hr) RIGHT JOIN events x "
        "ON x.dt = m.dt",
        "SELECT events.dt, metrics.dt FROM events JOIN metrics ON events.min = metrics.min",
        "SELECT e.dt, t.n FROM events e CROSS JOIN LATERAL (SELECT length(e.data) AS n) t",
    ),
    "sub-queries": (
        "SELECT dt FROM events e WHERE EXISTS (SELECT 1 FROM metrics m WHERE m.service = "
        "e.service)",
        "SELECT dt, (SELECT count(*) FROM metrics m WHERE m.customerid = e.customerid) "
        "FROM events e",
        "SELECT x FROM (SELECT y AS x FROM (SELECT hr AS y FROM events WHERE dt > "
        "'2026')) ORDER BY 1",
        "SELECT s, t.n FROM (SELECT service, 1 FROM events) AS t(s, n)",
        "SELECT count(*) FROM events HAVING count(*) >= (SELECT count(*) FROM metrics)",
        "SELECT (SELECT count(*) FROM events WHERE customerid = x) FROM (VALUES 1, 11000) AS t(x)",
        "SELECT x FROM UNNEST(ARRAY[(SELECT count(*) FROM events)]) AS t(x)",
    ),
    "with": (
        "WITH e AS (SELECT service, dt FROM events) SELECT * FROM e",
        "WITH a(x) AS (SELECT dt FROM events), b AS (SELECT x FROM a) SELECT count(*) FROM b, a",
        "SELECT s FROM (WITH q AS (SELECT service AS s FROM events) SELECT s FROM q) t",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) "
        "SELECT i FROM n",
        "WITH a AS (WITH b AS (SELECT hr FROM metrics) SELECT hr FROM b) SELECT a.hr "
        "FROM a, events",
        "WITH x AS (SELECT 1 AS a), y AS (WITH x AS (SELECT 2 AS a) SELECT a FROM x) "
        "SELECT x.a, y.a FROM x, y",
    ),
    "set operations": (
        "SELECT service FROM events UNION ALL SELECT service FROM metrics ORDER BY 1 LIMIT 10",
        "SELECT dt, hr FROM events INTERSECT SELECT dt, hr FROM metrics",
        "SELECT hr, min FROM events EXCEPT SELECT hr, min FROM metrics WHERE hr = '05'",
        "(SELECT dt FROM events ORDER BY 1 LIMIT 2) UNION (SELECT dt FROM metrics LIMIT 0)",
        "SELECT dt FROM events UNION SELECT 'x' INTERSECT SELECT dt FROM metrics",
    ),
    "windows": (
        "SELECT hr, row_number() OVER (PARTITION BY hr ORDER BY createdtimestamp DESC) FROM events",
        "SELECT sum(customerid) OVER (ORDER BY createdtimestamp ROWS 2 PRECEDING) FROM events",
        "SELECT lag(tags, 1, 'none') OVER w, rank() OVER w FROM events "
        "WINDOW w AS (PARTITION BY dt ORDER BY createdtimestamp)",
        "SELECT hr, count(*) AS n, sum(count(*)) OVER () FROM events GROUP BY hr",
        "SELECT first_value(service) IGNORE NULLS OVER (ORDER BY createdtimestamp) FROM events",
    ),
    "functions": (
        "SELECT json_extract_scalar(data, '$.who'), json_extract(data, '$.items') FROM events",
        "SELECT CAST(json_extract(data, '$.items') AS array(bigint)) FROM events",
        "SELECT json_value(data, 'lax $.code' RETURNING bigint NULL ON EMPTY) FROM events",
        "SELECT from_unixtime(createdtimestamp / 1e3), date_trunc('month', CAST(dt AS "
        "date)) FROM events",
        "SELECT date_format(from_unixtime(createdtimestamp / 1000), '%Y-%m-%d %H:%i') FROM events",
        "SELECT CAST(dt AS date) + INTERVAL '1' DAY, EXTRACT(dow FROM CAST(dt AS date)) "
        "FROM events",
        "SELECT TRY_CAST(service AS integer), CAST(hr AS decimal(5, 2)), TRY(CAST(tags AS bigint)) "
        "FROM events",
        "SELECT CASE WHEN hr = '05' THEN 'early' ELSE 'late' END, CASE hr WHEN '05' THEN 1 END, "
        "IF(tags = '', NULL, tags), coalesce(service, '?'), nullif(hr, '05') FROM events",
        "SELECT transform(split(tags, ','), x -> upper(x)), filter(ARRAY[1, 2], x -> x > 1) "
        "FROM events",
        "SELECT reduce(ARRAY[5, 20], 0, (s, x) -> s + x, s -> s), map_filter(MAP(ARRAY['a'], "
        "ARRAY[1]), (k, v) -> v > 0)",
        "SELECT regexp_extract(tags, 'n:(\\d+)', 1), regexp_replace(hr, '0', 'o') FROM events",
        "SELECT t.item, t.n FROM events CROSS JOIN UNNEST(split(tags, ',')) "
        "WITH ORDINALITY AS t(item, n)",
        "SELECT ROW(1, 'a'), CAST(ROW(hr, 2) AS row(h varchar, n bigint)).h FROM events",
        "SELECT timestamp '2026-11-20 05:00:00 Europe/Zurich' AT TIME ZONE 'UTC', "
        "trim(BOTH '0' FROM hr), position('v' IN service), substring(dt FROM 1 FOR 4) FROM events",
    ),
    "layout": (
        "SELECT service -- the service\nFROM events -- ; DROP TABLE events",
        "SELECT/**/service/*x*/FROM/* events */events/**/WHERE/**/hr='05'",
        "\n\t SELECT\r\n\tservice\r\nFROM\tevents  \n",
        "SELECT '-- no comment /*', service FROM events WHERE service <> 'resourceid'",
        "-- resourceid\nSELECT dt FROM events /* operationid */",
        "SELECT'\u00e9\U0001f600',1,service FROM events",
    ),
    "order": (
        "SELECT createdtimestamp FROM events ORDER BY createdtimestamp DESC OFFSET 2 LIMIT 5",
        "SELECT dt, createdtimestamp FROM metrics ORDER BY dt DESC, createdtimestamp",
        "SELECT createdtimestamp FROM events ORDER BY 1 FETCH FIRST 3 ROWS ONLY",
        "SELECT createdtimestamp AS t FROM events ORDER BY -t OFFSET 1 ROW",
        "SELECT dt FROM events ORDER BY dt FETCH FIRST 1 ROW WITH TIES",
        "SELECT createdtimestamp, service FROM events ORDER BY service NULLS FIRST, 1",
    ),
}

# What is determined about a query without a single right answer.
ONLY_THE_COUNT = (
    "SELECT service FROM events LIMIT 4",
    "SELECT * FROM metrics OFFSET 3 LIMIT 2",
    "(SELECT dt FROM events LIMIT 2) UNION ALL (SELECT dt FROM metrics FETCH FIRST ROW ONLY)",
    "SELECT now(), current_timestamp, localtime, current_date FROM events",
    "SELECT random(), uuid() FROM metrics",
)
ONLY_THE_COLUMNS = (
    "SELECT * FROM events TABLESAMPLE BERNOULLI (50)",
    "SELECT e.service FROM events AS e TABLESAMPLE SYSTEM (50)",
)


def legitimate() -> list[tuple[str, str]]:
    """All queries with one right answer, with an id for each."""
    return [
        (f"{kind}-{number}", sql)
        for kind, queries in LEGITIMATE.items()
        for number, sql in enumerate(queries, start=1)
    ]
