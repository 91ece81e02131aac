"""Connections and cursors as PEP 249 describes them; there are no transactions."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from data_hist_client.client import Client
from data_hist_client.dbapi.exceptions import InterfaceError, ProgrammingError, translated
from data_hist_client.documents import Column, QueryState
from data_hist_client.values import Row

# Name, type, display size, internal size, precision, scale, and whether it may be NULL.
Description = tuple[str, str, None, None, int | None, int | None, bool]
# The service names a decimal without its digits; one that tells them is understood.
_DIGITS = re.compile(r"decimal\((\d+), ?(\d+)\)")


class Connection:
    """A connection, which threads may share."""

    def __init__(self, client: Client) -> None:
        self._client: Client | None = client

    @property
    def client(self) -> Client:
        """The client that asks.

        Raises:
            InterfaceError: The connection is closed.
        """
        if self._client is None:
            raise InterfaceError("The connection is closed.")
        return self._client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def commit(self) -> None:
        """Do nothing: queries change nothing."""
        self._check()

    def rollback(self) -> None:
        """Do nothing: queries change nothing."""
        self._check()

    def _check(self) -> None:
        _ = self.client

    def cursor(self) -> "Cursor":
        """Return a cursor."""
        self._check()
        return Cursor(self)


class Cursor:
    """Runs one query at a time, and reads its rows page by page.

    Attributes:
        arraysize: How many rows `fetchmany` gives by default.
        description: The columns of the last query.
        query: The query document of the last query: its id, what it read and cost.
    """

    # No query tells how many rows it has before they are read.
    rowcount = -1
    lastrowid = None

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.arraysize = 1
        self.description: list[Description] | None = None
        self.query: QueryState | None = None
        self._rows: Iterator[Row] | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the cursor."""
        self._is_closed = True
        self._rows = None

    def execute(self, operation: str, parameters: Sequence[Any] | None = None) -> Self:
        """Run a query, and wait until it has finished.

        Args:
            operation: One SELECT.
            parameters: A value for each `?`.

        Raises:
            ProgrammingError: The SQL has to be changed.
            OperationalError: The service or Athena failed.
        """
        self._forget()
        with translated():
            result = self.connection.client.query(operation, parameters)
            self.query = result.query
            self.description = [_described(column) for column in result.columns]
        self._rows = iter(result)
        return self

    def executemany(self, operation: str, seq_of_parameters: Iterable[Sequence[Any]]) -> Self:
        """Run a query with each of the parameters; the rows are those of the last one.

        Raises:
            ProgrammingError: There is no list of parameters, or the SQL has to be changed.
            OperationalError: The service or Athena failed.
        """
        self._forget()
        if not isinstance(seq_of_parameters, Iterable):
            raise ProgrammingError("executemany takes a list of lists of parameters.")
        for parameters in seq_of_parameters:
            self.execute(operation, parameters)
        return self

    def fetchone(self) -> Row | None:
        """Return the next row, or None at the end."""
        rows = self._of_query()
        with translated():
            return next(rows, None)

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return the next rows, fewer only at the end."""
        rows = self._of_query()
        count = self.arraysize if size is None else size
        if not isinstance(count, int) or count < 0:
            raise ProgrammingError(f"{count!r} is no number of rows.")
        with translated():
            return list(itertools.islice(rows, count))

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        rows = self._of_query()
        with translated():
            return list(rows)

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows that are left."""
        while (row := self.fetchone()) is not None:
            yield row

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Do nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing, as PEP 249 allows."""

    def _forget(self) -> None:
        """Forget the query before, if another one can be run."""
        if self._is_closed:
            raise InterfaceError("The cursor is closed.")
        _ = self.connection.client
        self.description = self.query = self._rows = None

    def _of_query(self) -> Iterator[Row]:
        _ = self.connection.client
        if self._rows is None:
            raise InterfaceError("There is no query whose rows could be read.")
        return self._rows


def _described(column: Column) -> Description:
    digits = _DIGITS.fullmatch(column.type)
    precision, scale = map(int, digits.groups()) if digits else (None, None)
    return (column.name, column.type, None, None, precision, scale, True)
