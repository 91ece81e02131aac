"""The error of a refused query names the place, what is there, and a correction."""

import re

import httpx
import pytest

from data_hist.sql_guard.diagnostics import MAX_TOKENS
from tests.support.api_calls import assert_problem, submitted

Case = tuple[str, str, int, int, str]


def misspelt(sql: str, column: int, word: str, keyword: str, line: int = 1) -> Case:
    detail = f"The query has a syntax error at '{word}'; did you mean {keyword}?"
    return sql, "SYNTAX_ERROR", line, column, detail


def unexpected(sql: str, column: int, found: str) -> Case:
    return sql, "SYNTAX_ERROR", 1, column, f"The query has a syntax error {found}."


def function(call: str, name: str, way_out: str) -> Case:
    detail = f"Function '{name}' is not allowed{way_out}"
    return f"SELECT {call} FROM events", "FUNCTION_NOT_ALLOWED", 1, 8, detail


def statement(sql: str, detail: str) -> Case:
    return sql, "NOT_SELECT", 1, 1, detail


STATEMENTS = [
    statement("SELEC 1", "'SELEC' begins no statement; did you mean SELECT?"),
    statement("selct tags FROM events", "'selct' begins no statement; did you mean SELECT?"),
    statement("WIHT a AS (SELECT 1) TABLE a", "'WIHT' begins no statement; did you mean WITH?"),
    statement(
        "HELLO", "'HELLO' begins no statement: only SELECT is served, also with WITH before it."
    ),
    statement("'a'", "A query begins with SELECT or WITH, not with a string."),
    statement("42", "A query begins with SELECT or WITH, not with a number."),
    *(
        statement(sql, f"{sql.split()[0]} is not served; {route}.")
        for sql, route in (
            ("SHOW TABLES", "GET /tables describes the tables"),
            ("SHOW DATABASES", "GET /tables describes the tables"),
            ("SHOW COLUMNS FROM events", "GET /tables/events describes it"),
            ('SHOW CREATE TABLE "metrics"', "GET /tables/metrics describes it"),
            ("DESCRIBE data_hist.events", "GET /tables/events describes it"),
            ("DESC secret", "GET /tables describes the tables"),
        )
    ),
    statement(
        "EXPLAIN SELECT 1",
        "EXPLAIN is not allowed: send the SELECT itself with 'dry_run': true, "
        "which checks it and runs nothing.",
    ),
    *(
        statement(
            f"{word} x",
            f"{word} is not allowed: only SELECT is served, and nothing can be written.",
        )
        for word in ("INSERT", "CREATE", "DROP", "UPDATE", "MERGE", "DELETE", "ALTER")
    ),
    statement(
        "UNLOAD (SELECT 1) TO 'x'",
        "UNLOAD is not allowed: only SELECT is served; POST /next and GET /results give the rows "
        "of a query.",
    ),
    *(
        statement(
            f"{word} data_hist",
            f"{word} is not allowed: only SELECT is served, and each query stands alone: "
            "there are no sessions.",
        )
        for word in ("USE", "SET", "RESET")
    ),
    statement(
        "EXECUTE q USING 1",
        "EXECUTE is not allowed: only SELECT is served; put '?' in it and send its values as "
        "'parameters'.",
    ),
    (
        "SELECT * FROM information_schema.columns",
        "TABLE_NOT_ALLOWED",
        1,
        15,
        "Table 'information_schema.columns' is not served; GET /tables describes the tables.",
    ),
    (
        "SELECT 1;\n SELECT 2",
        "MULTIPLE_STATEMENTS",
        2,
        2,
        "A query is one statement; a second begins at 'SELECT'.",
    ),
    (
        "SELECT 1;;",
        "MULTIPLE_STATEMENTS",
        1,
        9,
        "A query is one statement, with at most one ';', at its end.",
    ),
]
KEYWORDS = [
    misspelt("SELECT * FORM events", 10, "FORM", "FROM"),
    misspelt("SELECT tags\nfrm events", 1, "frm", "FROM", line=2),
    misspelt("SELECT count(*) FROM events GROUPE BY tags", 29, "GROUPE", "GROUP"),
    misspelt("SELECT tags FROM events ODER BY tags", 25, "ODER", "ORDER"),
    misspelt("SELECT tags FROM events ORDER YB tags", 31, "YB", "BY"),
    misspelt("SELECT tags FROM events ORDER BY tags DECS", 39, "DECS", "DESC"),
    misspelt("SELECT tags FROM events WEHRE tags = 'a'", 25, "WEHRE", "WHERE"),
    misspelt("SELECT tags FROM events LIMTI 5", 25, "LIMTI", "LIMIT"),
    misspelt("SELECT tags FROM events OFSET 5", 25, "OFSET", "OFFSET"),
    misspelt("SELECT 1 FROM events e JION metrics m ON e.dt = m.dt", 24, "JION", "JOIN"),
    misspelt("SELECT 1 FROM events e JOIN metrics m NO e.dt = m.dt", 39, "NO", "ON"),
    misspelt("SELECT 1 FROM events WHERE dt = 'a' ADN hr = 'b'", 37, "ADN", "AND"),
    misspelt("SELECT 1 FROM events WHERE dt BETWEN 'a' AND 'b'", 31, "BETWEN", "BETWEEN"),
    misspelt("SELECT 1 FROM events WHERE dt LIEK 'a%'", 31, "LIEK", "LIKE"),
    misspelt("SELECT 1 FROM events WHERE dt IS NUL", 34, "NUL", "NULL"),
    misspelt("SELECT CASE WHEN true TEHN 1 END", 23, "TEHN", "THEN"),
    misspelt("SELECT 1 UNOIN SELECT 2", 10, "UNOIN", "UNION"),
    misspelt("WITH a AS (SELEC 1) SELECT * FROM a", 12, "SELEC", "SELECT"),
    misspelt("SELECT dt FROM events GROUP BY dt HAVNG count(*) > 1", 35, "HAVNG", "HAVING"),
    misspelt("SELECT sum(1) OVR (PARTITION BY dt) FROM events", 15, "OVR", "OVER"),
    misspelt("SELECT CAST(tags AS INTEGR) FROM events", 21, "INTEGR", "INTEGER"),
]
PLACES = [
    unexpected("SELECT tags, FROM events", 14, "at 'FROM', after ','"),
    unexpected("SELECT a b c FROM events", 12, "at or near 'c'"),
    unexpected("SELECT json_parse(data 'secret') FROM events", 24, "at or near a string"),
    unexpected("SELECT json_parse(data 12345) FROM events", 24, "at or near a number"),
    unexpected("SELECT 1 FROM events ILIKE 'a'", 22, "at 'ILIKE'; write lower(x) LIKE pattern"),
    unexpected("SELECT `a` FROM events", 8, "at '`'; a name stands in \"double quotes\""),
    unexpected(
        "SELECT TOP 5 tags FROM events", 8, "at 'TOP'; write LIMIT and the number at the end"
    ),
    unexpected(
        "SELECT dt::date FROM events",
        10,
        "at ':'; a cast is written CAST(x AS type), and a member of JSON "
        "json_extract_scalar(x, '$.name')",
    ),
    (
        "SELECT 1 FROM events WHERE",
        "SYNTAX_ERROR",
        1,
        22,
        "The query ends too early, after 'WHERE'.",
    ),
    (
        "SELECT 1 FROM events LIMIT 5 OFFSET 1",
        "SYNTAX_ERROR",
        1,
        30,
        "OFFSET stands too late or twice: the order is WHERE, GROUP BY, HAVING, ORDER BY, OFFSET, "
        "LIMIT.",
    ),
    (
        "SELECT CAST(tags AS text) FROM events",
        "UNSUPPORTED",
        1,
        13,
        "There is no type of this name: write varchar for text.",
    ),
    (
        "SELECT extract(EPOCH FROM now())",
        "UNSUPPORTED",
        1,
        16,
        "'EPOCH' is not allowed here; write to_unixtime(x).",
    ),
    (
        "SELECT extract('year' FROM now())",
        "SYNTAX_ERROR",
        1,
        16,
        "EXTRACT takes YEAR, QUARTER, MONTH, WEEK, DAY, DOW, DOY, HOUR, MINUTE or SECOND, as in "
        "extract(YEAR FROM x).",
    ),
]
NAMES = [
    function("lenght(tags)", "lenght", "; did you mean 'length'?"),
    function(
        "json_extract_scaler(data, '$.a')",
        "json_extract_scaler",
        "; did you mean 'json_extract_scalar'?",
    ),
    function("string_agg(tags, ',')", "string_agg", "; write array_join(array_agg(x), ', ')."),
    function("group_concat(tags)", "group_concat", "; write array_join(array_agg(x), ', ')."),
    function("ifnull(tags, 'a')", "ifnull", "; write coalesce(a, b)."),
    function("NVL(tags, 'a')", "nvl", "; write coalesce(a, b)."),
    function("isnull(tags)", "isnull", "; write x IS NULL."),
    function("getdate()", "getdate", "; write now()."),
    function("len(tags)", "len", "; write length(x)."),
    function("charindex('a', tags)", "charindex", "; write strpos(x, part)."),
    function("datediff(day, dt, hr)", "datediff", "; write date_diff('day', from, to)."),
    function("percentile(1, 2)", "percentile", "; write approx_percentile(x, 0.5)."),
    function("qqqqq(1)", "qqqqq", "."),
    function(f"{'q' * 5000}(1)", "q" * 61 + "...", "."),
    (
        "SELECT 1 FROM events WEHRE (dt = 'a')",
        "FUNCTION_NOT_ALLOWED",
        1,
        22,
        "Function 'wehre' is not allowed; did you mean 'WHERE'?",
    ),
    *(
        (
            f"SELECT 1 FROM {name}",
            "TABLE_NOT_ALLOWED",
            1,
            15,
            f"Table '{name}' is not served; {way_out}",
        )
        for name, way_out in (
            ("event", "did you mean 'events'?"),
            ("data_hist.metric", "did you mean 'metrics'?"),
            ("other.events", "did you mean 'events'?"),
            ("users", "the tables are events, logs and metrics."),
            ("events_v0", "did you mean 'events'?"),
        )
    ),
    *(
        (
            f"SELECT {name} FROM events",
            "COLUMN_NOT_ALLOWED",
            1,
            8,
            f"Column '{name}' may not be used in a query.",
        )
        for name in ("resourceid", "operationid")
    ),
]


