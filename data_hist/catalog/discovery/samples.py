"""Read a sample of the records of a table: from files spread over its folders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from data_hist.catalog.discovery.folder_spans import Leaf, Span, folder_span
from data_hist.catalog.discovery.folders import Warn, list_folder
from data_hist.catalog.discovery.json_lines import JsonLines, read_json_lines
from data_hist.catalog.discovery.limits import SampleLimits, spread
from data_hist.catalog.discovery.parquet_files import ParquetRows, is_parquet, read_parquet
from data_hist.catalog.sources import Level

_SHOWN_FAULTS: Final = 3


class Record(NamedTuple):
    """A record, and the time that its folder tells, if it does."""

    values: Mapping[str, Any]
    span: Span | None


@dataclass
class Sample:
    """What was read of a table.

    Attributes:
        format: The format of most files.
        records: The records of these files.
        types: The types of the columns of Parquet, in order; None if Athena has none.
        files: How many files were read.
        broken: How many lines are no JSON object.
        faults: What is wrong with files, which queries read all the same.
        is_spread: Whether the records are of folders all over the table.
    """

    format: Literal["json", "parquet"] = "json"
    records: list[Record] = field(default_factory=list)
    types: dict[str, str | None] = field(default_factory=dict)
    files: int = 0
    broken: int = 0
    faults: list[str] = field(default_factory=list)
    is_spread: bool = True


def read_sample(
    root: Path,
    leaves: Sequence[Leaf],
    levels: Sequence[Level],
    limits: SampleLimits,
    warn: Warn,
) -> Sample:
    """Read records of a table.

    Args:
        root: The folder of the table.
        leaves: Folders that hold its files.
        levels: The levels of folders in between.
        limits: How much to read.
        warn: Is told of files that cannot be read.
    """
    files = list(_chosen_files([leaf.path for leaf in leaves], limits, warn))
    parquet = {file for file in files if is_parquet(file)}
    is_mostly_parquet = 2 * len(parquet) > len(files)
    sample = Sample("parquet" if is_mostly_parquet else "json")
    of_file = limits.of_each_file(len(files))
    spans = {leaf.path: folder_span(levels, leaf.values) for leaf in leaves}
    for file in files:
        if (file in parquet) == is_mostly_parquet:
            read = _read(file, is_mostly_parquet, of_file)
            _add(sample, file, read, spans[file.parent])
        else:
            other = "Parquet" if file in parquet else "not Parquet"
            fault = f"is {other}, unlike most files of {root}; move it to a table of its own"
            sample.faults.append(f"{file} {fault}")
    _warn_of_faults(root, sample, warn)
    return sample


def _read(file: Path, is_parquet_file: bool, limits: SampleLimits) -> JsonLines | ParquetRows:
    if is_parquet_file:
        return read_parquet(file, limits.records)
    return read_json_lines(file, limits)


def _warn_of_faults(root: Path, sample: Sample, warn: Warn) -> None:
    for fault in sample.faults[:_SHOWN_FAULTS]:
        warn(f"{fault}.")
    if (more := len(sample.faults) - _SHOWN_FAULTS) > 0:
        warn(f"{more:,} more files of {root} that were read have faults.")


def _chosen_files(leaves: Sequence[Path], limits: SampleLimits, warn: Warn) -> Iterator[Path]:
    """Choose the same number of files from each of the folders."""
    folders = spread(leaves, limits.files)
    each = max(limits.files // max(len(folders), 1), 1)
    for folder in folders:
        yield from (folder / name for name in spread(list_folder(folder, warn).files, each))


def _add(sample: Sample, file: Path, read: JsonLines | ParquetRows, span: Span | None) -> None:
    sample.files += 1
    sample.records += [Record(values, span) for values in read.records]
    if read.fault:
        sample.faults.append(f"{file} {read.fault}")
    if isinstance(read, JsonLines):
        sample.broken += read.broken
    else:
        sample.faults += _faults_of_parquet(sample, file, read)


def _faults_of_parquet(sample: Sample, file: Path, read: ParquetRows) -> Iterator[str]:
    if file.suffix != ".parquet":
        yield f"{file} is Parquet; the embedded Athena takes only files named *.parquet for it"
    for name, kind in read.types.items():
        if sample.types.setdefault(name, kind) != kind:
            yield f"{file} has {kind} as the type of {name}, and others {sample.types[name]}"
