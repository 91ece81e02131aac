"""Every error is rendered in one place: the members of its body, and its own headers."""

import json

import pytest

from data_hist import errors
from data_hist.errors import DataHistError, FieldError
from data_hist.http.problems import INTERNAL, PROBLEMS, render_internal_problem, render_problem

HOST = (b"host", b"test")


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        (errors.NotFound("No."), {}),
        (errors.EngineFailed("No."), {}),
        (errors.EngineUnavailable("No."), {"Retry-After": "2"}),
        (errors.TooManyQueries("No."), {"Retry-After": "2"}),
        (errors.Overloaded("No.", retry_after_seconds=1), {"Retry-After": "1"}),
        (errors.QueryNotFinished("No.", retry_after_seconds=5), {"Retry-After": "5"}),
        (errors.Unauthenticated("No."), {"WWW-Authenticate": 'Gateway realm="data_hist"'}),
        (errors.RequestTimeout("No."), {"Connection": "close"}),
        (
            errors.RangeNotSatisfiable("No.", object_bytes=7),
            {"Content-Range": "bytes */7"},
        ),
        (errors.MethodNotAllowed(allowed=("GET", "HEAD")), {"Allow": "GET, HEAD"}),
    ],
)
def test_headers(error: DataHistError, headers: dict[str, str]) -> None:
    problem = render_problem(error, [HOST])

    assert (problem.kind, problem.headers) == (PROBLEMS[type(error)], headers)


def test_members_that_do_not_apply_are_left_out() -> None:
    problem = render_problem(errors.NotFound("There is nothing."), [HOST])

    assert json.loads(problem.body) == {
        "type": "/problems/not-found",
        "title": "There is nothing here",
        "status": 404,
        "detail": "There is nothing.",
        "retryable": False,
    }


def test_members_that_apply_are_there() -> None:
    error = errors.InvalidSql(
        "Wrong.", query_id="id", code="SYNTAX", line=2, column=3, errors=[FieldError("/a", "b")]
    )

    members = json.loads(render_problem(error, [HOST]).body)

    assert {name: members[name] for name in ("query_id", "code", "line", "column", "errors")} == {
        "query_id": "id",
        "code": "SYNTAX",
        "line": 2,
        "column": 3,
        "errors": [{"pointer": "/a", "detail": "b"}],
    }


def test_type_has_the_prefix_of_the_proxy() -> None:
    headers = [HOST, (b"x-forwarded-prefix", b"/archive/")]

    for problem in (
        render_problem(errors.NotFound("No."), headers),
        render_internal_problem("id", headers),
    ):
        assert json.loads(problem.body)["type"] == f"/archive/problems/{problem.kind.slug}"


def test_bug_reveals_only_the_id_of_its_request() -> None:
    problem = render_internal_problem("some-id", [HOST])

    assert (problem.kind, problem.headers) == (INTERNAL, {})
    assert json.loads(problem.body) == {
        "type": "/problems/internal",
        "title": INTERNAL.title,
        "status": 500,
        "detail": "The request is some-id in the log.",
        "retryable": False,
    }
