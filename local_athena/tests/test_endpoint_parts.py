"""The parts of the endpoint that need no process: rows in files, tokens, quotas, parameters."""

import io

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from local_athena.athena_api.endpoint import Throttle
from local_athena.athena_api.errors import ApiError
from local_athena.athena_api.request_validation import issue_token, read_token
from local_athena.backends.duckdb.database import close_empty_result, copy_statement
from local_athena.engine.parameters import bind_parameters
from local_athena.engine.result_files import Row, read_page
from local_athena.errors import StatementFailure
from local_athena.settings import CallRate

VALUES = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
ROWS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(VALUES, min_size=width, max_size=width), max_size=20)
)


def csv(row: Row) -> str:
    values = ("" if value is None else '"' + value.replace('"', '""') + '"' for value in row)
    return ",".join(values) + "\n"


@given(rows=ROWS, limit=st.integers(1, 7))
def test_pages_of_any_size_add_up_to_the_rows(rows: list[Row], limit: int) -> None:
    file = io.BytesIO("".join(map(csv, rows)).encode())
    pages, offset = [], 0

    while (page := read_page(file, offset, limit)).rows:
        pages.append(page.rows)
        offset = page.next_offset

    assert [row for page in pages for row in page] == rows
    assert all(len(page) == limit for page in pages[:-1])


@pytest.mark.parametrize("length", [65_530, 65_535, 65_536, 65_537, 400_000])
def test_rows_that_cross_a_read_are_whole(length: int) -> None:
    rows: list[Row] = [["x" * length, '"'], [None, "\n" * length], ['"' * length, ""]]
    file = io.BytesIO("".join(map(csv, rows)).encode())

    assert read_page(file, 0, 10).rows == rows


@settings(max_examples=30, deadline=None)
@given(rows=ROWS)
def test_what_duckdb_writes_is_read_back(
    rows: list[Row], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "it's.csv"
    names = ['a"b', "a,\n"] if rows and len(rows[0]) == 2 else ["a"]
    rows = [row[: len(names)] for row in rows]
    columns = ", ".join(f"v[{number}]" for number in range(1, len(names) + 1))
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (v VARCHAR[])")
        for row in rows:
            connection.execute("INSERT INTO t VALUES (?)", [row])
        connection.execute(copy_statement(f"SELECT {columns} FROM t", names, path))
    if not rows:
        close_empty_result(path)

    assert path.read_bytes().decode() == csv([*names]) + "".join(map(csv, rows))


@given(subject=st.text(max_size=5), position=st.integers(min_value=0))
def test_a_token_leads_back_to_its_position(subject: str, position: int) -> None:
    assert read_token(subject, issue_token(subject, position)) == position


@pytest.mark.parametrize(
    "token", ["", "x", "é", "AAAA", issue_token("other", 5), issue_token("mine", 5)[:-4]]
)
def test_any_other_token_is_refused(token: str) -> None:
    with pytest.raises(ApiError, match="Malformed nextPageToken"):
        read_token("mine", token)


def test_a_quota_allows_its_burst_and_refills_at_its_rate() -> None:
    now = [0.0]
    throttle = Throttle({"Get": CallRate(per_second=2, burst=3)}, lambda: now[0])

    at_once = [throttle.admits("Get") for _ in range(5)]
    now[0] = 0.5
    later = [throttle.admits("Get") for _ in range(2)]
    now[0] = 100.0
    rested = [throttle.admits("Get") for _ in range(4)]

    assert at_once == [True, True, True, False, False]
    assert later == [True, False]
    assert rested == [True, True, True, False]
    assert all(throttle.admits("Start") for _ in range(100))


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        ("1", "(1)"),
        ("-1.5e3", "(-1.5e3)"),
        ("'abc'", "('abc')"),
        ("1+1", "(1+1)"),
        ("DATE '2026-01-01'", "(DATE '2026-01-01')"),
        ("interval '1' day", "(interval '1' day)"),
        ("NULL", "(NULL)"),
        ("now()", "(now())"),
        ("concat('a', upper('b'))", "(concat('a', upper('b')))"),
        ("1 OR 1=1", "(1 OR 1=1)"),
        ("abc", "'abc'"),
        ("it's", "'it''s'"),
        ("x + 1", "'x + 1'"),
        ("", "''"),
        ("1) OR (1=1", "'1) OR (1=1'"),
        ("'a' -- b", "'''a'' -- b'"),
        ("f(,)", "'f(,)'"),
        ("12abc", "'12abc'"),
    ],
)
def test_a_parameter_is_an_expression_or_a_string(value: str, bound: str) -> None:
    assert bind_parameters("SELECT ?", [value]) == f"SELECT {bound}"


def test_question_marks_in_strings_names_and_comments_are_none() -> None:
    sql = "SELECT ?, 'it''s ?', \"?\" -- ?\n, ? /* ? */"

    bound = bind_parameters(sql, ["1", "2", "ignored"])

    assert bound == "SELECT (1), 'it''s ?', \"?\" -- ?\n, (2) /* ? */"


@pytest.mark.parametrize(
    ("sql", "value", "bound"),
    [
        ("LIMIT ?", "5", "LIMIT  5"),
        ("OFFSET\n?", " 10", "OFFSET\n  10"),
        ("fetch first ? rows only", "3", "fetch first  3 rows only"),
        ("LIMIT ?", "1+1", "LIMIT (1+1)"),
        ("LIMIT ?", "x", "LIMIT 'x'"),
        ("limits ?", "5", "limits (5)"),
    ],
)
def test_a_number_of_rows_stands_without_brackets(sql: str, value: str, bound: str) -> None:
    assert bind_parameters(sql, [value]) == bound


def test_too_few_parameters_are_a_failure() -> None:
    with pytest.raises(StatementFailure, match="expected 2 but found 1"):
        bind_parameters("SELECT ?, ?", ["1"])
