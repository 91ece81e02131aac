"""Distances and similarities: of vectors, and of places on Earth.

A function of Python's cannot return NaN, so the results are texts of numbers.
"""

import math
from collections.abc import Sequence

from local_athena.backends.duckdb.dialect.failures import invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_EARTH_RADIUS_KM = 6371.01
_Vector = Sequence[float | None]


def _pair(left: _Vector, right: _Vector) -> list[tuple[float, float]]:
    """Pair the elements of two vectors; NULL counts as 0."""
    if len(left) != len(right):
        raise invalid_argument("The arguments must have the same length")
    return [(one or 0.0, other or 0.0) for one, other in zip(left, right, strict=True)]


def _add(parts: Sequence[float]) -> float:
    """Add from left to right, each sum rounded, as Java does."""
    total = 0.0
    for part in parts:
        total += part
    return total


def _dot_product(left: _Vector, right: _Vector) -> str:
    return repr(_add([one * other for one, other in _pair(left, right)]))


def _euclidean_distance(left: _Vector, right: _Vector) -> str:
    gaps = [one - other for one, other in _pair(left, right)]
    return repr(math.sqrt(_add([gap * gap for gap in gaps])))


def _cosine_similarity(left: _Vector, right: _Vector) -> str | None:
    similarity = _compare_directions(left, right)
    return None if similarity is None else repr(similarity)


def _cosine_distance(left: _Vector, right: _Vector) -> str | None:
    similarity = _compare_directions(left, right)
    return None if similarity is None else repr(1.0 - similarity)


def _compare_directions(left: _Vector, right: _Vector) -> float | None:
    pairs = _pair(left, right)
    if None in left or None in right:
        return None
    squared = _add([one * one for one, _ in pairs])
    other_squared = _add([other * other for _, other in pairs])
    if 0 in (squared, other_squared):
        raise invalid_argument("Vector magnitude cannot be zero")
    return _add([one * other for one, other in pairs]) / math.sqrt(squared * other_squared)


def _cosine_of_maps(
    keys: Sequence[str], values: _Vector, other_keys: Sequence[str], other_values: _Vector
) -> str | None:
    left = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
    right = {
        key: value for key, value in zip(other_keys, other_values, strict=True) if value is not None
    }
    if len(left) < len(values) or len(right) < len(other_values):
        return None
    norm = math.sqrt(_add([value * value for value in left.values()]))
    norm *= math.sqrt(_add([value * value for value in right.values()]))
    product = _add([value * right[key] for key, value in left.items() if key in right])
    return repr(product / norm if norm else math.nan)


def _great_circle_distance(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> str:
    """Measure in kilometres along the surface of a sphere."""
    for width, length in ((latitude, longitude), (other_latitude, other_longitude)):
        if not -90 <= width <= 90:
            raise invalid_argument("Latitude must be between -90 and 90")
        if not -180 <= length <= 180:
            raise invalid_argument("Longitude must be between -180 and 180")
    start, end = math.radians(latitude), math.radians(other_latitude)
    turn = math.radians(longitude) - math.radians(other_longitude)
    across = math.cos(end) * math.sin(turn)
    along = math.cos(start) * math.sin(end) - math.sin(start) * math.cos(end) * math.cos(turn)
    inward = math.sin(start) * math.sin(end) + math.cos(start) * math.cos(end) * math.cos(turn)
    angle = math.atan2(math.sqrt(across * across + along * along), inward)
    return repr(angle * _EARTH_RADIUS_KM)


_VECTORS = ["DOUBLE[]", "DOUBLE[]"]
_MAPS = ["VARCHAR[]", "DOUBLE[]", "VARCHAR[]", "DOUBLE[]"]
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_dot_product", _dot_product, _VECTORS, "VARCHAR"),
    ("athena_euclidean_distance", _euclidean_distance, _VECTORS, "VARCHAR"),
    ("athena_cosine_similarity", _cosine_similarity, _VECTORS, "VARCHAR"),
    ("athena_cosine_distance", _cosine_distance, _VECTORS, "VARCHAR"),
    ("athena_cosine_of_maps", _cosine_of_maps, _MAPS, "VARCHAR"),
    ("athena_great_circle_distance", _great_circle_distance, ["DOUBLE"] * 4, "VARCHAR"),
)
