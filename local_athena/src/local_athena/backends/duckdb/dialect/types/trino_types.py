"""Athena's data types, and which of them are coerced to which.

They hold what DuckDB's types do not: field names of rows, precision of timestamps, time zones.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

UNBOUNDED = 2147483647
LONGEST_CHAR = 65536
TIMESTAMP_TZ = "timestamp with time zone"
TIME_TZ = "time with time zone"
DAY_TO_SECOND = "interval day to second"
YEAR_TO_MONTH = "interval year to month"

_DUCKDB_NAMES = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "varbinary": "BLOB",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    TIMESTAMP_TZ: "TIMESTAMPTZ",
    TIME_TZ: "TIME",
    DAY_TO_SECOND: "INTERVAL",
    YEAR_TO_MONTH: "INTERVAL",
    "json": "VARCHAR",
    "uuid": "UUID",
    "ipaddress": "UHUGEINT",
    "color": "BIGINT",
    "HyperLogLog": "BLOB",
    "unknown": "INTEGER",
}
# Types of which only NULL can be had, and whether values are compared.
VALUELESS = {
    **dict.fromkeys(("BingTile", "Geometry", "SphericalGeography"), True),
    **dict.fromkeys(("KdbTree", "P4HyperLogLog", "SetDigest"), False),
    **dict.fromkeys(("qdigest", "tdigest", "json2016", "CodePoints", "JoniRegExp"), False),
    **dict.fromkeys(("JsonPath", "LikePattern", "Re2JRegExp"), False),
}
_INTEGER_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
INTEGERS = tuple(_INTEGER_DIGITS)
_WITHOUT_EQUALITY = ("HyperLogLog", *(name for name, equals in VALUELESS.items() if not equals))
_WITHOUT_ORDER = ("map", "json", "color", "HyperLogLog", *VALUELESS)
_ZONED = (TIME_TZ, TIMESTAMP_TZ)
# Between which values are coerced, in this direction.
_FAMILIES = (("date", "timestamp", TIMESTAMP_TZ), ("time", TIME_TZ), ("varchar", "char"))
# More digits of a second than DuckDB's times have.
_MICROSECONDS = 6
_NUMBERS = (*INTEGERS, "decimal", "real", "double")


@dataclass(frozen=True)
class TrinoType:
    """One data type.

    `length` belongs to varchar and char, `precision` to decimal, time and timestamp. `zone` is the
    zone in which a time with time zone is shown; None means that it differs between rows.
    """

    name: str
    parameters: tuple["TrinoType", ...] = ()
    field_names: tuple[str | None, ...] = ()
    length: int | None = None
    precision: int | None = None
    scale: int = 0
    zone: str | None = None

    @property
    def duckdb(self) -> str:
        """The DuckDB type that holds its values."""
        if self.name == "array":
            return f"{self.element.duckdb}[]"
        if self.name == "map":
            return f"MAP({self.key.duckdb}, {self.value.duckdb})"
        if self.name == "row":
            fields = (f"f{n} {kind.duckdb}" for n, kind in enumerate(self.parameters, 1))
            return f"STRUCT({', '.join(fields)})"
        if self.name == "decimal":
            return f"DECIMAL({self.precision},{self.scale})"
        if self.name in VALUELESS:
            return "BOOLEAN"
        plain = "HUGEINT" if self.is_fine else _DUCKDB_NAMES[self.name]
        return f"STRUCT(moment {plain}, zone VARCHAR)" if self.has_row_zones else plain

    @property
    def element(self) -> "TrinoType":
        """What an array holds."""
        return self.parameters[0]

    @property
    def key(self) -> "TrinoType":
        """What a map's keys are."""
        return self.parameters[0]

    @property
    def value(self) -> "TrinoType":
        """What a map's values are."""
        return self.parameters[1]

    @property
    def is_number(self) -> bool:
        """Whether the type is any kind of number."""
        return self.name in _NUMBERS

    @property
    def is_integer(self) -> bool:
        """Whether the type is one of tinyint to bigint."""
        return self.name in _INTEGER_DIGITS

    @property
    def is_interval(self) -> bool:
        """Whether the type is one of the two intervals."""
        return self.name in (DAY_TO_SECOND, YEAR_TO_MONTH)

    @property
    def is_zoned(self) -> bool:
        """Whether the type is a time or timestamp with time zone."""
        return self.name in _ZONED

    @property
    def has_row_zones(self) -> bool:
        """Whether each value has a time zone of its own; it is held beside the moment."""
        return self.is_zoned and self.zone is None

    @property
    def holds_row_zones(self) -> bool:
        """Whether the type is, or contains, one whose values have time zones of their own."""
        return self.has_row_zones or any(part.holds_row_zones for part in self.parameters)

    @property
    def is_fine(self) -> bool:
        """Whether it is a time of more digits than microseconds; it is held in picoseconds."""
        return self.name != "decimal" and (self.precision or 0) > _MICROSECONDS

    @property
    def is_orderable(self) -> bool:
        """Whether values can be sorted, and compared by `<`."""
        return self.name not in _WITHOUT_ORDER and all(
            part.is_orderable for part in self.parameters
        )

    @property
    def is_comparable(self) -> bool:
        """Whether values can be told apart, and compared by `=`."""
        return self.name not in _WITHOUT_EQUALITY and all(
            part.is_comparable for part in self.parameters
        )

    def holds(self, name: str) -> bool:
        """Whether the type is, or contains, the type of that name."""
        return self.name == name or any(part.holds(name) for part in self.parameters)

    def __str__(self) -> str:
        """The type as `typeof` and error messages write it."""
        if self.name in ("array", "map", "qdigest"):
            return f"{self.name}({', '.join(map(str, self.parameters))})"
        if self.name == "row":
            return f"row({', '.join(_field_texts(self))})"
        if self.name == "decimal":
            return f"decimal({self.precision},{self.scale})"
        if self.name in ("varchar", "char") and self.length not in (None, UNBOUNDED):
            return f"{self.name}({self.length})"
        if self.precision is not None:
            return self.name.replace("time", f"time({self.precision})", 1).replace(
                f"time({self.precision})stamp", f"timestamp({self.precision})"
            )
        return self.name


