"""The endpoint over the tables of these tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_athena.testing import Endpoint

from local_athena import testing
from tests.archive_tree import TABLES_FILE
from tests.clients import BUCKET


@contextmanager
def endpoint_process(data: Path, state: Path, **options: Any) -> Iterator[Endpoint]:
    """Run an endpoint."""
    options = {"bucket": BUCKET} | options
    with testing.running_endpoint(TABLES_FILE, data, state, **options) as endpoint:
        yield endpoint


@contextmanager
def running_endpoint(data: Path, state: Path, **options: Any) -> Iterator[str]:
    """Run an endpoint for a test that needs no more than its URL."""
    with endpoint_process(data, state, **options) as endpoint:
        yield endpoint.url
