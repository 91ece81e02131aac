"""Exceptions and rows are copied, and reach other processes, whole."""

import copy
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest
from data_hist_client import DataHistError, Problem, QueryFailed, dbapi
from data_hist_client.documents import Column
from data_hist_client.errors import InvalidSql
from data_hist_client.values import Row, row_reader

from tests.scripted import problem

READ = row_reader([Column("a", "bigint"), Column("b", "decimal(3,2)"), Column("a", "varchar")])
SQL_ERROR = InvalidSql(problem("invalid-sql", 422, line=1, column=8, query_id="an-id"), 422, 3.0)
SQL_ERROR.sql = "SELECT x"


def all_of(kind: type[Exception]) -> Iterator[type[Exception]]:
    if not kind.__name__.startswith("_"):
        yield kind
    for below in kind.__subclasses__():
        yield from all_of(below)


def made(kind: type[Exception]) -> Exception:
    if issubclass(kind, Problem):
        return kind(problem("a-problem", 400, line=1), 400)
    if issubclass(kind, QueryFailed):
        return kind({"code": "X", "detail": "It broke."}, "an-id")
    return kind("It broke.")


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - it was written here


def fail() -> None:
    raise SQL_ERROR


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
@pytest.mark.parametrize(
    "error",
    [SQL_ERROR, *map(made, all_of(DataHistError)), *map(made, all_of(dbapi.Error))],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_is_copied_whole(error: Exception, again: Callable[[Any], Any]) -> None:
    other = again(error)

    assert type(other) is type(error)
    assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))


def test_an_exception_comes_from_another_process() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool, pytest.raises(InvalidSql) as raised:
        pool.submit(fail).result()

    assert str(raised.value) == str(SQL_ERROR)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
def test_a_row_is_copied_with_its_names(again: Callable[[Any], Any]) -> None:
    row = READ([1, "1.10", "x"])

    other: Row = again(row)

    assert other == row
    assert type(other) is type(row)
    assert other["b"] is not None
    with pytest.raises(KeyError):
        other["a"]
