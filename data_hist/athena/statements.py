"""Run a statement to its end and read its first rows, for commands; the service never waits so."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Query, QueryStatus
from data_hist.errors import EngineFailed, EngineUnavailable


@dataclass(frozen=True)
class WaitLimits:
    """How often a statement is looked at, and how long it is waited for in between."""

    looks: int = 600
    pause_seconds: float = 0.5


class StatementResult(NamedTuple):
    """The rows of the first page, and what it took to make them."""

    rows: Sequence[Sequence[str | None]]
    scanned_bytes: int


def run_statement(
    engine: AthenaClient,
    sql: str,
    *,
    catalog: str,
    output_location: str,
    limits: WaitLimits = WaitLimits(),
    pause: Callable[[float], None] = time.sleep,
) -> StatementResult:
    """Run a SELECT whose rows fit into one page of Athena's, which are up to 999.

    Raises:
        EngineFailed: It failed; the detail is Athena's.
        EngineUnavailable: It has not ended in time, and is stopped.
        DataHistError: As `AthenaClient` raises it.
    """
    query_id = engine.start(
        sql,
        catalog=catalog,
        output_location=output_location,
        idempotency_token=secrets.token_hex(32),
    )
    query = _await_end(engine, query_id, limits, pause)
    if query.status is not QueryStatus.FINISHED:
        detail = query.failure.detail if query.failure else "The query was cancelled."
        raise EngineFailed(detail, query_id=query_id)
    _header, *rows = engine.engine_page(query_id, None).rows
    return StatementResult(rows, query.statistics.scanned_bytes)


def _await_end(
    engine: AthenaClient, query_id: str, limits: WaitLimits, pause: Callable[[float], None]
) -> Query:
    has_ended = False
    try:
        for _ in range(limits.looks):
            query = engine.describe_listed([query_id]).get(query_id)
            if query is not None and query.status.is_terminal:
                has_ended = True
                return query
            pause(limits.pause_seconds)
    finally:
        if not has_ended:
            engine.stop(query_id)
    raise EngineUnavailable("Athena does not end the query in time.", query_id=query_id)
