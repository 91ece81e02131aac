"""Compare a catalog with the files of an archive."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from data_hist.catalog.archive_folders import missing_files
from data_hist.catalog.discovery.findings import Finding
from data_hist.catalog.discovery.folders import Warn
from data_hist.catalog.discovery.limits import SampleLimits
from data_hist.catalog.discovery.record_checks import check_records
from data_hist.catalog.discovery.samples import read_sample
from data_hist.catalog.discovery.source_folders import walk_source
from data_hist.catalog.sources import Source
from data_hist.catalog.versions import CatalogDocument


def compare_with_archive(
    document: CatalogDocument,
    archive: Path,
    now: datetime,
    warn: Warn,
    limits: SampleLimits | None = None,
) -> Iterator[Finding]:
    """Find what a catalog says otherwise than the folders and a sample of the records.

    Args:
        document: The catalog.
        archive: The folder that stands for the archive.
        now: The time that `NOW` in a range stands for, in UTC.
        warn: Is told of files that cannot be read.
        limits: How much is looked at.
    """
    limits = limits or SampleLimits()
    for name, source in document.sources.items():
        if not source.folder.startswith("s3://"):
            for finding in _compare(source, archive, now, warn, limits):
                yield finding._replace(path=("sources", name, *finding.path))


def _compare(
    source: Source, archive: Path, now: datetime, warn: Warn, limits: SampleLimits
) -> Iterator[Finding]:
    if missing := missing_files(archive, source.folder, ()):
        yield Finding(("folder",), missing)
        return
    root = archive / source.folder
    walk = walk_source(source, root, now, limits, warn)
    yield from walk.findings
    if not walk.leaves:
        text = f"no files are in those folders of {root} that the partitions name"
        yield Finding(("folder",), text)
        return
    levels = list(source.partitions.values())
    sample = read_sample(root, walk.leaves, levels, limits, warn)
    if sample.broken and source.serde.get("ignore.malformed.json", "").lower() != "true":
        text = f'{sample.broken:,} lines are no JSON objects; write ignore.malformed.json: "TRUE"'
        yield Finding(("serde",), text)
    if sample.records or sample.types:
        yield from check_records(source, sample)
