"""The exceptions of PEP 249, and which error of the client is which of them."""

import contextlib
from collections.abc import Iterator

from data_hist_client.errors import (
    DataHistError,
    InvalidResponse,
    RequestRejected,
    ResourcesExhausted,
    ScanLimitExceeded,
    SqlError,
    Unauthenticated,
    UsageError,
)


class Warning(Exception):
    """Never raised."""


class Error(Exception):
    """Any error; its text shows the line of the SQL that it is about."""


class InterfaceError(Error):
    """A cursor or connection is closed, or the response is not of this service."""


class DatabaseError(Error):
    """An error of the service, or of the query."""


class DataError(DatabaseError):
    """Never raised."""


class OperationalError(DatabaseError):
    """The service, Athena or the network fails, or the query needs too much."""


class IntegrityError(DatabaseError):
    """Never raised."""


class InternalError(DatabaseError):
    """Never raised."""


class ProgrammingError(DatabaseError):
    """The SQL or an argument is wrong."""


class NotSupportedError(DatabaseError):
    """Never raised."""


# The first that fits counts.
_KINDS: tuple[tuple[type[DataHistError], type[Error]], ...] = (
    (InvalidResponse, InterfaceError),
    (ResourcesExhausted, OperationalError),
    (ScanLimitExceeded, OperationalError),
    (SqlError, ProgrammingError),
    (UsageError, ProgrammingError),
    (Unauthenticated, OperationalError),
    (RequestRejected, ProgrammingError),
    (DataHistError, OperationalError),
)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the client into those of PEP 249; the original is the cause."""
    try:
        yield
    except DataHistError as error:
        kind = next(kind for original, kind in _KINDS if isinstance(error, original))
        raise kind(str(error)) from error