def _field_texts(row: TrinoType) -> Iterator[str]:
    for name, kind in zip(row.field_names, row.parameters, strict=True):
        yield f"{name} {kind}" if name else str(kind)


UNKNOWN = TrinoType("unknown")
BOOLEAN = TrinoType("boolean")
TINYINT = TrinoType("tinyint")
INTEGER = TrinoType("integer")
BIGINT = TrinoType("bigint")
DOUBLE = TrinoType("double")
VARCHAR = TrinoType("varchar")
VARBINARY = TrinoType("varbinary")
JSON = TrinoType("json")
DATE = TrinoType("date")
TIMESTAMP = TrinoType("timestamp", precision=3)
TIMESTAMP_UTC = TrinoType(TIMESTAMP_TZ, precision=3, zone="UTC")


def array_of(element: TrinoType) -> TrinoType:
    """Build the array of a type."""
    return TrinoType("array", (element,))


def map_of(key: TrinoType, value: TrinoType) -> TrinoType:
    """Build the map from one type to another."""
    return TrinoType("map", (key, value))


def row_of(*kinds: TrinoType, names: tuple[str | None, ...] = ()) -> TrinoType:
    """Build the row of some types, with or without names."""
    return TrinoType("row", kinds, names or (None,) * len(kinds))


def decimal_of(integer: TrinoType) -> TrinoType:
    """Build the decimal that holds every value of an integer type."""
    return TrinoType("decimal", precision=_INTEGER_DIGITS[integer.name])


def least_value(integer: TrinoType) -> int:
    """Tell the least value of an integer type."""
    return -(1 << (8 << INTEGERS.index(integer.name)) - 1)


def common_type(left: TrinoType, right: TrinoType) -> TrinoType | None:
    """Find the type that both sides are coerced to, or None if there is none."""
    if left.name == "unknown":
        return right
    if right.name == "unknown" or left == right:
        return left
    if left.name == right.name:
        return _widen(left, right)
    if left.is_number and right.is_number:
        return _common_number(left, right)
    return _common_family(left, right)


def _widen(left: TrinoType, right: TrinoType) -> TrinoType | None:
    if left.name in ("varchar", "char"):
        unbounded = left.length is None or right.length is None
        length = None if unbounded else max(left.length or 0, right.length or 0)
        return replace(left, length=length)
    if left.name == "decimal":
        scale = max(left.scale, right.scale)
        digits = max(_whole_digits(left), _whole_digits(right)) + scale
        return TrinoType("decimal", precision=min(38, digits), scale=scale)
    if left.parameters:
        return _widen_parts(left, right)
    return _widen_time(left, right)


def _widen_time(left: TrinoType, right: TrinoType) -> TrinoType:
    zones = {kind.zone if kind.is_zoned else "UTC" for kind in (left, right)}
    zone = zones.pop() if right.is_zoned and len(zones) == 1 else None
    precision = max(left.precision or 0, right.precision or 0)
    return replace(right, precision=precision, zone=zone)


def _widen_char(varchar: TrinoType, char: TrinoType) -> TrinoType:
    longest = LONGEST_CHAR if varchar.length is None else varchar.length
    return replace(char, length=min(LONGEST_CHAR, max(longest, char.length or 0)))


def _whole_digits(decimal: TrinoType) -> int:
    return (decimal.precision or 0) - decimal.scale


def _widen_parts(left: TrinoType, right: TrinoType) -> TrinoType | None:
    if len(left.parameters) != len(right.parameters):
        return None
    pairs = zip(left.parameters, right.parameters, strict=True)
    parts = tuple(part for one, other in pairs if (part := common_type(one, other)) is not None)
    if len(parts) < len(left.parameters):
        return None
    names = tuple(
        one if one == other else None
        for one, other in zip(left.field_names, right.field_names, strict=True)
    )
    return TrinoType(left.name, parts, names)


def _common_number(left: TrinoType, right: TrinoType) -> TrinoType | None:
    lower, upper = sorted((left, right), key=lambda kind: _NUMBERS.index(kind.name))
    if upper.name == "decimal":
        return _widen(decimal_of(lower), upper)
    return upper


def _common_family(left: TrinoType, right: TrinoType) -> TrinoType | None:
    for family in _FAMILIES:
        if left.name in family and right.name in family:
            lower, upper = sorted((left, right), key=lambda kind: family.index(kind.name))
            return _widen_char(lower, upper) if "char" in family else _widen_time(lower, upper)
    return None
