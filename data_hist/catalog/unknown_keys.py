"""Say which keys an entry of a catalog file has, where one is not known."""

from collections.abc import Iterable, Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from data_hist.catalog.sources import Entry
from data_hist.catalog.versions import CatalogDocument
from data_hist.spelling import offer


def advice_on_key(location: Sequence[str | int]) -> str:
    """Offer the nearest key for the last step of a location, or name all keys of its entry.

    Args:
        location: The keys and indexes, and the tags of alternatives, as Pydantic tells them.
    """
    kinds: list[Any] = [CatalogDocument]
    for step in location[:-1]:
        kinds = list(_kinds_at(step, kinds)) or [kind for kind in kinds if _has_tag(kind, step)]
    known = [key for kind in kinds for key in _fields(kind)]
    return offer(str(location[-1]), known) or f"; the keys here are {', '.join(known)}"


def _kinds_at(step: str | int, kinds: Iterable[Any]) -> Iterator[Any]:
    for kind in kinds:
        container = get_origin(kind)
        if container is dict:
            yield from _alternatives(get_args(kind)[1])
        elif container in (list, tuple):
            yield from _alternatives(get_args(kind)[0])
        elif step in (fields := _fields(kind)):
            yield from _alternatives(fields[str(step)])


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Return the types that an annotation allows."""
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _alternatives(part)
    else:
        yield annotation


def _fields(kind: Any) -> dict[str, Any]:
    """Return the annotations of an entry by the keys in the file."""
    if not (isinstance(kind, type) and issubclass(kind, Entry)):
        return {}
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _has_tag(kind: Any, tag: str | int) -> bool:
    return any(tag in get_args(annotation) for annotation in _fields(kind).values())
