"""Trino's REST protocol for statements: pages of results, repeated calls and cancelling.

See https://trino.io/docs/current/develop/client-protocol.html.
"""

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from local_athena.engine.backend import Abandoned
from local_athena.errors import ErrorFamily, StatementFailure

Page = dict[str, Any]
"""One answer of Trino: `stats`, and `columns`, `data` or `error` once there are any.

Numbers with a fraction are text, as Trino wrote them.
"""

_BUSY = frozenset({429, 502, 503, 504})
_FORGOTTEN = frozenset({404, 410})
_REFUSED = frozenset({401, 403})
_SHOWN_BYTES = 200


@dataclass(frozen=True)
class TrinoServer:
    """A Trino cluster, and on whose behalf statements run there.

    Attributes:
        url: Its address, such as `https://trino.example:8443`.
        user: The user that Trino sees.
        catalog: The catalog that stands for `AwsDataCatalog`.
        authorization: The value of the header `Authorization`; none by default.
    """

    url: str
    user: str = "local-athena"
    catalog: str = "awsdatacatalog"
    authorization: str | None = field(default=None, repr=False)

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """The certificates to trust; reading them takes longer than a call."""
        return ssl.create_default_context()


@dataclass(frozen=True)
class TrinoLimits:
    """How long to wait for Trino.

    Attributes:
        connect_seconds: The longest time for a connection, and for cancelling a statement.
        parse_seconds: The longest time for parsing a statement before it is queued.
        read_seconds: The longest time between two packets of an answer; Trino answers a poll
            within a second or so.
        retry_seconds: How long a call that fails is repeated. A coordinator that restarts takes
            longer, but forgets its statements anyway.
        pause_seconds: The pause before a call is repeated.
    """

    connect_seconds: float = 5.0
    parse_seconds: float = 5.0
    read_seconds: float = 30.0
    retry_seconds: float = 10.0
    pause_seconds: float = 0.1


class TrinoClient:
    """Sends one statement at a time; only `abort` may be called from another thread."""

    def __init__(self, server: TrinoServer, limits: TrinoLimits | None = None) -> None:
        self._server = server
        self._limits = limits or TrinoLimits()
        self._http = self._connection()

    def pages(
        self, sql: str, schema: str, is_abandoned: Callable[[], bool] = lambda: False
    ) -> Generator[Page, None, None]:
        """Run a statement. Close the iterator early, and Trino cancels the statement.

        Raises:
            StatementFailure: Trino cannot be reached, or has forgotten the statement. A failure of
                the statement itself is in the last page.
            Abandoned: It was given up.
        """
        headers = self._headers() | self._session(schema)
        page: Page = {}
        try:
            page = self._call(is_abandoned, "POST", "/v1/statement", headers, sql.encode())
            yield page
            while next_uri := page.get("nextUri"):
                page = self._call(is_abandoned, "GET", _target(next_uri), self._headers())
                yield page
        finally:
            self._http.close()
            if next_uri := page.get("nextUri"):
                self._cancel(_target(next_uri))

    def abort(self) -> None:
        """Break off the call in flight, if there is one."""
        connected = self._http.sock
        # It may end by itself at the same time.
        with contextlib.suppress(OSError):
            if connected is not None:
                # Of the base class: that of TLS would change what the reading thread works with.
                socket.socket.shutdown(connected, socket.SHUT_RDWR)

    def _call(
        self,
        is_abandoned: Callable[[], bool],
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes | None = None,
    ) -> Page:
        """Call Trino, and again if it is busy or the connection breaks.

        A statement begins with the first GET, and a page may be read twice: nothing runs twice.
        """
        deadline = None
        while True:
            if is_abandoned():
                raise Abandoned
            try:
                status, answer = self._exchange(method, target, body, headers)
            except (OSError, HTTPException) as error:
                self._http.close()
                fault = str(error) or type(error).__name__
            else:
                if status not in _BUSY:
                    return _read_page(status, answer)
                fault = f"HTTP status {status}"
            deadline = deadline or time.monotonic() + self._limits.retry_seconds
            if time.monotonic() >= deadline:
                raise _fault(f"Trino cannot be reached ({fault})", retryable=True)
            time.sleep(self._limits.pause_seconds)

    def _exchange(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        if self._http.sock is None:
            self._connect()
        self._http.request(method, target, body, headers)
        response = self._http.getresponse()
        return response.status, response.read()

    def _connect(self) -> None:
        self._http.connect()
        self._http.sock.settimeout(self._limits.read_seconds)

    def _cancel(self, target: str) -> None:
        """Ask once: Trino itself ends a statement whose pages nobody reads."""
        # Of its own, because `abort` may come again.
        http = self._connection()
        with contextlib.suppress(OSError, HTTPException), contextlib.closing(http):
            http.request("DELETE", target, headers=self._headers())
            http.getresponse().read()

    def _connection(self) -> HTTPConnection:
        url = urlsplit(self._server.url)
        host, seconds = url.hostname or "", self._limits.connect_seconds
        if url.scheme == "https":
            return HTTPSConnection(host, url.port, timeout=seconds, context=self._server.tls)
        return HTTPConnection(host, url.port, timeout=seconds)

    def _headers(self) -> dict[str, str]:
        authorization = self._server.authorization
        return {"X-Trino-User": self._server.user} | (
            {"Authorization": authorization} if authorization else {}
        )

    def _session(self, schema: str) -> dict[str, str]:
        return {
            "X-Trino-Catalog": self._server.catalog,
            "X-Trino-Schema": schema,
            "X-Trino-Source": "local-athena",
            "X-Trino-Time-Zone": "UTC",
            # Without it, Trino cuts every timestamp to milliseconds.
            "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
        }


def _target(next_uri: str) -> str:
    """Return the path of a page; its host is left out, so that credentials reach one host only."""
    return urlsplit(next_uri)._replace(scheme="", netloc="").geturl()


def _read_page(status: int, answer: bytes) -> Page:
    if status == 200:
        try:
            page: Page = json.loads(answer, parse_float=str)
        except ValueError:
            raise _fault("The server at the URL of Trino does not answer as Trino does") from None
        return page
    if status in _FORGOTTEN:
        raise _fault("Trino has forgotten the statement, as after a restart", retryable=True)
    if status in _REFUSED:
        raise _fault("Trino refuses the credentials of this endpoint")
    text = answer[:_SHOWN_BYTES].decode(errors="replace")
    raise _fault(f"Trino answered with HTTP status {status}: {text}")


def _fault(text: str, *, retryable: bool = False) -> StatementFailure:
    family = ErrorFamily.INTERNAL_ERROR
    return StatementFailure("GENERIC_INTERNAL_ERROR", text, family=family, retryable=retryable)
