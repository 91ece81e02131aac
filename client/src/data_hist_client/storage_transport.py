"""Sends requests to S3 with the standard library, which reads large bodies far faster than httpx.

httpx parses every 64 KiB in Python; here a body costs little more than the copy from the socket.
"""

import ssl
from collections.abc import Iterator
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection

import httpx

_CHUNK_BYTES = 256 * 1024


class StorageTransport(httpx.BaseTransport):
    """Opens a connection for each request, follows no redirect, and knows no proxy."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request without a body.

        Raises:
            httpx.UnsupportedProtocol: The address is none of HTTP.
            httpx.ConnectError: Nobody can be reached.
            httpx.ReadError, httpx.RemoteProtocolError: The connection broke.
        """
        connection = self._connected(request)
        try:
            target = request.url.raw_path.decode()
            connection.request(request.method, target, headers=dict(request.headers))
            response = connection.getresponse()
        except (OSError, HTTPException) as error:
            connection.close()
            raise _broken(error) from error
        body = _Body(connection, response)
        return httpx.Response(response.status, headers=response.getheaders(), stream=body)

    def _connected(self, request: httpx.Request) -> HTTPConnection:
        timeouts = request.extensions["timeout"]
        host, port = request.url.raw_host.decode(), request.url.port
        connection: HTTPConnection
        match request.url.scheme:
            case "https":
                connection = HTTPSConnection(host, port or 443, context=self._tls)
            case "http":
                connection = HTTPConnection(host, port or 80)
            case _:
                raise httpx.UnsupportedProtocol("A link is an address of HTTP.")
        connection.timeout = timeouts["connect"]
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise httpx.ConnectError(str(error)) from error
        connection.sock.settimeout(timeouts["read"])
        return connection

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()


class _Body(httpx.SyncByteStream):
    """The bytes of a response as they arrive."""

    def __init__(self, connection: HTTPConnection, response: HTTPResponse) -> None:
        self._connection = connection
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        length, arrived = self._response.length, 0
        try:
            while chunk := self._response.read1(_CHUNK_BYTES):
                yield chunk
                arrived += len(chunk)
        except (OSError, HTTPException) as error:
            raise _broken(error) from error
        # The standard library takes the end of the connection for that of the body.
        if arrived != length and not self._response.chunked:
            raise httpx.RemoteProtocolError("The connection ended before the body did.")

    def close(self) -> None:
        self._response.close()
        self._connection.close()


def _broken(error: OSError | HTTPException) -> httpx.TransportError:
    """Say what broke; what the standard library says of a request may hold the address."""
    if isinstance(error, OSError):
        return httpx.ReadError(str(error))
    return httpx.RemoteProtocolError(type(error).__name__)
