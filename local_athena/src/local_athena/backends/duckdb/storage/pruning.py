"""Partition pruning: which folders of a table a statement can need, as DuckDB itself decides."""

from collections.abc import Sequence

import duckdb

from local_athena.backends.duckdb.dialect import PartitionPredicate, Scan
from local_athena.backends.duckdb.dialect.typed_sql import identifier, selection
from local_athena.backends.duckdb.storage.partitions import Folder, FolderFilter
from local_athena.backends.duckdb.storage.records import duckdb_type

_Column = tuple[str, str]


def folder_filter(connection: duckdb.DuckDBPyConnection, scan: Scan) -> FolderFilter:
    """A filter by the predicates of a scan.

    Use it in the transaction that runs the statement: there the clock stands still.
    """
    types = {column.name: duckdb_type(column.type) for column in scan.table.partition_columns}
    columns = [(level.column, types[level.column]) for level in scan.table.levels]

    def keep(folders: Sequence[Folder]) -> Sequence[Folder]:
        depth = len(folders[0].values) if folders else 0
        predicates = [one for one in scan.predicates if one.depth == depth]
        if not predicates:
            return folders
        values = zip(*(folder.values for folder in folders), strict=True)
        query = _query(columns[:depth], predicates)
        rows = connection.execute(query, [list(column) for column in values]).fetchall()
        return [folders[number] for (number,) in rows]

    return keep


def _query(columns: Sequence[_Column], predicates: Sequence[PartitionPredicate]) -> str:
    lists = ", ".join(
        f"TRY_CAST(unnest(CAST(${number} AS VARCHAR[])) AS {kind}) AS {identifier(name)}"
        for number, (name, kind) in enumerate(columns, 1)
    )
    # No partition column is named with a blank, which Hive does not allow.
    folder = f'(SELECT unnest(range(len($1))) AS " number", {lists}) AS folder'
    kept = " AND ".join(_keeps(predicate, columns) for predicate in predicates)
    # A name that is no value of the column's type is an error that the statement itself meets.
    unread = " OR ".join(f"folder.{identifier(name)} IS NULL" for name, _ in columns)
    return selection('" number"', folder) + f" WHERE ({kept}) OR {unread} ORDER BY 1"


def _keeps(predicate: PartitionPredicate, columns: Sequence[_Column]) -> str:
    # A condition that fails for a folder keeps it, so that the statement itself meets the error.
    kept = f"TRY({predicate.sql}) IS NOT FALSE"
    if not predicate.null_extended:
        return kept
    nulls = ", ".join(f"CAST(NULL AS {kind}) AS {identifier(name)}" for name, kind in columns)
    refused = selection(f"TRY(({predicate.sql}) IS TRUE) IS FALSE", f"(SELECT {nulls}) AS folder")
    return f"({kept} OR NOT ({refused}))"
