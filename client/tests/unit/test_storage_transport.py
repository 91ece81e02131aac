"""Requests to S3 by the standard library, against a socket that sends what a case says."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from data_hist_client.storage_transport import StorageTransport

BODY = b'"n"\n' + b'"1"\n' * 200_000
TIMEOUT = {"timeout": {"connect": 10.0, "read": 10.0}}


@contextlib.contextmanager
def server_of(
    response: bytes, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one request with these bytes, and close; gives the address, and what was received."""
    received: list[bytes] = []
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen()

        def answer() -> None:
            plain, _ = listener.accept()
            with plain, contextlib.suppress(ssl.SSLError):
                connection = plain if tls is None else tls.wrap_socket(plain, server_side=True)
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(65536)
                received.append(head)
                connection.sendall(response)
                connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        shown = f"[{host}]" if ":" in host else host
        scheme = "http" if tls is None else "https"
        yield (
            f"{scheme}://{shown}:{listener.getsockname()[1]}/bucket/x.csv?signature=a%2Fb",
            received,
        )
        thread.join()


def head(status: str, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def ask(url: str, headers: dict[str, str] | None = None) -> httpx.Response:
    request = httpx.Request("GET", url, headers=headers, extensions=TIMEOUT)
    response = StorageTransport().handle_request(request)
    response.request = request
    return response


def read(response: httpx.Response) -> tuple[bytes, type[Exception] | None]:
    """Return the bytes that arrive, and the error that ends them."""
    arrived = b""
    try:
        for chunk in response.iter_raw():
            arrived += chunk
    except httpx.RequestError as error:
        return arrived, type(error)
    finally:
        response.close()
    return arrived, None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_request_is_sent_as_it_is(host: str) -> None:
    length = f"Content-Length: {len(BODY)}"
    with server_of(head("206 Partial Content", length, 'ETag: "e"') + BODY, host) as (
        url,
        received,
    ):
        response = ask(url, {"Range": "bytes=0-", "Accept-Encoding": "identity"})
        assert (response.status_code, response.headers["etag"]) == (206, '"e"')
        assert read(response) == (BODY, None)

    (sent,) = received
    lines = sent.decode().split("\r\n")
    assert lines[0] == "GET /bucket/x.csv?signature=a%2Fb HTTP/1.1"
    assert {line.lower() for line in lines[1:] if line} == {
        f"host: {url.split('/')[2]}",
        "range: bytes=0-",
        "accept-encoding: identity",
    }


@pytest.mark.parametrize(
    ("sent", "arrived", "error"),
    [
        (head("200 OK", f"Content-Length: {len(BODY)}") + BODY[:1000], BODY[:1000], True),
        (head("200 OK", f"Content-Length: {len(BODY)}"), b"", True),
        (head("200 OK", "Content-Length: 0"), b"", False),
        (head("200 OK", "Content-Length: 3") + b"abcdef", b"abc", False),
        (head("200 OK", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n", b"abc", False),
        (head("200 OK", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n", b"abc", True),
        (head("200 OK", "Transfer-Encoding: chunked") + b"no number\r\n", b"", True),
        # It may have been cut.
        (head("200 OK") + b"abc", b"abc", True),
    ],
    ids=[
        "cut",
        "cut at once",
        "empty",
        "longer than it says",
        "in chunks",
        "cut between chunks",
        "no chunks",
        "until the connection ends",
    ],
)
def test_a_body_is_whole_or_broken(sent: bytes, arrived: bytes, error: bool) -> None:
    with server_of(sent) as (url, _):
        found, raised = read(ask(url))

    assert (found, raised is not None) == (arrived, error)


@pytest.mark.parametrize("sent", [b"", b"no HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_what_is_no_response_breaks(sent: bytes) -> None:
    with (
        server_of(sent) as (url, _),
        pytest.raises(httpx.TransportError) as caught,
        contextlib.closing(ask(url)) as response,
    ):
        response.read()

    assert "signature" not in str(caught.value)


def test_a_redirect_is_not_followed() -> None:
    sent = head("307 Temporary Redirect", "Location: /x", "Content-Length: 0")
    with server_of(sent) as (url, _), contextlib.closing(ask(url)) as response:
        assert response.status_code == 307


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"-keyout": tmp_path / "key.pem", "-out": tmp_path / "certificate.pem"}
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject]
    named = [str(part) for pair in files.items() for part in pair]
    subprocess.run([*command, *named], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files["-out"], files["-keyout"])
    sent = head("200 OK", f"Content-Length: {len(BODY)}") + BODY

    with server_of(sent, tls=tls) as (url, _), pytest.raises(httpx.ConnectError):
        ask(url)
    monkeypatch.setenv("SSL_CERT_FILE", str(files["-out"]))
    with server_of(sent, tls=tls) as (url, _):
        assert read(ask(url)) == (BODY, None)


def test_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(httpx.ConnectError):
            ask(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "/x", "file:///etc/hostname"])
def test_a_link_is_of_http(url: str) -> None:
    with pytest.raises(httpx.UnsupportedProtocol):
        ask(url)
