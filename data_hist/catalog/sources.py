"""The format of `sources` in a catalog file: what lies in the archive.

The descriptions are the reference documentation of the format.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

from data_hist.catalog.column_types import ColumnType
from data_hist.catalog.date_formats import check_date_format, smallest_unit
from data_hist.catalog.tables import TimeUnit

_DELAY = re.compile(r"[0-9]{1,6}[mhd]", re.ASCII)
_DELAY_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_NAME = r"^[a-z_][a-z0-9_]{0,254}$"
_STORED_NAME = r"^[a-z_][a-z0-9_-]{0,254}$"


class Entry(BaseModel):
    """A mapping of the file; a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _delay(value: object) -> object:
    """Read `90m`, `6h` or `2d`."""
    if isinstance(value, str) and _DELAY.fullmatch(value):
        return timedelta(**{_DELAY_UNITS[value[-1]]: int(value[:-1])})
    raise ValueError("write a number of minutes, hours or days, such as 90m, 6h or 2d")


Name: TypeAlias = Annotated[str, Field(pattern=_NAME)]
StoredName: TypeAlias = Annotated[str, Field(pattern=_STORED_NAME)]
"""A name in the archive, such as `aws-region`, which callers need not see."""
Delay: TypeAlias = Annotated[timedelta, BeforeValidator(_delay, json_schema_input_type=str)]


ExampleValues: TypeAlias = Annotated[
    tuple[Any, ...],
    Field(strict=False, description="Values that it may have, as rows of a page have them."),
]


class Time(Entry):
    """What a time column holds, and how it bounds the partitions."""

    unit: Annotated[
        TimeUnit,
        Field(
            description="How the moment is written: seconds, milliseconds, microseconds or "
            "nanoseconds since 1970, a text such as `2026-11-20T10:00:00Z` in UTC, or a timestamp "
            "in UTC."
        ),
    ]
    greatest_delay: Annotated[
        Delay | None,
        Field(
            description="How much later than this moment a record may reach its partition: `0h` "
            "for the time of arrival. An upper bound on the column prunes only if it is given. "
            "A record that came later is not found by a query with such a bound."
        ),
    ] = None


class SourceColumn(Entry):
    """A column of the records."""

    type: Annotated[ColumnType, Field(description="Athena's type of the column.")]
    description: Annotated[str, Field(description="What the column tells.")] = ""
    key: Annotated[
        str | None,
        Field(
            min_length=1,
            description="The key in the records, if it is not the column's name in lower case: "
            "`createdTimestamp`.",
        ),
    ] = None
    queryable: Annotated[
        bool, Field(description="If false, no query may name the column, and none returns it.")
    ] = True
    time: Annotated[Time | None, Field(description="For a column that holds a moment.")] = None
    examples: ExampleValues = ()


class _Level(Entry):
    type: Annotated[
        Literal["varchar", "bigint", "integer", "smallint", "tinyint", "date"],
        Field(description="The type of the partition column."),
    ] = "varchar"
    description: Annotated[str, Field(description="What the level tells.")] = ""
    examples: ExampleValues = ()


class DateLevel(_Level):
    """Folders named by a date or a moment."""

    projection: Annotated[Literal["date"], Field(description="The kind of the level.")]
    format: Annotated[
        str,
        BeforeValidator(check_date_format),
        Field(description="The form of the names, in Java's letters: `yyyy-MM-dd`, `yyyyMMddHH`."),
    ]
    range: Annotated[
        tuple[str, str],
        Field(
            strict=False,
            description="The first and the last: of the form above, `NOW`, or such as "
            "`NOW-366DAYS`.",
        ),
    ]
    interval: Annotated[int, Field(ge=1, description="Units from one folder to the next.")] = 1
    unit: Annotated[
        Literal["SECONDS", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS", "YEARS"] | None,
        Field(description="The unit of the interval; by default, the smallest in the format."),
    ] = None

    @property
    def is_named_by_day(self) -> bool:
        """Whether the names have the form of a day in SQL, such as 2026-11-20."""
        return self.format == "yyyy-MM-dd"

    @property
    def step_unit(self) -> str:
        """The unit of the interval."""
        return self.unit or f"{smallest_unit(self.format).upper()}S"


class IntegerLevel(_Level):
    """Folders named by a number."""

    projection: Annotated[Literal["integer"], Field(description="The kind of the level.")]
    range: Annotated[
        tuple[int, int], Field(strict=False, description="The first and the last number.")
    ]
    interval: Annotated[int, Field(ge=1, description="From one number to the next.")] = 1
    digits: Annotated[
        int | None, Field(ge=1, le=18, description="Zeros fill the number up to this many digits.")
    ] = None
    tells: Annotated[
        Literal["year", "month", "day", "hour", "minute"] | None,
        Field(description="The part of the time of arrival in UTC that the number is, if any."),
    ] = None


class EnumLevel(_Level):
    """Folders with names of a list, such as topics or regions."""

    projection: Annotated[Literal["enum"], Field(description="The kind of the level.")]
    values: Annotated[list[str], Field(min_length=1, description="The names of the folders.")]


class InjectedLevel(_Level):
    """Folders of any name, which each query has to give."""

    projection: Annotated[Literal["injected"], Field(description="The kind of the level.")]


Level: TypeAlias = Annotated[
    DateLevel | IntegerLevel | EnumLevel | InjectedLevel, Field(discriminator="projection")
]


class Source(Entry):
    """A table of the archive, as it is in the AWS Glue Data Catalog."""

    catalog: Annotated[str, Field(min_length=1, description="The data catalog of Athena.")] = (
        "awsdatacatalog"
    )
    database: Annotated[Name, Field(description="The Glue database.")]
    table: Annotated[Name, Field(description="The name of the table in the database.")]
    description: Annotated[str, Field(description="What the records are.")] = ""
    folder: Annotated[
        str,
        Field(
            pattern=r"^(s3://[^/]+/)?([^/$]+(/[^/$]+)*)?$",
            description="The folder of the table: below the archive, or an address such as "
            "`s3://bucket/folder`.",
        ),
    ] = ""
    template: Annotated[
        str | None,
        Field(
            description="The folders of a partition below it, with each level as `${level}`; by "
            "default, `level=${level}/` for each."
        ),
    ] = None
    format: Annotated[
        Literal["json", "parquet"],
        Field(description="What the files hold: one JSON object in a line, or Parquet."),
    ] = "json"
    serde: Annotated[
        dict[str, str],
        Field(
            description="Parameters of the SerDe, such as `dots.in.keys`. Without "
            '`case.insensitive: "FALSE"`, keys within objects are in lower case: the path '
            "`$.userName` finds nothing."
        ),
    ] = Field(default={})
    partitions: Annotated[
        dict[StoredName, Level],
        Field(description="The levels of folders, the outermost one first."),
    ] = Field(default={})
    columns: Annotated[
        dict[StoredName, SourceColumn],
        Field(min_length=1, description="The columns of the records, without the partitions."),
    ]
    tenant: Annotated[
        str | None,
        Field(
            description="The column that names the customer of a record: of a whole number or "
            "varchar, in the records or a level of the partitions. With `null`, only the operator "
            "may query the table."
        ),
    ]

    @cached_property
    def readable_types(self) -> Mapping[str, str]:
        """The types of the columns that may be queried, and of the levels, by their names."""
        columns = {name: column.type for name, column in self.columns.items() if column.queryable}
        return columns | {name: level.type for name, level in self.partitions.items()}
