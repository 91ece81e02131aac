"""Find the folders that are tables: each with its records at one depth, in folders of one kind."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from data_hist.catalog.discovery.folder_spans import Leaf
from data_hist.catalog.discovery.folders import Listing, Warn, list_folder
from data_hist.catalog.discovery.json_lines import read_json_lines
from data_hist.catalog.discovery.level_names import FoundLevel, recognize_level, tells_partitions
from data_hist.catalog.discovery.limits import SampleLimits, spread
from data_hist.catalog.discovery.parquet_files import is_parquet, read_parquet

_MOST_DEPTH: Final = 12
_COMPARED_FOLDERS: Final = 12
_COMPARED_RECORDS: Final = 20
_LIKE: Final = 0.5
_SHOWN: Final = 3


@dataclass(frozen=True)
class TableFolder:
    """A folder of records of one kind.

    Attributes:
        path: The folder.
        levels: The levels of folders below it.
        leaves: Some of the folders that hold the files.
    """

    path: Path
    levels: tuple[FoundLevel, ...]
    leaves: tuple[Leaf, ...]


class _Depth(NamedTuple):
    names: tuple[str, ...]
    with_files: tuple[Path, ...]
    files: int


def find_tables(root: Path, limits: SampleLimits, warn: Warn) -> Iterator[TableFolder]:
    """Find the tables of an archive, in the order of their folders."""
    listing = list_folder(root, warn)
    if _is_one_table(root, listing, limits):
        yield from survey_table(root, limits, warn)
        return
    if records := [name for name in spread(listing.files, 20) if _keys(root / name)]:
        warn(
            f"{_listed(records)} in {root} itself: a table is a folder, so that no query finds "
            "files beside the folders; move each kind of records into a folder of its own."
        )
    for name in listing.folders:
        yield from _tables_below(root / name, limits, warn, 1)


def _is_one_table(root: Path, listing: Listing, limits: SampleLimits) -> bool:
    if not listing.folders or tells_partitions(listing.folders):
        return True
    is_many = len(listing.folders) > limits.tables
    return is_many and _are_alike([root / name for name in listing.folders])


def _tables_below(
    folder: Path, limits: SampleLimits, warn: Warn, depth: int
) -> Iterator[TableFolder]:
    listing = list_folder(folder, warn)
    children = [folder / name for name in listing.folders]
    is_table = not children or tells_partitions(listing.folders) or depth >= _MOST_DEPTH
    if is_table or (len(children) > 1 and _are_alike(children)):
        yield from survey_table(folder, limits, warn)
        return
    if any(_keys(folder / name) for name in spread(listing.files, _SHOWN)):
        yield from survey_table(folder, limits, warn)
        return
    for child in children:
        yield from _tables_below(child, limits, warn, depth + 1)


def survey_table(folder: Path, limits: SampleLimits, warn: Warn) -> Iterator[TableFolder]:
    """Recognize the levels of a table; nothing if it has no files."""
    depths = _list_depths(folder, limits, warn)
    counts = {number: depth.files for number, depth in enumerate(depths)}
    if not any(counts.values()):
        warn(f"{folder} has no files, so that it is left out.")
        return
    main = max(counts, key=lambda number: counts[number])
    for number, depth in enumerate(depths):
        if depth.with_files and number != main:
            text = (
                f"{depth.with_files[0]} holds files {_deeper(number - main)} than most of {folder}"
            )
            warn(f"{text}, where no query finds them; move them.")
    levels = tuple(_recognize(folder, depths[:main], warn))
    leaves = tuple(_leaves(folder, depths[main].with_files, levels))
    if leaves:
        yield TableFolder(folder, levels, leaves)


def _leaves(folder: Path, paths: Sequence[Path], levels: Sequence[FoundLevel]) -> Iterator[Leaf]:
    for path in paths:
        names = path.relative_to(folder).parts
        if all(name not in level.others for name, level in zip(names, levels, strict=True)):
            pairs = zip(names, levels, strict=True)
            yield Leaf(path, tuple(name.removeprefix(level.prefix) for name, level in pairs))


def _deeper(by: int) -> str:
    count = "a folder" if abs(by) == 1 else f"{abs(by)} folders"
    return f"{count} {'deeper' if by > 0 else 'higher'}"


def _list_depths(folder: Path, limits: SampleLimits, warn: Warn) -> list[_Depth]:
    """List folders at each depth: the names below them, and which of them hold files."""
    found: list[_Depth] = []
    folders = [folder]
    while folders and len(found) <= _MOST_DEPTH:
        listings = {each: list_folder(each, warn) for each in spread(folders, limits.folders)}
        with_files = tuple(each for each, listing in listings.items() if listing.files)
        folders = [each / name for each, listing in listings.items() for name in listing.folders]
        names = sorted({name for listing in listings.values() for name in listing.folders})
        files = sum(len(listing.files) for listing in listings.values())
        found.append(_Depth(tuple(names), with_files, files))
    return found


def _recognize(folder: Path, depths: Sequence[_Depth], warn: Warn) -> Iterator[FoundLevel]:
    told: list[str] = []
    for depth in depths:
        found = recognize_level(depth.names, told)
        told += found.units
        if found.others:
            text = f"{_listed(found.others)} below {folder} is no folder as the others there"
            warn(f"{text}, so that no query finds its records; rename or move it.")
        yield found


def _are_alike(folders: Sequence[Path]) -> bool:
    """Whether folders hold the same kind of records, so that they are a level of one table."""
    first: frozenset[str] = frozenset()
    depths = set()
    for folder in spread(folders, _COMPARED_FOLDERS):
        depth, keys = _first_keys(folder)
        if not keys:
            continue
        first = first or keys
        depths.add(depth)
        if len(depths) > 1 or len(first & keys) < len(first | keys) * _LIKE:
            return False
    return bool(first)


def _first_keys(folder: Path) -> tuple[int, frozenset[str]]:
    """Return the keys of the first records below a folder, and how deep they lie."""
    for depth in range(_MOST_DEPTH):
        listing = list_folder(folder, _ignore)
        for name in listing.files[:_SHOWN]:
            if keys := _keys(folder / name):
                return depth, keys
        if not listing.folders:
            break
        folder /= listing.folders[0]
    return 0, frozenset()


def _keys(file: Path) -> frozenset[str]:
    if is_parquet(file):
        return frozenset(read_parquet(file, 0).types)
    records = read_json_lines(file, SampleLimits(records=_COMPARED_RECORDS)).records
    counts = Counter(key for record in records for key in record)
    return frozenset(counts)


def _ignore(_text: str) -> None:
    """Say nothing twice: whatever is read here is read again."""


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
