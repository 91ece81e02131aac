"""The embedded Athena over an archive, with the tables of the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from data_hist.catalog.document import load_document
from data_hist.catalog.glue import glue_documents
from data_hist.cli.local_athena import RESULT_BUCKET, local_documents
from local_athena import testing
from tests.support.foreign_archives import foreign_documents
from tests.support.month import month_document
from tests.support.trino import running_trino_endpoint


@contextmanager
def running_endpoint(data: Path, state: Path, **options: Any) -> Iterator[str]:
    """Run an endpoint; gives its URL."""
    with testing.running_endpoint(
        _documents(local_documents(load_document().sources)),
        data,
        state,
        bucket=RESULT_BUCKET,
        **options,
    ) as endpoint:
        yield endpoint.url


@contextmanager
def running_endpoint_on_trino(data: Path, state: Path) -> Iterator[str]:
    """Run an endpoint whose tables are on a Trino of its own; gives its URL."""
    days = (date(2026, 11, 20), date(2026, 11, 21))
    tables = glue_documents(load_document().sources, "s3://archive/", days)
    for document in tables:
        # Trino looks into the folder of every minute, and all records are of one hour.
        document.get("TableInput", {}).get("Parameters", {})["projection.hr.range"] = "05,06"
    documents = _documents(tables)
    with running_trino_endpoint(documents, data, state) as url:
        yield url


def _documents(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    events = next(
        each for each in documents if each.get("TableInput", {}).get("Name") == "events_v0"
    )
    return [*documents, month_document(events), *foreign_documents()]
