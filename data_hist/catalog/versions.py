"""The format of `versions` in a catalog file: what callers see of the sources.

The descriptions are the reference documentation of the format.
"""

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from data_hist.catalog.column_types import DerivedType
from data_hist.catalog.sources import Entry, ExampleValues, Name, Source, Time

_PATH: Final = re.compile(r'\$(?:\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]{1,9}\]|\["[^"\\\x00-\x1f]+"\])+')


def _checked(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise ValueError(
            f"'{path}' is not a path; write such as $.user.name, $.ids[0] or $[\"a-b\"]"
        )
    return path


def _compared(value: object) -> object:
    if isinstance(value, str) or type(value) is int:
        return value
    raise ValueError("write a text or a whole number")


ComparedValue: TypeAlias = Annotated[str | int, BeforeValidator(_compared)]
JsonPath: TypeAlias = Annotated[str, AfterValidator(_checked)]


class VersionColumn(Entry):
    """A column for callers: one of the source, or derived from one."""

    origin: Annotated[
        str | None,
        Field(
            alias="from",
            description="The column of the source; by default, the one of the same name.",
        ),
    ] = None
    path: Annotated[
        JsonPath | None,
        Field(description="A value in the JSON text of the column, such as `$.user.name`."),
    ] = None
    expression: Annotated[
        str | None,
        Field(
            min_length=1,
            description="An expression in SQL over columns of the source, in place of `from` and "
            "`path`, such as `upper(level)`. It needs a `type`. What cannot be computed is NULL.",
        ),
    ] = None
    when: Annotated[
        dict[Name, Annotated[list[ComparedValue], Field(min_length=1)]] | None,
        Field(
            description="Which records have the column: columns of the source, each with its "
            "values. In the other records it is NULL."
        ),
    ] = None
    type: Annotated[
        DerivedType | None,
        Field(
            description="The type to convert to; by default, that of the column, and of a value "
            "in JSON varchar. What cannot be converted is NULL."
        ),
    ] = None
    time: Annotated[
        Time | None,
        Field(
            description="For a value in JSON, or an expression, that holds a moment; columns bring "
            "their own."
        ),
    ] = None
    description: Annotated[
        str | None, Field(description="What the column tells; by default, as in the source.")
    ] = None
    examples: Annotated[
        ExampleValues | None,
        Field(
            description="Values that it may have; by default, those of the column of the source, "
            "if it is shown as it is."
        ),
    ] = None

    @property
    def is_derived(self) -> bool:
        """Whether its value is another than that of a column of the source."""
        return self.path is not None or self.expression is not None


AS_IN_SOURCE: Final = VersionColumn()
"""The column of the source as it is."""


class RoleField(Entry):
    """What has a role: the name of a column, or a value in the JSON text of one."""

    column: Annotated[Name, Field(alias="from", description="The column for callers.")]
    path: Annotated[
        JsonPath | None,
        Field(description="A value in the JSON text of the column, such as `$.level`."),
    ] = None


def _field(value: object) -> object:
    """Read the name of a column alone."""
    return {"from": value} if isinstance(value, str) else value


AnyField: TypeAlias = Annotated[
    RoleField, BeforeValidator(_field, json_schema_input_type=str | RoleField)
]


class TableRoles(Entry):
    """What the columns of a table are for, which pages and clients build upon."""

    time: Annotated[
        str | None,
        Field(
            description="The column that tells when a record was created; by default, the first "
            "time column that does not tell the arrival, or the one that does."
        ),
    ] = None
    arrival: Annotated[
        str | None,
        Field(
            description="The column that tells when a record arrived; by default, the first one "
            "with a `greatest_delay` of `0h`."
        ),
    ] = None
    service: Annotated[
        AnyField | None,
        Field(description="What produced the record; by default, the column `service`, if any."),
    ] = None
    level: Annotated[
        AnyField | None,
        Field(description="How severe the record is; by default, the column `level`, if any."),
    ] = None
    payloads: Annotated[
        tuple[str, ...] | None,
        Field(
            strict=False,
            description="The columns that hold JSON; by default, those of the type json, and those "
            "in which a column of any version has a `path`.",
        ),
    ] = None
    shown: Annotated[
        tuple[AnyField, ...] | None,
        Field(
            strict=False,
            min_length=1,
            description="What a page shows before anyone chooses; by default, the time, service "
            "and level, then other columns but those of the partitions and the arrival, up to "
            "eight.",
        ),
    ] = None


class Example(Entry):
    """An example query."""

    title: Annotated[str, Field(min_length=1, description="What it answers.")]
    sql: Annotated[str, Field(min_length=1, description="The query.")]


class VersionTable(Entry):
    """A table for callers."""

    source: Annotated[str, Field(description="The source that it shows.")]
    description: Annotated[
        str | None, Field(description="What the records are; by default, as in the source.")
    ] = None
    columns: Annotated[
        dict[Name, VersionColumn | None] | None,
        Field(
            min_length=1,
            description="The columns in their order; by default, those of the source that may be "
            "queried, and its partition columns. Without a value, a column is that of the source.",
        ),
    ] = None
    roles: Annotated[
        TableRoles, Field(description="What the columns are for, where it is not the default.")
    ] = Field(default=TableRoles())
    examples: Annotated[
        tuple[Example, ...], Field(strict=False, description="Queries to begin with.")
    ] = ()


class Version(Entry):
    """A version of the API, as its path names it."""

    catalog: Annotated[
        str, Field(min_length=1, description="How callers may qualify the database.")
    ] = "awsdatacatalog"
    database: Annotated[Name, Field(description="How callers may qualify the tables.")]
    tables: Annotated[
        dict[Name, VersionTable], Field(min_length=1, description="The tables by their names.")
    ]


class CatalogDocument(Entry):
    """A catalog file: what lies in the archive, and what callers see of it."""

    sources: Annotated[
        dict[str, Source],
        Field(min_length=1, description="The tables of the archive, by names of this file."),
    ]
    versions: Annotated[
        dict[Annotated[str, Field(pattern=r"^v[0-9]+$")], Version],
        Field(min_length=1, description="The versions of the API, by their names in the path."),
    ]
