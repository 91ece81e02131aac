"""The Trino backend over a scripted Trino: parsing first, results, failures and statistics."""

from pathlib import Path
from typing import Any

import pytest
from local_athena.backends.trino.backend import TrinoBackend, TrinoStatement
from local_athena.backends.trino.client import TrinoLimits, TrinoServer
from local_athena.engine.backend import Outcome
from local_athena.errors import ErrorCategory, MalformedQuery, StatementFailure

from tests.trino.stub import Answer, TrinoStub, column, error, page, trino_stub

AT_ONCE = TrinoLimits(retry_seconds=0, pause_seconds=0)
PARSED = (page(), page(stats={"elapsedTimeMillis": 1}))


def backend(stub: TrinoStub, limits: TrinoLimits = AT_ONCE) -> TrinoBackend:
    return TrinoBackend(TrinoServer(stub.url), limits)


def run(folder: Path, *script: Answer, substatement: str = "SELECT") -> tuple[Outcome, str]:
    """Run a statement that Trino answers with a script, and give its outcome and its file."""
    result = folder / "result"
    with trino_stub(*script) as stub:
        session = backend(stub).open_session(folder)
        statement = TrinoStatement("q", "s", substatement)
        outcome = session.run(statement, result, lambda: False)
    return outcome, result.read_bytes().decode()


def plan_failure(*script: Answer, sql: str = "SELECT 1") -> StatementFailure | MalformedQuery:
    with (
        trino_stub(*script) as stub,
        pytest.raises((StatementFailure, MalformedQuery)) as failure,
    ):
        backend(stub).plan(sql, "s")
    return failure.value


@pytest.mark.parametrize(
    ("sql", "substatement"),
    [
        ("SELECT 1", "SELECT"),
        ("-- x\n /* y */ (with t AS (SELECT 1) TABLE t)", "SELECT"),
        ("VALUES 1", "SELECT"),
        ("explain (TYPE VALIDATE) SELECT 1", "EXPLAIN"),
        ("EXPLAIN/**/( format json, type io ) --\nVALUES 1", "EXPLAIN"),
        ("EXPLAIN (SELECT 1) UNION SELECT 2", "EXPLAIN"),
        ("-- x\nshow /* y */ FUNCTIONS LIKE 'date%'", "SHOW_FUNCTIONS"),
        ("Explain Analyze Verbose WITH t AS (SELECT 1) TABLE t", "EXPLAIN"),
    ],
)
def test_a_statement_is_parsed_by_trino_and_then_cancelled(sql: str, substatement: str) -> None:
    with trino_stub(*PARSED) as stub:
        plan = backend(stub).plan(sql, "sales")

        assert plan == TrinoStatement(sql, "sales", substatement)
        assert stub.received[0].body == f"PREPARE local_athena FROM\n{sql}"
        assert stub.received[0].headers["X-Trino-Schema"] == "sales"
        assert stub.methods() == ["POST", "GET", "DELETE"]


def test_a_statement_that_is_about_to_run_is_parsed() -> None:
    with trino_stub(page(), page(phase="executing")) as stub:
        backend(stub).plan("SELECT 1", "s")

        assert stub.methods() == ["POST", "GET", "DELETE"]


def test_a_statement_waits_while_trino_parses_it() -> None:
    with trino_stub(page(), page(), *PARSED) as stub:
        backend(stub).plan("SELECT 1", "s")

        assert stub.methods() == ["POST", "GET", "GET", "GET", "DELETE"]


@pytest.mark.parametrize(
    ("place", "message", "shown"),
    [
        ((2, 1), "line 2:1: mismatched input 'SELEC'.", "line 1:1: mismatched input 'SELEC'."),
        ((4, 7), "line 4:7: mismatched input ')'.", "line 3:7: mismatched input ')'."),
        ((1, 1), "line 1:1: statement is too large", "line 1:1: statement is too large"),
    ],
)
def test_a_text_that_does_not_parse_is_malformed(
    place: tuple[int, int], message: str, shown: str
) -> None:
    failure = plan_failure(page(), error("SYNTAX_ERROR", "USER_ERROR", message, place))

    assert isinstance(failure, MalformedQuery)
    assert str(failure) == shown


