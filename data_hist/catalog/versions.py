"""The format of `versions` in a catalog file: what callers see of the sources.

The descriptions are the reference documentation of the format.
"""

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field

from data_hist.catalog.column_types import DerivedType
from data_hist.catalog.sources import Entry, Name, Source, Time

_PATH: Final = re.compile(r'\$(?:\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]{1,9}\]|\["[^"\\\x00-\x1f]+"\])+')


def _checked(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise ValueError(
            f"'{path}' is not a path; write such as $.user.name, $.ids[0] or $[\"a-b\"]"
        )
    return path


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
    type: Annotated[
        DerivedType | None,
        Field(
            description="The type to convert to; by default, that of the column, and of a value "
            "in JSON varchar. What cannot be converted is NULL."
        ),
    ] = None
    time: Annotated[
        Time | None,
        Field(description="For a value in JSON that holds a moment; columns bring their own."),
    ] = None
    description: Annotated[
        str | None, Field(description="What the column tells; by default, as in the source.")
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