@pytest.mark.parametrize(
    "case", [*STATEMENTS, *KEYWORDS, *PLACES, *NAMES], ids=lambda case: case[0][:60]
)
def test_a_refusal_names_the_position_and_a_correction(client: httpx.Client, case: Case) -> None:
    sql, code, *_ = case

    response = client.post("/query", json={"query": sql})

    slug = "invalid-sql" if code == "SYNTAX_ERROR" else "statement-not-allowed"
    problem = assert_problem(response, 422, slug)
    told = tuple(problem[name] for name in ("code", "line", "column", "detail"))
    assert told == case[1:]
    asked = re.search(r"did you mean '?(\w+)'?\?$", problem["detail"])
    if asked:
        assert problem["suggestions"][0].rpartition(".")[2] == asked[1]


@pytest.mark.parametrize(
    "ending", [";", " ; \n", ";-- the end", "; /* ; */", " -- one; two", "\n;\n\n"]
)
def test_a_semicolon_may_end_a_query(client: httpx.Client, ending: str) -> None:
    assert submitted(client, f"SELECT 1 AS one{ending}")["status"] == "FINISHED"


def test_keywords_are_suggested_only_for_queries_of_moderate_length(client: httpx.Client) -> None:
    columns = ", ".join(["tags"] * MAX_TOKENS)

    response = client.post("/query", json={"query": f"SELECT {columns} FORM events"})

    detail = assert_problem(response, 422, "invalid-sql")["detail"]
    assert detail == "The query has a syntax error at or near 'events'."