@pytest.mark.parametrize(
    "answer",
    [
        Answer(lost=True),
        Answer(status=503),
        error("SERVER_STARTING_UP", "INTERNAL_ERROR", "Trino server is still initializing"),
        error("QUERY_QUEUE_FULL", "INSUFFICIENT_RESOURCES", "Too many queued queries"),
    ],
)
def test_a_statement_that_trino_cannot_parse_now_is_accepted(answer: Answer) -> None:
    with trino_stub(answer) as stub:
        assert backend(stub).plan("SELECT 1", "s").sql == "SELECT 1"


def test_a_statement_is_accepted_if_parsing_takes_long() -> None:
    limits = TrinoLimits(parse_seconds=0)

    with trino_stub() as stub:
        assert backend(stub, limits).plan("SELECT 1", "s").sql == "SELECT 1"


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("DROP TABLE t", "DROP"),
        ("/* SELECT */ insert INTO t SELECT 1", "INSERT"),
        ("EXPLAIN ANALYZE INSERT INTO t SELECT 1", "INSERT"),
        ("EXPLAIN (TYPE VALIDATE) DROP TABLE t", "DROP"),
        ("USE s", "USE"),
        ("SHOW SESSION", "SHOW"),
    ],
)
def test_only_queries_run(sql: str, word: str) -> None:
    failure = plan_failure(*PARSED, sql=sql)

    assert str(failure) == f"NOT_SUPPORTED: This endpoint runs queries only, not {word}"


@pytest.mark.parametrize(
    ("answer", "sql", "reason"),
    [
        (Answer(status=401), "SELECT 1", "GENERIC_INTERNAL_ERROR: Trino refuses the credentials"),
        (
            error("NOT_SUPPORTED", "USER_ERROR", "Invalid statement type"),
            "EXECUTE p",
            "NOT_SUPPORTED: Invalid statement type",
        ),
    ],
)
def test_what_cannot_run_fails_before_it_is_queued(answer: Answer, sql: str, reason: str) -> None:
    assert str(plan_failure(answer, sql=sql)).startswith(reason)


@pytest.mark.parametrize("name", ["a\nX-Trino-User: root", "a\r", "größe", "\x00"])
def test_a_database_that_no_header_can_hold_does_not_exist(name: str) -> None:
    with trino_stub() as stub, pytest.raises(StatementFailure, match="SCHEMA_NOT_FOUND"):
        backend(stub).plan("SELECT 1", name)

    assert stub.received == []


def test_rows_are_written_as_they_come(tmp_path: Path) -> None:
    columns = [column("a", "integer"), column('b"', "varchar", 2147483647), column("a", "boolean")]
    outcome, text = run(
        tmp_path,
        page(),
        page(columns=columns),
        page(columns=columns, data=[[1, 'say "hi"\n', True], [None, "", None]]),
        page(columns=columns, data=[[-2, "ü,😀", False]], more=False),
    )

    assert text == '"a","b""","a"\n"1","say ""hi""\n","true"\n,"",\n"-2","ü,😀","false"\n'
    assert outcome.rows == 3


def test_a_result_without_rows_has_a_header(tmp_path: Path) -> None:
    outcome, text = run(tmp_path, page(), page(columns=[column("a", "date")], more=False))

    assert (outcome.rows, text) == (0, '"a"\n')


