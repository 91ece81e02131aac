"""Formats are negotiated as RFC 9110 says."""

import subprocess
import sys

import pytest

from data_hist.errors import NotAcceptable
from data_hist.http.result_response import accepts_gzip, negotiate_format


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "csv"),
        ("", "csv"),
        ("*/*", "csv"),
        ("text/*", "csv"),
        ("application/*", "ndjson"),
        ("application/json", "json"),
        ("Application/JSON; charset=utf-8", "json"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "csv"),
        ("text/csv;q=0.5, application/vnd.apache.arrow.stream", "arrow"),
        ("*/*;q=0.1, application/x-ndjson ; q=0.2", "ndjson"),
        ("application/*, application/x-ndjson;q=0", "json"),
        ("text/csv;q=0, */*", "ndjson"),
        (",,application/vnd.apache.parquet;q=high, application/json;q=0.1", "json"),
    ],
)
def test_preferred_format(accept: str | None, expected: str) -> None:
    assert negotiate_format(None, accept).name == expected


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "image/*", "nonsense", ";q=1"])
def test_no_format_is_accepted(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="text/csv"):
        negotiate_format(None, accept)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("x-gzip", True),
        ("gzip;q=0", False),
        ("*", False),
        ("br", False),
    ],
)
def test_gzip_must_be_named(header: str | None, expected: bool) -> None:
    assert accepts_gzip(header) is expected


def test_service_starts_without_pyarrow() -> None:
    code = "import sys, data_hist.app; sys.exit('pyarrow' in sys.modules)"

    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0
