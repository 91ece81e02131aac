"""Suggest the column that a caller meant, when the engine does not find one.

Suggests only columns that may be queried.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from data_hist.athena.model import Failure
from data_hist.catalog import Table
from data_hist.spelling import offer, sentence, short

# What is none can only have stood in double quotes, as other databases take for a string.
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_UNRESOLVED = re.compile(r"Column '([^']+)' cannot be resolved")
# Without its comma, this one passes for a column with an alias: SELECT DISTICT tags.
_KEYWORD = "DISTINCT"


def with_column_hint(failure: Failure, tables: Mapping[str, Table]) -> Failure:
    """A failure of a query, with the column that may be meant if it names an unknown one."""
    found = _UNRESOLVED.fullmatch(failure.detail)
    if failure.code != "COLUMN_NOT_FOUND" or found is None:
        return failure
    name = short(found[1].replace('"', "").rpartition(".")[2])
    hint = _hint(name, tables)
    return replace(failure, detail=sentence(f"Column '{short(found[1])}' cannot be resolved{hint}"))


def _hint(name: str, tables: Mapping[str, Table]) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        return "; double quotes are for names, a string takes single quotes"
    columns = {
        table.name: [column.name for column in table.queryable_columns] for table in tables.values()
    }
    owners = [table for table, names in columns.items() if name.lower() in names]
    if owners:
        return (
            f": '{name.lower()}' is a column of {' and '.join(owners)}; check the FROM around it, "
            "and its aliases"
        )
    known = dict.fromkeys(name for names in columns.values() for name in names)
    return offer(name, [*known, _KEYWORD]) or (
        "; GET /tables describes the columns, and a string takes single quotes"
    )
