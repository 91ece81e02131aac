"""Warn if a folder lacks the folders that the catalog names.

A mistyped folder would otherwise look like an archive without records.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from data_hist.catalog.sources import Source
from data_hist.spelling import offer, sentence

_MOST_NAMES = 8


def warnings_about(archive: Path, sources: Mapping[str, Source]) -> Iterator[str]:
    """Warn of each source whose folder is missing or empty, and name what is there instead."""
    expected = {
        source.folder: name
        for name, source in sources.items()
        if source.folder and not source.folder.startswith("s3://")
    }
    found = sorted(path.name for path in archive.iterdir() if _is_shown(path))
    if not found:
        yield f"{archive} is empty; the records of {_listed(expected)} would lie in folders there."
        return
    for folder, source in expected.items():
        if folder not in found:
            others = [name for name in found if name not in expected]
            missing = f"{archive / folder} is not there, so that the source {source} has no rows"
            yield f"{sentence(missing + offer(folder, others))} There is {_listed(found)}."
        elif not _has_files(archive / folder):
            yield f"{archive / folder} holds no files, so that the source {source} has no rows."


def _is_shown(path: Path) -> bool:
    return not path.name.startswith((".", "_"))


def _has_files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*"))


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
