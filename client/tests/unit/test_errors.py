"""Problems become exceptions, and show the line of the SQL."""

import re
from pathlib import Path

import pytest
from data_hist_client import errors
from data_hist_client.command.streams import shown_error
from data_hist_client.errors import (
    DataHistError,
    InvalidSql,
    NotFound,
    Problem,
    QueryExpired,
    QueryFailed,
    QueryNotFinished,
    QueryNotSuccessful,
    RequestRejected,
    ResourcesExhausted,
    SavedQuestionChanged,
    ScanLimitExceeded,
    ServiceFault,
    StatementNotAllowed,
    TooManyRequests,
    Unauthenticated,
    marked_line,
    problem_of,
)

from tests.scripted import problem, reply

KINDS: dict[str, type[Problem]] = {
    "budget-exhausted": TooManyRequests,
    "engine-error": ServiceFault,
    "engine-unavailable": ServiceFault,
    "forbidden": Unauthenticated,
    "idempotency-key-reused": RequestRejected,
    "internal": ServiceFault,
    "invalid-paging-token": RequestRejected,
    "invalid-request": RequestRejected,
    "invalid-sql": InvalidSql,
    "method-not-allowed": RequestRejected,
    "not-acceptable": RequestRejected,
    "not-found": NotFound,
    "overloaded": ServiceFault,
    "precondition-failed": SavedQuestionChanged,
    "precondition-required": SavedQuestionChanged,
    "query-expired": QueryExpired,
    "query-not-finished": QueryNotFinished,
    "query-not-found": NotFound,
    "query-not-successful": QueryNotSuccessful,
    "query-too-large": StatementNotAllowed,
    "range-not-satisfiable": RequestRejected,
    "request-timeout": RequestRejected,
    "resources-exhausted": ResourcesExhausted,
    "result-unreadable": ServiceFault,
    "saved-not-found": NotFound,
    "scan-limit-exceeded": ScanLimitExceeded,
    "shutting-down": ServiceFault,
    "statement-not-allowed": StatementNotAllowed,
    "throttled": TooManyRequests,
    "too-many-queries": TooManyRequests,
    "too-many-saved": RequestRejected,
    "unauthenticated": Unauthenticated,
    "unsupported-media-type": RequestRejected,
}
README = (Path(__file__).parents[3] / "README.md").read_text()
STATUS_OF = {
    slug: int(statuses.split(",")[0])
    for statuses, slugs in re.findall(r"^\| ([\d, ]+) \| (.*?) \|$", README, re.M)
    for slug in re.findall(r"`([a-z-]+)`", slugs)
}


def test_the_table_has_every_problem_of_the_service() -> None:
    assert KINDS.keys() == STATUS_OF.keys()


@pytest.mark.parametrize("slug", KINDS)
def test_a_problem_is_an_exception_of_its_kind(slug: str) -> None:
    document = problem(slug, STATUS_OF[slug], code="A_CODE", unknown=1)

    error = problem_of(reply(STATUS_OF[slug], document, retry_after="3"))

    assert type(error) is KINDS[slug]
    assert (error.slug, error.code, error.retry_after_seconds) == (slug, "A_CODE", 3)
    assert error.document == document
    assert str(error) == "A problem: Something is wrong."


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, RequestRejected), (401, Unauthenticated), (429, TooManyRequests), (502, ServiceFault)],
)
def test_a_gateway_sends_no_document(status: int, kind: type[Problem]) -> None:
    error = problem_of(reply(status))

    assert type(error) is kind
    assert str(error) == f"The service answered {status}"


@pytest.mark.parametrize(
    ("sql", "line", "column", "shown"),
    [
        ("SELECT x", 1, 8, ["1 | SELECT x", "  |        ^"]),
        ("SELECT\n\tx", 2, 2, ["2 | \tx", "  | \t^"]),
        ("SELECT\r\n x", 2, 2, ["2 |  x", "  |  ^"]),
        ("a\n" * 9 + "bc", 10, 2, ["10 | bc", "   |  ^"]),
        ("x" * 150 + "y" * 50, 1, 151, [f"1 | ...{'x' * 60}{'y' * 40}", f"  |    {' ' * 60}^"]),
        # Only LF ends a line of the service.
        ("a\rb\n c", 2, 2, ["2 |  c", "  |  ^"]),
        ("/* \x0c\x0b\x1c\x85\u2028 */\nx", 2, 1, ["2 | x", "  | ^"]),
        ("SELECT x", 2, 1, []),
        ("SELECT x", 1, None, []),
        (None, 1, 1, []),
    ],
)
def test_the_caret_is_below_the_column(
    sql: str | None, line: int, column: int | None, shown: list[str]
) -> None:
    error = InvalidSql(problem("invalid-sql", 422, line=line, column=column), 422)
    error.sql = sql

    assert str(error).splitlines()[1:] == shown


@pytest.mark.parametrize(
    ("sql", "column", "shown"),
    [
        ("SELECT '\x1b\x07' + 1", 13, ["1 | SELECT '\\x1b\\x07' + 1", f"  | {' ' * 18}^"]),
        ("SELECT '日本' + 1", 13, ["1 | SELECT '日本' + 1", f"  | {' ' * 14}^"]),
        ("'\U0001f600' + 1", 5, ["1 | '\U0001f600' + 1", f"  | {' ' * 5}^"]),
        ("'e\u0301' + 1", 6, ["1 | 'e\u0301' + 1", f"  | {' ' * 4}^"]),
        ("'\u0915\u0941' + 1", 6, ["1 | '\u0915\u0941' + 1", f"  | {' ' * 4}^"]),
        ("'\u2764\ufe0f' + 1", 6, ["1 | '\u2764\ufe0f' + 1", f"  | {' ' * 5}^"]),
    ],
)
def test_a_line_controls_no_terminal_and_its_caret_stands_below(
    sql: str, column: int, shown: list[str]
) -> None:
    assert marked_line(sql, 1, column) == shown


def test_a_message_of_others_is_one_line_that_controls_no_terminal() -> None:
    document = problem("invalid-sql", 422, line=1, column=2, detail="No \x1b[31mred\x07\nline.")
    error = InvalidSql(document, 422)
    error.sql = "\tx"

    assert shown_error(error) == "A problem: No \\x1b[31mred\\x07↵line.\n1 | \tx\n  | \t^"


def test_a_failure_of_athena_says_why() -> None:
    error = QueryFailed({"code": "INTERNAL", "detail": "It broke.", "retryable": True}, "an-id")

    assert str(error) == "INTERNAL: It broke."
    assert (error.query_id, error.retryable) == ("an-id", True)


def test_the_exception_tree_is_drawn_whole() -> None:
    drawn = re.findall(r"\b[A-Z]\w+", (errors.__doc__ or "").partition("\n\n")[2])
    classes = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, DataHistError) and name[0] != "_"
    ]

    assert sorted(drawn) == sorted(classes)
