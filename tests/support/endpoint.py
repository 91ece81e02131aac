"""The embedded Athena over an archive, with the tables of the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data_hist.cli.local_athena import RESULT_BUCKET, local_documents
from local_athena import testing


@contextmanager
def running_endpoint(data: Path, state: Path, **options: Any) -> Iterator[str]:
    """Run an endpoint; gives its URL."""
    with testing.running_endpoint(
        local_documents(), data, state, bucket=RESULT_BUCKET, **options
    ) as endpoint:
        yield endpoint.url
