"""The shared cases of queries, as texts with the id and the parameters of each."""

import re
from typing import Any, NamedTuple

from tests.guarded_queries import legitimate
from tests.support.shared_files import shared_cases
from tests.unit.sql_guard.case_files import own_cases


class Case(NamedTuple):
    """One query."""

    id: str
    sql: str
    parameters: list[Any] | None = None


def _case(entry: dict[str, Any]) -> Case:
    parts = entry.get("parts", [[entry.get("sql"), 1]])
    sql = "".join(text * count for text, count in parts)
    return Case(entry["id"], sql, entry.get("parameters"))


def shared(name: str, verdict: str) -> list[Case]:
    """The cases of a shared file that have to be decided so."""
    return [_case(entry) for entry in shared_cases(name) if entry["verdict"] == verdict]


def own() -> list[Case]:
    """The queries of this folder that have one right answer."""
    return [Case(name, sql) for name, sql in legitimate.legitimate()]


def allowed() -> list[Case]:
    """All queries that have to be admitted."""
    return [
        *own(),
        *shared("cases/sql_allowed.jsonl", "allow"),
        *shared("cases/sql_scope.jsonl", "allow"),
    ]


def denied() -> list[Case]:
    """All queries that have to be refused, the guard's own cases among them."""
    refused = [_case(entry) for entry in own_cases("refused.jsonl")]
    names = ("cases/sql_denied.jsonl", "cases/sql_scope.jsonl")
    found = [*refused, *(case for name in names for case in shared(name, "deny"))]
    return [case for case in found if case.parameters is None]


_VOLATILE = re.compile(
    r"\b(now|current_\w+|local\w+|random|rand|uuid|shuffle|tablesample)\b", re.IGNORECASE
)


def is_volatile(sql: str) -> bool:
    """Whether two runs over the same records may differ."""
    return _VOLATILE.search(sql) is not None


def by_id(case: Case) -> str:
    return case.id
