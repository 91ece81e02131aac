"""Start queries on Athena: a caller gets the id of each, or the query is stopped."""

import asyncio
import copy
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from functools import partial

from data_hist.athena import AthenaClient
from data_hist.athena.model import Query, QueryStatus
from data_hist.errors import DataHistError, EngineError, InvalidSql
from data_hist.queries.abandoned import unless_abandoned
from data_hist.queries.executions_cache import for_caller
from data_hist.queries.orphans import Orphans
from data_hist.queries.sql_trailer import annotate, caller_place
from data_hist.sql_guard import AdmittedQuery


class QueryStarter:
    """Starts the queries of one API version.

    Args:
        engine: Athena, or what stands in for it.
        catalog: The Athena catalog the queries run in.
        orphans: Takes the queries whose caller does not get the id.
        threads: For the calls.
        clock: The current time, in UTC.
    """

    def __init__(
        self,
        engine: AthenaClient,
        catalog: str,
        orphans: Orphans,
        threads: Executor,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._catalog = catalog
        self._orphans = orphans
        self._threads = threads
        self._clock = clock

    async def start(
        self, caller_text: str, admitted: AdmittedQuery, location: str, token: str, *, keyed: bool
    ) -> Query:
        """Start a query, and describe it as QUEUED.

        Args:
            caller_text: The SQL that the caller wrote.
            admitted: The SQL to run.
            location: The S3 folder of the result.
            token: Athena's ClientRequestToken.
            keyed: Whether the caller can find the query by repeating the request.

        Raises:
            InvalidSql: Athena refuses the text.
            IdempotencyKeyReused: The token came with another text or location.
            TooManyQueries: Athena runs as many queries as it may.
            EngineError: Athena may have started it where that is `unconfirmed`.
        """
        sent = annotate(admitted.sql, caller_text, admitted.edits, admitted.ranges)
        start = partial(
            self._engine.start,
            sent,
            catalog=self._catalog,
            output_location=location,
            idempotency_token=token,
        )
        starting = asyncio.get_running_loop().run_in_executor(self._threads, start)
        try:
            # The call goes on when the request is cancelled.
            query_id = await unless_abandoned(starting)
        except asyncio.CancelledError:
            if not keyed:
                self._orphans.add_starting(starting, start)
            raise
        except EngineError as error:
            if not error.unconfirmed:
                raise
            if not keyed:
                self._orphans.add_unconfirmed(start)
            raise _with_advice(error, keyed=keyed) from error
        except InvalidSql as error:
            line, column = caller_place(sent, error.line, error.column)
            raise InvalidSql(error.detail, code=error.code, line=line, column=column) from error
        except DataHistError:
            raise
        except Exception:
            if not keyed:
                self._orphans.add_unconfirmed(start)
            raise
        return for_caller(Query(query_id, QueryStatus.QUEUED, sent, location, self._clock()))


def _with_advice(error: EngineError, *, keyed: bool) -> EngineError:
    """The same error, with what the caller can do about a query that may have been started."""
    advice = (
        "The query may have been started: repeat the request with the same Idempotency-Key."
        if keyed
        else "If the query was started all the same, this service stops it; submit it again."
    )
    advised = copy.copy(error)
    advised.detail = f"{error.detail} {advice}"
    advised.code = "START_UNCONFIRMED"
    advised.retryable = True
    return advised
