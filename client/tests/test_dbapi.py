"""The service as a database of PEP 249."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from data_hist_client import dbapi
from data_hist_client.dbapi import Connection, Cursor
from data_hist_client.dbapi.connection import _described
from data_hist_client.documents import Column

MANY = "SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n)"


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    with dbapi.connect(url) as each:
        yield each


@pytest.fixture
def cursor(connection: Connection) -> Cursor:
    return connection.cursor()


def test_the_module_says_what_it_can() -> None:
    assert (dbapi.apilevel, dbapi.threadsafety, dbapi.paramstyle) == ("2.0", 2, "qmark")
    errors = {
        *("InterfaceError", "DatabaseError", "DataError", "OperationalError", "IntegrityError"),
        *("InternalError", "ProgrammingError", "NotSupportedError"),
    }
    assert all(issubclass(getattr(dbapi, name), dbapi.Error) for name in errors)
    assert issubclass(dbapi.Warning, Exception)


def test_rows_and_their_description(cursor: Cursor) -> None:
    cursor.execute(
        "SELECT ? AS a, DECIMAL '1.10' AS b, TIMESTAMP '2026-01-02 03:04:05' AS c, X'00' AS d",
        ["x"],
    )

    assert cursor.description is not None
    names = [column[0] for column in cursor.description]
    codes = [column[1] for column in cursor.description]
    assert names == ["a", "b", "c", "d"]
    assert codes[0] == dbapi.STRING
    assert codes[1] == dbapi.NUMBER
    assert codes[1] != dbapi.STRING
    assert codes[2] == dbapi.DATETIME
    assert codes[3] == dbapi.BINARY
    assert cursor.fetchall() == [("x", Decimal("1.10"), datetime(2026, 1, 2, 3, 4, 5), b"\x00")]
    assert (cursor.rowcount, cursor.lastrowid) == (-1, None)
    assert cursor.query is not None


def test_rows_are_fetched_one_by_one_in_parts_and_to_the_end(cursor: Cursor) -> None:
    cursor.execute(MANY)

    assert cursor.fetchone() == (1,)
    assert cursor.fetchmany() == [(2,)]
    assert cursor.fetchmany(1000)[-1] == (1002,)
    cursor.arraysize = 3
    assert cursor.fetchmany() == [(1003,), (1004,), (1005,)]
    assert [n for (n,) in cursor][-1] == 2500
    assert cursor.fetchone() is None
    assert cursor.fetchmany(5) == cursor.fetchall() == []


def test_bytes_come_back(cursor: Cursor) -> None:
    content = bytes(range(256))

    cursor.execute("SELECT ?, ? = X'00'", [dbapi.Binary(content), b"\0"])

    assert cursor.fetchall() == [(content, True)]


def test_the_last_of_many_has_the_rows(cursor: Cursor) -> None:
    assert cursor.executemany("SELECT ?", [[1], [2]]).fetchall() == [(2,)]
    assert cursor.executemany("SELECT ?", ([n] for n in (3, 4))).fetchall() == [(4,)]


def test_none_of_many_has_no_rows(cursor: Cursor) -> None:
    cursor.execute("SELECT 1")

    cursor.executemany("SELECT ?", [])

    assert (cursor.description, cursor.query) == (None, None)
    with pytest.raises(dbapi.InterfaceError):
        cursor.fetchone()


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (
            lambda c: c.execute("SELECT lenght(tags) FROM events"),
            dbapi.ProgrammingError,
            "\n1 | SE",
        ),
        (lambda c: c.execute("SELECT nothing FROM events"), dbapi.ProgrammingError, "\n1 | SELECT"),
        (lambda c: c.execute("SELECT ?", [object()]), dbapi.ProgrammingError, "parameter"),
        (lambda c: c.execute("SELECT ?", []), dbapi.ProgrammingError, ""),
        (lambda c: c.execute("SELECT ?", {"a": 1}), dbapi.ProgrammingError, "list"),
        (lambda c: c.execute(b"SELECT 1"), dbapi.ProgrammingError, "text"),
        (lambda c: c.executemany("SELECT ?", 5), dbapi.ProgrammingError, "list"),
        (lambda c: c.execute("SELECT 1").fetchmany(-1), dbapi.ProgrammingError, "-1"),
        (lambda c: c.execute("SELECT 1").fetchmany("2"), dbapi.ProgrammingError, "'2'"),
        (lambda c: c.fetchone(), dbapi.InterfaceError, "no query"),
        (lambda c: dbapi.connect("nowhere"), dbapi.ProgrammingError, "address"),
    ],
)
def test_errors_are_those_of_pep_249(
    cursor: Cursor, use: Callable[[Any], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        use(cursor)

    assert message in str(raised.value)


def test_what_is_closed_cannot_be_used(connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with pytest.raises(dbapi.InterfaceError):
        cursor.execute("SELECT 1")
    with pytest.raises(dbapi.InterfaceError):
        cursor.fetchone()

    connection.commit()
    connection.rollback()
    other = connection.cursor().execute(MANY)
    connection.close()
    connection.close()

    for use in (
        *(connection.cursor, connection.commit, connection.rollback),
        *(other.fetchone, other.fetchmany, other.fetchall, lambda: list(other)),
        lambda: other.execute("SELECT 1"),
    ):
        with pytest.raises(dbapi.InterfaceError):
            use()


def test_moments_of_ticks() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5)

    assert dbapi.TimestampFromTicks(now.timestamp()) == now
    assert dbapi.DateFromTicks(now.timestamp()) == now.date()
    assert dbapi.TimeFromTicks(now.timestamp()) == now.time()


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ([dbapi.STRING], "varchar"),
        ([dbapi.STRING], "json"),
        ([dbapi.STRING], "array(bigint)"),
        ([dbapi.STRING], "interval day to second"),
        ([dbapi.STRING], "interval year to month"),
        ([dbapi.STRING], "unknown"),
        ([dbapi.BINARY], "varbinary"),
        ([dbapi.NUMBER], "decimal(10,2)"),
        ([dbapi.DATETIME], "timestamp(3) with time zone"),
    ],
)
def test_each_type_is_of_one_kind(kinds: list[object], code: str) -> None:
    every = [dbapi.STRING, dbapi.BINARY, dbapi.NUMBER, dbapi.DATETIME, dbapi.ROWID]

    assert [kind for kind in every if kind == code] == kinds
    assert len(set(every)) == len(every)


@pytest.mark.parametrize(
    ("kind", "digits"),
    [("decimal(10,2)", (10, 2)), ("decimal", (None, None)), ("varchar(5)", (None, None))],
)
def test_digits_are_described_where_the_type_tells_them(
    kind: str, digits: tuple[int | None, int | None]
) -> None:
    assert _described(Column("x", kind))[4:6] == digits
