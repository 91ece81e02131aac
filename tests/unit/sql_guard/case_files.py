"""Load the case files next to the tests, and name the outcome of a query."""

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from data_hist.errors import InvalidSql, QueryTooLarge, RequestError, StatementNotAllowed
from data_hist.sql_guard.guard import AdmittedQuery, Guard
from tests.support.work import at_most_calls

_FOLDER = Path(__file__).with_name("cases")


def own_cases(name: str) -> list[dict[str, Any]]:
    """The cases of a JSON-lines file of this folder."""
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def sql_of(case: dict[str, Any]) -> str:
    """The text of a case; large ones are given as parts with counts."""
    if "parts" in case:
        return "".join(text * count for text, count in case["parts"])
    return str(case["sql"])


def bounded(sql: str) -> AbstractContextManager[None]:
    """Fail when deciding on a text makes more calls than fit its length.

    The costliest of the cases makes 190 for each character. Anything that grows with the square of
    the length is far above on the long texts, and anything that doubles with each level on all.
    """
    return at_most_calls(30_000 + 300 * len(sql))


def rule_of(fault: RequestError) -> str:
    """The one word by which a case file names a refusal."""
    if isinstance(fault, InvalidSql):
        return "INVALID_SQL"
    if isinstance(fault, QueryTooLarge):
        return "TOO_LARGE"
    assert isinstance(fault, StatementNotAllowed)
    return str(fault.code)


def outcome(guard: Guard, sql: str, customer_id: int | None = None) -> AdmittedQuery | str:
    """The admitted query, or the rule that refused it."""
    try:
        return guard.admit(sql, customer_id=customer_id)
    except RequestError as fault:
        return rule_of(fault)