def test_an_explanation_is_text(tmp_path: Path) -> None:
    valid = page(columns=[column("Valid", "boolean")], data=[[True]], more=False)

    outcome, text = run(tmp_path, page(), valid, substatement="EXPLAIN")

    assert (outcome.rows, text) == (1, "Valid\ntrue\n")


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (column("c", "integer"), ("integer", 10, 0, False)),
        (column("c", "real"), ("float", 17, 0, False)),
        (column("c", "decimal", 38, 9), ("decimal", 38, 9, False)),
        (column("c", "varchar", 2147483647), ("varchar", 2147483647, 0, True)),
        (column("c", "char", 5), ("char", 5, 0, True)),
        (column("c", "timestamp", 6), ("timestamp", 6, 0, False)),
        (column("c", "timestamp with time zone", 3), ("timestamp with time zone", 3, 0, False)),
        (column("c", "varbinary"), ("varbinary", 1073741824, 0, False)),
        (column("c", "interval day to second"), ("interval day to second", 0, 0, False)),
        (column("c", "array"), ("array", 0, 0, False)),
    ],
)
def test_columns_are_described_as_athena_does(
    tmp_path: Path, described: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    if described["type"] == "array":
        element = {"rawType": "bigint", "arguments": []}
        described["typeSignature"]["arguments"] = [{"kind": "TYPE", "value": element}]

    outcome, _ = run(tmp_path, page(columns=[described], more=False))

    (found,) = outcome.columns
    assert (found.type, found.precision, found.scale, found.case_sensitive) == expected


def test_statistics_are_trinos(tmp_path: Path) -> None:
    stats = {
        "queuedTimeMillis": 30,
        "elapsedTimeMillis": 100,
        "planningTimeMillis": 20,
        "physicalInputBytes": 12345,
    }

    outcome, _ = run(tmp_path, page(), page(columns=[column("a", "date")], stats=stats, more=False))

    assert (outcome.queue_ms, outcome.engine_ms, outcome.planning_ms) == (30, 70, 20)
    assert outcome.scanned_bytes == 12345


@pytest.mark.parametrize(
    ("answer", "reason", "code", "retryable"),
    [
        (
            error("COLUMN_NOT_FOUND", "USER_ERROR", "line 3:8: Column 'x' cannot", (3, 8)),
            "COLUMN_NOT_FOUND: line 3:8: Column 'x' cannot",
            (ErrorCategory.USER, 1006),
            False,
        ),
        (
            error("DIVISION_BY_ZERO", "USER_ERROR", "Division by zero"),
            "DIVISION_BY_ZERO: Division by zero",
            (ErrorCategory.USER, 1001),
            False,
        ),
        (
            error("INVALID_SESSION_PROPERTY", "USER_ERROR", "no"),
            "INVALID_SESSION_PROPERTY: no",
            (ErrorCategory.USER, 1000),
            False,
        ),
        (
            error("EXCEEDED_LOCAL_MEMORY_LIMIT", "INSUFFICIENT_RESOURCES", "1GB"),
            "EXCEEDED_LOCAL_MEMORY_LIMIT: 1GB",
            (ErrorCategory.SYSTEM, 0),
            False,
        ),
        (
            error("CLUSTER_OUT_OF_MEMORY", "INSUFFICIENT_RESOURCES", "out"),
            "CLUSTER_OUT_OF_MEMORY: out",
            (ErrorCategory.SYSTEM, 0),
            True,
        ),
        (
            error("REMOTE_TASK_ERROR", "INTERNAL_ERROR", "gone"),
            "REMOTE_TASK_ERROR: gone",
            (ErrorCategory.SYSTEM, 200),
            True,
        ),
        (
            error("HIVE_CURSOR_ERROR", "EXTERNAL", "bad"),
            "HIVE_CURSOR_ERROR: bad",
            (ErrorCategory.USER, 1007),
            False,
        ),
        (
            error("JDBC_ERROR", "EXTERNAL", "refused"),
            "JDBC_ERROR: refused",
            (ErrorCategory.OTHER, 1009),
            False,
        ),
    ],
)
def test_an_error_keeps_its_name_place_and_family(
    tmp_path: Path, answer: Answer, reason: str, code: tuple[ErrorCategory, int], retryable: bool
) -> None:
    with pytest.raises(StatementFailure) as failure:
        run(tmp_path, page(), answer)

    found = failure.value
    assert str(found) == reason
    assert ((found.category, found.number), found.retryable) == (code, retryable)
