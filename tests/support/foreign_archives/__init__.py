"""Archives whose layouts others made, each with a catalog file as a user would write it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from data_hist.catalog.document import load_document
from data_hist.catalog.glue import glue_documents
from data_hist.catalog.resolve import resolve
from data_hist.catalog.tables import Catalog
from tests.support.foreign_archives import (
    audit,
    cloudtrail,
    days,
    flow_logs,
    github_archive,
    hive_folders,
    kubernetes_audit,
    load_balancer,
    real_events,
)
from tests.support.running_service import running_service, settings_for


class Archive(NamedTuple):
    """What writes the files, and the dates that queries see, on whatever day the tests run.

    Trino looks into the folder of each date, so these are few.
    """

    write: Callable[[Path], None]
    dates: tuple[date, date]


_ARCHIVES = {
    "audit": Archive(audit.write, (date(2026, 11, 20), date(2026, 11, 30))),
    "cloudtrail": Archive(cloudtrail.write, (date(2026, 11, 19), date(2026, 11, 25))),
    "days": Archive(days.write, (date(2028, 2, 20), date(2028, 3, 10))),
    "flow_logs": Archive(flow_logs.write, (date(2026, 11, 1), date(2026, 11, 30))),
    "github_archive": Archive(github_archive.write, (date(2014, 12, 31), date(2015, 1, 3))),
    "hive_folders": Archive(hive_folders.write, (date(2026, 1, 1), date(2026, 12, 31))),
    "kubernetes_audit": Archive(kubernetes_audit.write, (date(2026, 12, 31), date(2027, 1, 2))),
    "load_balancer": Archive(load_balancer.write, (date(2026, 11, 25), date(2026, 12, 5))),
    "real_events": Archive(real_events.write, (date(2015, 7, 29), date(2017, 5, 16))),
}


def write_foreign_archives(root: Path) -> None:
    """Write the files of all of them."""
    for archive in _ARCHIVES.values():
        archive.write(root)


def foreign_documents() -> Iterator[dict[str, Any]]:
    """Describe the tables of all of them as documents of AWS Glue."""
    for name, archive in _ARCHIVES.items():
        yield from glue_documents(
            load_document(_file(name)).sources, "s3://archive/", archive.dates
        )


def foreign_catalogs() -> dict[str, Catalog]:
    """Load the catalog of each, by the name of the archive."""
    return {name: resolve(load_document(_file(name))) for name in _ARCHIVES}


@contextmanager
def serving(name: str, endpoint_url: str) -> Iterator[httpx.Client]:
    """Serve an archive by its catalog file, over an endpoint that has its tables."""
    settings = settings_for(endpoint_url, tenant_required=True)
    with running_service(settings, catalog=resolve(load_document(_file(name)))) as client:
        yield client


def _file(name: str) -> Path:
    return Path(__file__).with_name(f"{name}.yaml")
