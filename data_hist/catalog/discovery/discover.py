"""Make a first catalog of an archive from its folders and a sample of its records."""

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from data_hist.catalog.discovery.catalog_text import SKIPS_LINES, render_catalog
from data_hist.catalog.discovery.columns import describe_columns
from data_hist.catalog.discovery.folders import Warn
from data_hist.catalog.discovery.found_table import FoundTable
from data_hist.catalog.discovery.level_names import FoundLevel
from data_hist.catalog.discovery.limits import SampleLimits
from data_hist.catalog.discovery.names import make_name
from data_hist.catalog.discovery.samples import Sample, read_sample
from data_hist.catalog.discovery.table_folders import TableFolder, find_tables


def discover(root: Path, warn: Warn, limits: SampleLimits | None = None) -> str | None:
    """Write the catalog of an archive; None if it has no records that a table could have.

    Args:
        root: The folder of the archive.
        warn: Is told what is left out, and what to do about it.
        limits: How much is looked at.
    """
    limits, warn = limits or SampleLimits(), cache(warn)
    root = root.resolve()
    database = make_name(root.name, "archive")
    tables: list[FoundTable] = []
    for folder in find_tables(root, limits, warn):
        sample = _read(folder, limits, warn)
        taken = [table.name for table in tables]
        tables += _describe(root, folder, sample, taken, warn)
    return render_catalog(database, tables) if tables else None


def _read(folder: TableFolder, limits: SampleLimits, warn: Warn) -> Sample:
    levels = [each.level for each in folder.levels]
    return read_sample(folder.path, folder.leaves, levels, limits, warn)


def _describe(
    root: Path,
    folder: TableFolder,
    sample: Sample,
    taken: Collection[str],
    warn: Warn,
) -> Iterator[FoundTable]:
    """Describe a table; nothing if it cannot be one."""
    if "$" in str(folder.path.relative_to(root)) or any(
        "$" in each.prefix for each in folder.levels
    ):
        warn(f"{folder.path} is left out: rename folders that have a $ in their names.")
        return
    keys = {make_name(key, "column") for record in sample.records for key in record.values}
    keys |= {key.lower() for key in sample.types}
    levels = dict(zip(_level_names(folder, keys), folder.levels, strict=True))
    columns, left_out = describe_columns(sample, levels)
    if not columns:
        warn(f"{folder.path} has no records that could be read, so that it is left out.")
        return
    parts = folder.path.relative_to(root).parts
    name = make_name("_".join(parts) or root.name, "records", taken)
    yield FoundTable(
        name=name,
        stored=(make_name(root.name, "archive"), name),
        folder="/".join(parts),
        format=sample.format,
        levels=levels,
        folder_values=folder.leaves[-1].values,
        columns=columns,
        records=sample.records,
        template=_template(levels),
        serde=_serde(sample),
        comments=tuple(_comments(sample, left_out)),
    )


def _template(levels: dict[str, FoundLevel]) -> str | None:
    if all(level.prefix == f"{name}=" for name, level in levels.items()):
        return None
    return "".join(f"{level.prefix}${{{name}}}/" for name, level in levels.items())


def _serde(sample: Sample) -> dict[str, str]:
    if sample.format != "json":
        return {}
    return {"case.insensitive": "FALSE"} | ({SKIPS_LINES: "TRUE"} if sample.broken else {})


def _level_names(folder: TableFolder, keys: Collection[str]) -> Iterator[str]:
    """Name the columns of the levels otherwise than those of the records."""
    taken = set(keys)
    for level in folder.levels:
        name = make_name(level.key, "folder")
        name = make_name(f"{name}_folder" if name in keys else name, "folder", taken)
        taken.add(name)
        yield name


def _comments(sample: Sample, left_out: list[str]) -> Iterator[str]:
    yield f"From {len(sample.records):,} records; files: {sample.files:,}."
    if left_out:
        more = f" and {len(left_out) - 20:,} more" if len(left_out) > 20 else ""
        yield f"Left out: {', '.join(left_out[:20])}{more}."
