"""Tell if an archive lacks the folders that the catalog names.

A mistyped folder would otherwise look like an archive without records.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from data_hist.catalog.sources import Source
from data_hist.spelling import listing, offer, sentence


def warnings_about(archive: Path, sources: Mapping[str, Source]) -> Iterator[str]:
    """Warn of each source without files, and name what is there instead."""
    folders = {
        name: source.folder
        for name, source in sources.items()
        if not source.folder.startswith("s3://")
    }
    if not _names(archive):
        inside = listing(sorted({folder for folder in folders.values() if folder}))
        where = f"; the catalog looks for records in {inside}" if inside else ""
        yield f"{archive} is empty{where}."
        return
    reasons = {
        name: missing_files(archive, folder, folders.values()) for name, folder in folders.items()
    }
    for name, reason in reasons.items():
        if reason:
            yield f"The source {name} has no rows: {reason}"
    if folders and 2 * sum(map(bool, reasons.values())) >= len(folders):
        yield f"`data-hist catalog discover --data {archive}` writes a catalog of what is there."


def missing_files(archive: Path, folder: str, expected: Collection[str]) -> str:
    """Say why a folder below the archive has no files; nothing if it has some.

    Args:
        archive: The folder of the archive.
        folder: The folder, such as `logs/app`.
        expected: The folders of all sources, which are not offered in its place.
    """
    above, path = "", archive
    for part in filter(None, folder.split("/")):
        if not (path / part).is_dir():
            names = _names(path)
            free = [name for name in names if f"{above}{name}" not in expected]
            inside = f"has {listing(names)}" if names else "is empty"
            return f"{path / part} is not there, and {path} {inside}{sentence(offer(part, free))}"
        path, above = path / part, f"{above}{part}/"
    return "" if any(each.is_file() for each in path.rglob("*")) else f"{path} holds no files."


def _names(folder: Path) -> list[str]:
    names = (path.name for path in folder.iterdir())
    return sorted(name for name in names if not name.startswith((".", "_")))
