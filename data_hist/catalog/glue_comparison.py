"""Compare a source of the catalog file with the table that AWS has."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from data_hist.catalog.discovery.findings import Finding
from data_hist.catalog.glue import glue_documents
from data_hist.catalog.sources import DateLevel, Source

_SERDE_PARAMETER: Final = "serde.param."
_PROJECTION: Final = "projection."
_TEMPLATE: Final = "storage.location.template"


def compare_with_table(name: str, source: Source, table: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what differs, and what to change.

    Args:
        name: The name of the source.
        source: The source.
        table: The `TableMetadata` of Athena's API.
    """
    path = ("sources", name)
    parameters = {key: str(value) for key, value in table.get("Parameters", {}).items()}
    location = _folder(parameters.get("location", ""))
    archive = _archive_of(source, location)
    expected = glue_documents({name: source}, archive or "")[-1]["TableInput"]
    storage = expected["StorageDescriptor"]
    yield from _of_columns(path, storage["Columns"], table.get("Columns", ()))
    yield from _of_partition_keys(path, expected["PartitionKeys"], table.get("PartitionKeys", ()))
    yield from _of_format(path, storage, parameters)
    yield from _of_serde(path, source, storage["SerdeInfo"].get("Parameters", {}), parameters)
    if archive is None:
        yield Finding((*path, "folder"), f"the files of the table are in {location}; write that")
    else:
        yield from _of_projection(path, source, expected["Parameters"], parameters)


def _folder(address: str) -> str:
    return address.rstrip("/") + "/"


def _archive_of(source: Source, location: str) -> str | None:
    """The address of the archive if the table is in it; None if it is in another folder."""
    if not source.folder:
        return location
    folder = _folder(source.folder)
    is_there = location == folder or location.endswith(f"/{folder}")
    return location.removesuffix(folder) if is_there else None


def _of_columns(
    path: tuple[str, ...], expected: list[dict[str, str]], found: list[dict[str, str]]
) -> Iterator[Finding]:
    types = {column["Name"].lower(): column["Type"] for column in found}
    for column in expected:
        name, type_here = column["Name"], column["Type"]
        type_there = types.get(name)
        if type_there is None:
            text = f"the table has no such column; add it there as {type_here}, or remove it here"
            yield Finding((*path, "columns", name), text)
        elif _plain(type_there) != _plain(type_here):
            text = f"the column is {type_there} in the table, and {type_here} here"
            yield Finding((*path, "columns", name, "type"), text)


def _of_partition_keys(
    path: tuple[str, ...], expected: list[dict[str, str]], found: list[dict[str, str]]
) -> Iterator[Finding]:
    there = {key["Name"].lower(): key["Type"] for key in found}
    here = {key["Name"]: key["Type"] for key in expected}
    for name, type_here in here.items():
        if name not in there:
            text = "the table has no such partition key; create it again with the key, or remove it"
            yield Finding((*path, "partitions", name), text)
        elif _plain(there[name]) != _plain(type_here):
            text = f"the partition key is {there[name]} in the table, and {type_here} here"
            yield Finding((*path, "partitions", name, "type"), text)
    for name, type_there in there.items():
        if name not in here:
            text = f"the table has the partition key {name} of type {type_there}; add it here"
            yield Finding((*path, "partitions"), text)
    if set(here) == set(there) and list(here) != list(there):
        text = f"the partition keys of the table are in the order {', '.join(there)}"
        yield Finding((*path, "partitions"), text, is_note=True)


def _of_format(
    path: tuple[str, ...], storage: Mapping[str, Any], parameters: Mapping[str, str]
) -> Iterator[Finding]:
    for key, expected in (
        ("serde.serialization.lib", storage["SerdeInfo"]["SerializationLibrary"]),
        ("inputformat", storage["InputFormat"]),
    ):
        found = parameters.get(key)
        if found != expected:
            text = f"the table has {found or 'no'} {key}, and this format needs {expected}"
            yield Finding((*path, "format"), text)


def _of_serde(
    path: tuple[str, ...],
    source: Source,
    expected: Mapping[str, str],
    parameters: Mapping[str, str],
) -> Iterator[Finding]:
    found = {
        key.removeprefix(_SERDE_PARAMETER): value
        for key, value in parameters.items()
        if key.startswith(_SERDE_PARAMETER)
    }
    for key in sorted(expected.keys() | {each for each in found if each.startswith("mapping.")}):
        name = key.removeprefix("mapping.")
        here, there = expected.get(key), found.get(key)
        # A key that is the name of its column needs no mapping.
        if (here or name) == (there or name):
            continue
        if name == key:
            text = f"the SerDe of the table has {_value(there)}; set it there to {here}"
            yield Finding((*path, "serde", key), text)
        elif there is None:
            text = f"the SerDe of the table reads no key {here}; set {key} there"
            yield Finding((*path, "columns", name, "key"), text)
        elif name in source.columns:
            text = f"the SerDe of the table reads the column from {there}; write that"
            yield Finding((*path, "columns", name, "key"), text)


def _of_projection(
    path: tuple[str, ...],
    source: Source,
    expected: Mapping[str, str],
    parameters: Mapping[str, str],
) -> Iterator[Finding]:
    if not source.partitions:
        return
    if parameters.get("projection.enabled", "").lower() != "true":
        text = (
            "the table has no partition projection; set its parameters as `data-hist catalog glue` "
            "prints them, or Athena reads only partitions that something adds"
        )
        yield Finding((*path, "partitions"), text, is_note=True)
        return
    defaults = _defaults(source, parameters)
    for key in sorted(expected.keys() | _of_levels(source, parameters)):
        here = expected.get(key, defaults.get(key))
        there = parameters.get(key, defaults.get(key))
        if _plain(here) == _plain(there) or not key.startswith((_PROJECTION, _TEMPLATE)):
            continue
        text = f"the table has {_value(there)} for {key}, and the catalog makes it {_value(here)}"
        yield Finding((*path, *_place(key)), text)


def _of_levels(source: Source, parameters: Mapping[str, str]) -> set[str]:
    """The properties of the table that are about a level of the source."""
    starts = tuple(f"{_PROJECTION}{name}." for name in source.partitions)
    return {key for key in parameters if key.startswith(starts)}


def _defaults(source: Source, parameters: Mapping[str, str]) -> dict[str, str]:
    """What Athena takes for properties that a table lacks."""
    location = _folder(parameters.get("location", ""))
    found = {_TEMPLATE: location + "".join(f"{name}=${{{name}}}/" for name in source.partitions)}
    for name, level in source.partitions.items():
        found[f"{_PROJECTION}{name}.interval"] = "1"
        if isinstance(level, DateLevel):
            found[f"{_PROJECTION}{name}.interval.unit"] = level.step_unit
    return found


def _place(key: str) -> tuple[str, ...]:
    """The key of the file that a property comes from."""
    if key == _TEMPLATE:
        return ("template",)
    level, _, member = key.removeprefix(_PROJECTION).partition(".")
    names = {"type": "projection", "interval.unit": "unit"}
    return ("partitions", level, *([names.get(member, member)] if member else []))


def _plain(text: str | None) -> str:
    """A value without what Athena does not look at: spaces and the case."""
    return "".join((text or "").split()).lower()


def _value(text: str | None) -> str:
    return "nothing" if text is None else f"'{text}'"
