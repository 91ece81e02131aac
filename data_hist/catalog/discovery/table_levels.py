"""Read the levels of folders of a table in AWS from its partition keys and their projection."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from data_hist.catalog.agreement import level_problems
from data_hist.catalog.column_types import INTEGERS, athena_type
from data_hist.catalog.discovery.level_names import (
    FoundLevel,
    recognize_level,
    told_by_numbers,
)
from data_hist.catalog.discovery.yaml_text import flow
from data_hist.catalog.sources import InjectedLevel, IntegerLevel, Level

STORED_NAME: Final = re.compile("[a-z_][a-z0-9_-]{0,254}")
_TYPES: Final = {*INTEGERS, "varchar", "date"}
_LEVEL: Final[TypeAdapter[Level]] = TypeAdapter(Level)
_NOT_PROJECTED: Final = (
    "Not projected: Athena reads the partitions that are registered, and time bounds do not prune."
)
_NOT_KNOWN: Final = "Projected as a catalog cannot say it, so that time bounds do not prune."


def projected_levels(table: Mapping[str, Any]) -> dict[str, FoundLevel]:
    """Read the levels by the names of their columns; one that nothing is known of is `injected`.

    Args:
        table: The `TableMetadata` of Athena's API.

    Raises:
        ValueError: A partition key has a name or a type that a level cannot have.
    """
    projection = projection_of(table)
    found = {}
    for key in table.get("PartitionKeys", ()):
        name, of = key["Name"].lower(), athena_type(key["Type"])
        if of not in _TYPES or not STORED_NAME.fullmatch(name):
            raise ValueError(f"{name} of type {of}")
        if projection is None:
            found[name] = _unknown(name, of, _NOT_PROJECTED)
        else:
            found[name] = _level(name, of, projection[name])
    return found


def projection_of(table: Mapping[str, Any]) -> dict[str, dict[str, str]] | None:
    """Read the properties of each partition key; None if Athena reads registered partitions."""
    properties = {name.lower(): str(value) for name, value in table.get("Parameters", {}).items()}
    if properties.get("projection.enabled", "").strip().lower() != "true":
        return None
    found: dict[str, dict[str, str]] = {}
    for key in table.get("PartitionKeys", ()):
        name = key["Name"].lower()
        start = f"projection.{name}."
        found[name] = {
            each.removeprefix(start): value.strip()
            for each, value in properties.items()
            if each.startswith(start)
        }
    return found


def propose_levels(
    levels: Mapping[str, FoundLevel], rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, FoundLevel]]:
    """Say of each level, none of which is projected, what the names in a sample look like."""
    told: list[str] = []
    for name, level in levels.items():
        values = sorted({str(row[name]) for row in rows if row.get(name) is not None})
        if not values:
            yield name, level
            continue
        like = recognize_level([f"{name}={value}" for value in values], told)
        told += like.units
        fields = like.level.model_dump(mode="json", exclude_unset=True) | _type(level.level.type)
        looks = f"If all names are like those of the sample, write {flow(fields)}."
        is_like = like.units and not like.others
        yield name, level._replace(comment=f"{level.comment} {looks}") if is_like else level


def _type(of: str) -> dict[str, str]:
    return {} if of == "varchar" else {"type": of}


def _unknown(name: str, of: str, comment: str) -> FoundLevel:
    level = InjectedLevel.model_validate({"projection": "injected"} | _type(of))
    return FoundLevel(name, f"{name}=", level, comment)


def _level(name: str, of: str, properties: Mapping[str, str]) -> FoundLevel:
    try:
        level = _LEVEL.validate_python(_fields(properties) | _type(of))
    except (ValueError, KeyError):
        return _unknown(name, of, _NOT_KNOWN)
    if any(level_problems(level)):
        return _unknown(name, of, _NOT_KNOWN)
    if isinstance(level, InjectedLevel):
        return FoundLevel(name, f"{name}=", level, "Each query has to give one.")
    if isinstance(level, IntegerLevel) and (unit := told_by_numbers(name, *level.range)):
        level = IntegerLevel.model_validate(level.model_dump(exclude_unset=True) | {"tells": unit})
        comment = f"If it is not the {unit} of arrival in UTC, remove tells: records would be lost."
        return FoundLevel(name, f"{name}=", level, comment)
    return FoundLevel(name, f"{name}=", level)


def _fields(properties: Mapping[str, str]) -> dict[str, Any]:
    """Write the properties of a column as the keys of a level.

    Raises:
        ValueError, KeyError: One is no number, or there is none.
    """
    kind = properties["type"].lower()
    found: dict[str, Any] = {"projection": kind}
    if kind == "enum":
        return found | {"values": [each.strip() for each in properties["values"].split(",")]}
    if kind in ("date", "integer"):
        ends = [each.strip() for each in properties["range"].split(",")]
        found["range"] = ends if kind == "date" else [int(each) for each in ends]
    if kind == "date":
        found["format"] = properties["format"]
        if unit := properties.get("interval.unit"):
            found["unit"] = unit.upper()
    if kind == "integer" and "digits" in properties:
        found["digits"] = int(properties["digits"])
    if kind in ("date", "integer") and "interval" in properties:
        found["interval"] = int(properties["interval"])
    return found
