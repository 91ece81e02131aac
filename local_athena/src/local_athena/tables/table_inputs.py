"""Read tables from JSON documents in the form of the AWS Glue API.

https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from local_athena.tables.dates import DateProjection
from local_athena.tables.documents import Document, TablesError, documents_of, load_json
from local_athena.tables.formats import SERDES, TableFormat
from local_athena.tables.hive_types import sql_type
from local_athena.tables.model import Catalog, Column, JsonSerde, PartitionLevel, Table
from local_athena.tables.projection import ANY_VALUE, Projection, ProjectionError, parse_projection

_OPENX_SERDE = "org.openx.data.jsonserde.JsonSerDe"
_PARQUET_SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
# They change nothing of what is read.
_IDLE_SERDE_PARAMETERS = frozenset({"paths", "serialization.format"})
_TEXT_TYPE = re.compile(r"varchar|char|string")
_LOCATION = re.compile(r"s3://[^/$]+/(.*)", re.DOTALL)
_COLUMN_NAME = re.compile(r"[\w-]+", re.ASCII)
_KEY = re.compile(r"[^\"'\\]+")
_KEY_SEGMENT = re.compile(r"([^$]*)\$\{([\w-]+)\}([^$]*)", re.ASCII)


def read_catalog(path: Path) -> Catalog:
    """Read a JSON file, or all `*.json` files of a folder.

    A file has one document or a list of them. A document is the input of Glue's CreateTable or
    CreateDatabase, a response of GetTable or GetTables, or a bare `TableInput`, whose database is
    the name of the file.

    Raises:
        TablesError: A file cannot be read, or a document in it defines no table.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise TablesError(f"{path} holds no *.json file; write one file for each table or one list")
    return _catalog(
        document
        for file in files
        for document in documents_of(load_json(file), file.name, file.stem)
    )


def parse_catalog(documents: Iterable[Mapping[str, Any]], source: str = "tables") -> Catalog:
    """Read the documents of one list; `source` names it in errors.

    Raises:
        TablesError: A document defines no table.
    """
    return _catalog(documents_of(list(documents), source, None))


def _catalog(nodes: Iterable[Document]) -> Catalog:
    tables: dict[tuple[str, str], Table] = {}
    databases: list[str] = []
    for node in nodes:
        if "DatabaseInput" in node:
            databases.append(_name(node.child("DatabaseInput"), "Name", "the database"))
            continue
        table = _Reader(node).table()
        if tables.setdefault((table.database, table.name), table) is not table:
            raise TablesError(f"{node.place}table {table.database}.{table.name} is defined twice")
    return Catalog(tables.values(), databases)


def _name(node: Document, key: str, what: str) -> str:
    return node.text(key, f"write the name of {what}").lower()


