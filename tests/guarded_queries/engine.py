"""The engine of the embedded Athena over tables in memory: dialect and DuckDB only."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import duckdb
from local_athena.backends.duckdb import dialect
from local_athena.engine.executions import Column
from local_athena.errors import MalformedQuery, StatementFailure
from local_athena.tables import parse_catalog

from data_hist.catalog.document import load_document
from data_hist.catalog.glue import glue_documents
from data_hist.catalog.resolve import resolve
from data_hist.catalog.sources import Source

_DOCUMENT = load_document()
CATALOG = resolve(_DOCUMENT)
# Where the service runs its queries: a name that the guard did not see leads nowhere.
EMPTY_DATABASE = "data_hist_empty"

Row: TypeAlias = Mapping[str, Any]


def visible_sources() -> dict[str, Source]:
    """Sources whose physical tables have the callers' names and allowed columns only."""
    return {
        name: source.model_copy(
            update={
                "table": name,
                "columns": {
                    column: fields for column, fields in source.columns.items() if fields.queryable
                },
            }
        )
        for name, source in _DOCUMENT.sources.items()
    }


@dataclass(frozen=True)
class Answer:
    """What a statement gave: the columns of the result, and rows as Athena prints them."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]

    @property
    def bag(self) -> tuple[Any, ...]:
        """The answer without the order of its rows."""
        return (self.columns, sorted(map(repr, self.rows)))


@dataclass(frozen=True)
class Refused:
    """What the engine said of a statement that it failed."""

    name: str
    reason: str

    @property
    def bag(self) -> str:
        """The name alone: reasons hold places in the text, which rewriting moves."""
        return self.name


Outcome: TypeAlias = Answer | Refused


@dataclass
class _Plan:
    """A translated statement; columns and the query that prints them come with its first run."""

    translation: dialect.Translation
    columns: tuple[Column, ...] | None = None
    query: str = ""


def _columns(source: Source) -> Iterator[tuple[str, str]]:
    yield from ((name, column.type) for name, column in source.columns.items())
    yield from ((name, level.type) for name, level in source.partitions.items())


class Planner:
    """The dialect over one data dictionary; engines may share it, and what it has translated."""

    def __init__(self, sources: Mapping[str, Source], default_database: str) -> None:
        self.columns = {name: dict(_columns(source)) for name, source in sources.items()}
        self.names = {source.table: name for name, source in sources.items()}
        self._catalog = parse_catalog(glue_documents(sources, "s3://archive/"))
        self._default_database = default_database
        self._plans: dict[str, _Plan | Refused] = {}

    def plan(self, sql: str) -> _Plan | Refused:
        """The translation of a statement, or why it has none."""
        if sql not in self._plans:
            self._plans[sql] = self._translate(sql)
        return self._plans[sql]

    def scans(self, sql: str) -> list[str]:
        """The tables that a statement reads, each as often as it is read."""
        plan = self.plan(sql)
        scans = () if isinstance(plan, Refused) else plan.translation.scans
        return [self.names[scan.table.name] for scan in scans]

    def _translate(self, sql: str) -> _Plan | Refused:
        try:
            return _Plan(dialect.translate(sql, self._catalog, self._default_database))
        except StatementFailure as failure:
            return _refused(failure)
        except MalformedQuery as fault:
            return Refused("MALFORMED", str(fault))


# What the service uses, and what a caller's own text would need.
PHYSICAL = Planner(_DOCUMENT.sources, EMPTY_DATABASE)
VISIBLE = Planner(visible_sources(), "data_hist")


class Engine:
    """One database over the tables of a planner."""

    def __init__(self, planner: Planner = PHYSICAL) -> None:
        self._planner = planner
        self._database = duckdb.connect(config={"threads": 1})
        dialect.install(self._database)
        self._views: dict[str, str] = {}
        for name, types in planner.columns.items():
            columns = ", ".join(f'"{column}" {of}' for column, of in types.items())
            self._database.execute(f"CREATE TABLE stored_{name} ({columns})")

    def close(self) -> None:
        self._database.close()

    def load(self, **tables: Iterable[Row]) -> None:
        """Replace the rows of tables."""
        for name, rows in tables.items():
            columns = list(self._planner.columns[name])
            values = [row[column] for row in rows for column in columns]
            self._database.execute(f"DELETE FROM stored_{name}")
            if values:
                marks = f"({', '.join('?' * len(columns))})"
                tuples = ", ".join([marks] * (len(values) // len(columns)))
                self._database.execute(f"INSERT INTO stored_{name} VALUES {tuples}", values)

    def run(self, sql: str) -> Outcome:
        """Run a statement as the endpoint would."""
        plan = self._planner.plan(sql)
        if isinstance(plan, Refused):
            return plan
        for scan in plan.translation.scans:
            self._show(scan.relation, self._planner.names[scan.table.name])
        try:
            if plan.columns is None:
                plan.query = dialect.render_query(plan.translation)
                plan.columns = dialect.describe_columns(plan.translation)
            rows = self._database.execute(plan.query).fetchall()
        except StatementFailure as failure:
            return _refused(failure)
        except duckdb.Error as error:
            # After one of these a database answers nothing, which would hide everything later.
            assert not isinstance(error, duckdb.FatalException | duckdb.InternalException), sql
            return _refused(dialect.failure_from_duckdb(error, sql))
        return Answer(plan.columns, tuple(rows))

    def _show(self, relation: str, table: str) -> None:
        if self._views.get(relation) != table:
            self._database.execute(
                f"CREATE OR REPLACE TEMP VIEW {relation} AS SELECT * FROM stored_{table}"
            )
            self._views[relation] = table


def _refused(failure: StatementFailure) -> Refused:
    return Refused(failure.name, str(failure))
