"""Find the served path that a request for an unknown path probably meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher

_LIKENESS = 0.6
_LONGEST = 100


def nearest_route(path: str, routes: Iterable[str]) -> str | None:
    """The template that is spelt most like a path, with or without the base path before it."""
    if len(path) > _LONGEST:
        return None
    parts = path.strip("/").lower().split("/")
    likeness, _, nearest = max((_likeness(parts, route), -len(route), route) for route in routes)
    return nearest if likeness >= _LIKENESS else None


def _likeness(parts: list[str], route: str) -> float:
    wanted = route.strip("/").lower().split("/")
    whole = _of_parts(parts, wanted)
    # The value of the parameter may be what is missing.
    return max(whole, _of_parts(parts, wanted[:-1])) if _is_parameter(wanted[-1]) else whole


def _of_parts(parts: list[str], wanted: list[str]) -> float:
    """The likeness of the least like part; those that the path lacks stand before all others."""
    compared = wanted[-len(parts) :]
    if len(compared) < len(parts) or _is_parameter(compared[0]):
        return 0
    return min(
        1 if _is_parameter(there) else _ratio(part, there)
        for part, there in zip(parts, compared, strict=True)
    )


def _ratio(part: str, wanted: str) -> float:
    matcher = SequenceMatcher(None, part, wanted)
    # The bound by their lengths costs nothing.
    return matcher.ratio() if matcher.real_quick_ratio() >= _LIKENESS else 0


def _is_parameter(part: str) -> bool:
    return part.startswith("{")
