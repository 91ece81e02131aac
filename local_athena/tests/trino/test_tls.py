"""The client over TLS: which certificates it trusts, and that a poll can be broken off."""

import shutil
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from local_athena.backends.trino.client import TrinoClient, TrinoLimits, TrinoServer
from local_athena.engine.backend import Abandoned
from local_athena.errors import StatementFailure

from tests.trino.stub import Answer, TrinoStub, page, trino_stub
from tests.waiting import DEADLINE_SECONDS

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for the loopback address that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    new = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject)
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run([*new, *files], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


def client(stub: TrinoStub) -> TrinoClient:
    return TrinoClient(TrinoServer(stub.url, authorization="Bearer token"), TrinoLimits())


@pytest.mark.usefixtures("trusted")
def test_a_statement_runs_over_tls(tls: ssl.SSLContext) -> None:
    with trino_stub(page(), page(data=[[1]], more=False), tls=tls) as stub:
        pages = list(client(stub).pages("q", "s"))

    assert pages[-1]["data"] == [[1]]
    assert [each.headers["Authorization"] for each in stub.received] == ["Bearer token"] * 2


@pytest.mark.usefixtures("trusted")
def test_a_poll_over_tls_is_broken_off_and_cancelled(tls: ssl.SSLContext) -> None:
    given_up = threading.Event()
    outcome: list[Any] = []

    with trino_stub(page(), Answer(held=True), tls=tls) as stub:
        trino = client(stub)

        def read() -> None:
            try:
                outcome.extend(trino.pages("q", "s", given_up.is_set))
            except Abandoned as abandoned:
                outcome.append(type(abandoned))

        reader = threading.Thread(target=read)
        reader.start()
        assert stub.holds.wait(DEADLINE_SECONDS)
        given_up.set()
        trino.abort()
        reader.join(DEADLINE_SECONDS)

        assert outcome[-1] is Abandoned
        assert stub.methods() == ["POST", "GET", "DELETE"]


def test_a_certificate_that_nobody_vouches_for_is_refused(tls: ssl.SSLContext) -> None:
    with trino_stub(tls=tls) as stub:
        limits = TrinoLimits(retry_seconds=0)
        trino = TrinoClient(TrinoServer(stub.url, authorization="Bearer token"), limits)

        with pytest.raises(StatementFailure, match="CERTIFICATE_VERIFY_FAILED"):
            list(trino.pages("q", "s"))

        assert stub.received == []