class _Reader:
    """Reads one table; `_input` is its `TableInput`."""

    def __init__(self, document: Document) -> None:
        wrapper = next((key for key in ("TableInput", "Table") if key in document), None)
        found = document.child(wrapper) if wrapper else document
        if "StorageDescriptor" not in found:
            raise found.error("StorageDescriptor", "is missing; write a TableInput of AWS Glue")
        self._database = self._database_of(document, found)
        self._name = _name(found, "Name", "the table")
        place = f"{document.place}table {self._database}.{self._name}: "
        self._input = Document(found.value, place)
        self._storage = self._input.child("StorageDescriptor")
        self._parameters = self._input.texts("Parameters")

    @staticmethod
    def _database_of(document: Document, found: Document) -> str:
        for node in (document, found):
            if "DatabaseName" in node:
                return _name(node, "DatabaseName", "the database")
        if document.default_database is None:
            raise document.error("DatabaseName", "is missing; write the name of the database")
        return document.default_database.lower()

    def table(self) -> Table:
        keys = self._columns(self._input, "PartitionKeys", partition=True)
        stored = self._columns(self._storage, "Columns")
        if not stored:
            raise self._storage.error("Columns", "is empty; write at least one column")
        columns = (*stored, *keys)
        names = [column.name for column in columns]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            problem = f"has {repeated[0]} twice, among the partition keys or not; rename one"
            raise self._storage.error("Columns", problem)
        location, levels = self._tree(keys)
        table_format = self._format()
        description = self._input.value.get("Description")
        return Table(
            database=self._database,
            name=self._name,
            location=location,
            columns=columns,
            levels=levels,
            format=table_format,
            serde=self._serde(names, table_format),
            description=description if isinstance(description, str) else None,
            parameters=self._parameters,
            storage=self._storage.value,
        )

    def _columns(self, node: Document, key: str, *, partition: bool = False) -> tuple[Column, ...]:
        return tuple(self._column(child, partition) for child in node.children(key))

    def _column(self, node: Document, partition: bool) -> Column:
        hive_type = re.sub(r"\s", "", node.text("Type", "write a type such as string")).lower()
        try:
            type_in_sql = sql_type(hive_type)
        except ValueError:
            problem = f"is {hive_type}, which Hive does not know; write string, array<string> or so"
            raise node.error("Type", problem) from None
        name = _name(node, "Name", "the column")
        if not _COLUMN_NAME.fullmatch(name):
            raise node.error("Name", f"is {name}; write letters, digits, - and _")
        comment = node.value.get("Comment")
        return Column(
            name,
            type_in_sql,
            hive_type,
            comment if isinstance(comment, str) else None,
            partition,
        )

    def _format(self) -> TableFormat:
        serde = self._storage.child("SerdeInfo") if "SerdeInfo" in self._storage else None
        if serde is None or "SerializationLibrary" not in serde:
            match self._parameters.get("classification", "").lower():
                case "json":
                    return TableFormat.OPENX_JSON
                case "parquet":
                    return TableFormat.PARQUET
            advice = f"is missing; write {_OPENX_SERDE} or {_PARQUET_SERDE}"
            raise self._storage.error("SerdeInfo.SerializationLibrary", advice)
        library = serde.text("SerializationLibrary", f"write {_OPENX_SERDE}")
        if library not in SERDES:
            advice = f"is {library}, which Athena does not know; write one of {', '.join(SERDES)}"
            raise serde.error("SerializationLibrary", advice)
        return SERDES[library]

    def _serde(self, columns: Sequence[str], table_format: TableFormat) -> JsonSerde:
        takes_parameters = table_format in (TableFormat.OPENX_JSON, TableFormat.PARQUET)
        if "SerdeInfo" not in self._storage or not takes_parameters:
            return JsonSerde()
        node = self._storage.child("SerdeInfo")
        keys: dict[str, str] = {}
        flags = {"case.insensitive": True, "ignore.malformed.json": False, "dots.in.keys": False}
        for name, value in node.texts("Parameters").items():
            column = name.removeprefix("mapping.")
            if name in flags and value.lower() in ("true", "false"):
                flags[name] = value.lower() == "true"
            elif name in flags:
                raise node.error(f"Parameters.{name}", f"is {value}; write TRUE or FALSE")
            elif name.startswith("mapping."):
                if column.lower() not in columns:
                    problem = f"names no column; write one of {', '.join(columns)}"
                    raise node.error(f"Parameters.{name}", problem)
                if not _KEY.fullmatch(value):
                    problem = f"is {value}; write a key without quotes and backslashes"
                    raise node.error(f"Parameters.{name}", problem)
                keys[column.lower()] = value
            elif name not in _IDLE_SERDE_PARAMETERS:
                raise node.error(f"Parameters.{name}", "is not supported; leave it out")
        return JsonSerde(
            case_insensitive=flags["case.insensitive"],
            ignore_malformed=flags["ignore.malformed.json"],
            dots_in_keys=flags["dots.in.keys"],
            keys=keys,
        )

    def _tree(self, keys: Sequence[Column]) -> tuple[str, tuple[PartitionLevel, ...]]:
        """Return the folder of a table and the partition levels below it."""
        location = self._segments(self._storage, "Location")
        is_projected = self._parameters.get("projection.enabled", "").lower() == "true"
        template = "storage.location.template"
        if not is_projected or template not in self._parameters or not keys:
            levels = [PartitionLevel(key.name, f"{key.name}=") for key in keys]
            return "/".join(location), tuple(self._typed(level, keys) for level in levels)
        node = self._input.child("Parameters")
        fixed, levels = self._levels(node, self._segments(node, template))
        if sorted(level.column for level in levels) != sorted(key.name for key in keys):
            wanted = ", ".join(f"${{{key.name}}}" for key in keys)
            raise node.error(template, f"does not name each partition key once; write {wanted}")
        return "/".join(fixed), tuple(self._typed(level, keys) for level in levels)

    @staticmethod
    def _segments(node: Document, key: str) -> list[str]:
        match = _LOCATION.fullmatch(node.text(key, "write s3://BUCKET/FOLDER/"))
        path = match[1].removesuffix("/") if match else "/"
        segments = path.split("/") if path else []
        # None of them may lead out of the data folder.
        if any(segment in ("", ".", "..") for segment in segments):
            raise node.error(key, f"is {node.value[key]}; write s3://BUCKET/FOLDER/")
        return segments

    @staticmethod
    def _levels(node: Document, segments: list[str]) -> tuple[list[str], list[PartitionLevel]]:
        depth = next((n for n, segment in enumerate(segments) if "$" in segment), len(segments))
        levels: list[PartitionLevel] = []
        # Folders of a fixed name belong to the next level, and those behind the last one to it.
        before = ""
        for segment in segments[depth:]:
            match = _KEY_SEGMENT.fullmatch(segment)
            if match is None and "$" in segment:
                problem = f"has the folder {segment}; write one ${{KEY}} in each folder"
                raise node.error("storage.location.template", problem)
            if match is None:
                before += f"{segment}/"
            else:
                levels.append(PartitionLevel(match[2].lower(), before + match[1], match[3]))
                before = ""
        if levels and before:
            suffix = f"{levels[-1].suffix}/{before.removesuffix('/')}"
            levels[-1] = replace(levels[-1], suffix=suffix)
        return segments[:depth], levels

    def _typed(self, level: PartitionLevel, keys: Sequence[Column]) -> PartitionLevel:
        """Add projection and type of its key to a level."""
        key = next(key for key in keys if key.name == level.column)
        projection: Projection = ANY_VALUE
        if self._parameters.get("projection.enabled", "").lower() == "true":
            try:
                projection = parse_projection(key.name, self._parameters)
            except ProjectionError as error:
                raise self._input.error(f"Parameters.{error.key}", str(error)) from None
        is_date = isinstance(projection, DateProjection)
        date_format = self._parameters[f"projection.{key.name}.format"] if is_date else ""
        return replace(
            level,
            projection=projection,
            is_text=_TEXT_TYPE.match(key.hive_type) is not None,
            folders_of_value=1 + date_format.count("/"),
        )
