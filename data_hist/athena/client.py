"""Start, describe and stop queries on Athena and read their results, each call with a deadline."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from data_hist.athena.archive_objects import ArchiveObjects
from data_hist.athena.executions import (
    Column,
    Descriptions,
    Query,
    parse_descriptions,
    require_member,
)
from data_hist.athena.result_objects import (
    ObjectRange,
    ObjectVersion,
    describe_object,
    read_object,
)
from data_hist.athena.result_reuse import ReusedResults, reuse_configuration
from data_hist.athena.result_sets import EnginePage, ResultSet, parse_result_set
from data_hist.athena.transport import (
    Retrier,
    RetryBudget,
    RetryPolicy,
    create_client,
    create_session,
    deadline,
    translated_errors,
)
from data_hist.athena.workgroup import require_suitable
from data_hist.errors import (
    EngineFailed,
    EngineUnavailable,
    QueryError,
    QueryExpired,
    Throttled,
)
from data_hist.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient as Athena
    from mypy_boto3_s3 import S3Client

_BATCH = 50
_CHECK_RETRY_SECONDS = 5
_ENGINE_PAGE_ROWS = 1000
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class CallLimits:
    """How long calls take at most, and how often they are retried.

    `describe_seconds` limits `describe_many`, which makes one attempt.
    """

    start: RetryPolicy = field(default=RetryPolicy(attempt_seconds=4, total_seconds=10))
    read_rows: RetryPolicy = field(default=RetryPolicy(attempt_seconds=8, total_seconds=20))
    other: RetryPolicy = field(default=RetryPolicy(attempt_seconds=4, total_seconds=8))
    describe_seconds: float = 2.5
    check_seconds: float = 5
    first_pause_seconds: float = 0.2
    athena_retries_per_100: int = 15
    # A failed read breaks off a stream, and S3 has no quota that its retries would use up.
    object_attempts: int = 5
    object_retries_per_100: int = 100


DEFAULT_LIMITS = CallLimits()


class AthenaClient:
    """Athena and S3 in terms of this service. Thread-safe, like botocore's clients.

    Every method raises `EngineUnavailable`, `EngineFailed` or `Throttled` if AWS fails.

    Args:
        settings: Region, credentials, workgroup and result bucket.
        athena, s3: Clients of boto3; created from the settings by default.
        limits: Timeouts and retries.
        retrier: Repeats calls of Athena; created from the limits by default.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        athena: "Athena | None" = None,
        s3: "S3Client | None" = None,
        limits: CallLimits = DEFAULT_LIMITS,
        retrier: Retrier | None = None,
    ) -> None:
        session = create_session(settings)
        self._athena: Athena = athena or create_client(session, "athena", settings)
        self._s3: S3Client = s3 or create_client(session, "s3", settings)
        self.archive = ArchiveObjects(
            settings, self._athena, self._s3, limits.other.attempt_seconds
        )
        self._limits = limits
        self._retrier = retrier or Retrier(
            budget=RetryBudget(limits.athena_retries_per_100),
            first_pause_seconds=limits.first_pause_seconds,
        )
        self._object_retrier = Retrier(
            max_attempts=limits.object_attempts,
            budget=RetryBudget(limits.object_retries_per_100),
            first_pause_seconds=limits.first_pause_seconds,
        )
        self._reused = ReusedResults()
        self._workgroup = settings.workgroup
        self._default_database = settings.default_database
        self._bucket = settings.result_bucket

    def start(
        self,
        sql: str,
        *,
        catalog: str,
        output_location: str,
        idempotency_token: str,
        max_age_minutes: int = 0,
        workgroup: str | None = None,
    ) -> str:
        """Start a query and return its id.

        Args:
            sql: At most 262,144 bytes.
            catalog: The Athena catalog the query runs in.
            output_location: An S3 folder, ending in a slash.
            idempotency_token: 32 to 128 characters. The same token with the same SQL and location
                returns the id of the query that the first call started.
            max_age_minutes: How old a result of the same text there may be that is used again.
            workgroup: Where it runs; by default, in the workgroup of the settings.

        Raises:
            InvalidSql: Athena rejects the text before it runs it.
            IdempotencyKeyReused: The token was used with another text or location.
            TooManyQueries: Athena's limit of concurrent queries is reached.
            EngineError: If it is `unconfirmed`, Athena may have started the query, and the same
                call returns its id.
        """

        def start() -> str:
            try:
                with translated_errors():
                    response = self._athena.start_query_execution(
                        QueryString=sql,
                        ClientRequestToken=idempotency_token,
                        QueryExecutionContext={
                            "Catalog": catalog,
                            "Database": self._default_database,
                        },
                        ResultConfiguration={"OutputLocation": output_location},
                        WorkGroup=workgroup or self._workgroup,
                        **(reuse_configuration(max_age_minutes) if max_age_minutes else {}),
                    )
            except QueryError as error:
                raise EngineFailed(
                    "Athena answered the start with an error of another query."
                ) from error
            return require_member(response, "QueryExecutionId", str)

        return self._retrier.call(start, self._limits.start)

    def describe_many(self, query_ids: Sequence[str]) -> Descriptions:
        """Describe up to 50 queries in one call, without retries.

        The result omits queries that Athena could not look up this time.
        """
        # Athena would reject the whole call because of a malformed id.
        well_formed = [query_id for query_id in query_ids if _ID.fullmatch(query_id)]
        malformed = frozenset(query_ids) - frozenset(well_formed)
        if not well_formed:
            return Descriptions({}, malformed)
        with deadline(self._limits.describe_seconds), translated_errors():
            described = self._describe(well_formed, malformed)
            if any(query.reused_query_id for query in described.found.values()):
                return self._reused.date(described, self._describe)
        return described

    def _describe(
        self, query_ids: Sequence[str], malformed: Set[str] = frozenset()
    ) -> Descriptions:
        response = self._athena.batch_get_query_execution(QueryExecutionIds=list(query_ids))
        return parse_descriptions(response, malformed)

    def describe_listed(self, query_ids: Sequence[str]) -> Mapping[str, Query]:
        """Describe up to 50 queries, with retries; unknown ones are left out."""

        def describe() -> Mapping[str, Query]:
            descriptions = self.describe_many(query_ids)
            if set(query_ids) - descriptions.found.keys() - descriptions.unknown:
                raise EngineFailed("Athena did not describe some of the queries.")
            return descriptions.found

        return self._retrier.call(describe, self._limits.other)

    def list_query_ids(
        self, token: str | None, workgroup: str | None = None
    ) -> tuple[list[str], str | None]:
        """List up to 50 ids of a workgroup, newest first, and the token of the next page."""
        paging: dict[str, Any] = {"NextToken": token} if token else {}

        def list_ids() -> tuple[list[str], str | None]:
            with translated_errors():
                response = self._athena.list_query_executions(
                    WorkGroup=workgroup or self._workgroup, MaxResults=_BATCH, **paging
                )
            ids = require_member(response, "QueryExecutionIds", list)
            if not all(isinstance(each, str) and _ID.fullmatch(each) for each in ids):
                raise EngineFailed("Athena's answer lists malformed ids.")
            has_more = "NextToken" in response
            return ids, require_member(response, "NextToken", str) if has_more else None

        return self._retrier.call(list_ids, self._limits.other)

    def stop(self, query_id: str) -> None:
        """Stop a query, unless it has ended."""

        def stop() -> None:
            with translated_errors():
                self._athena.stop_query_execution(QueryExecutionId=query_id)

        self._retrier.call(stop, self._limits.other)

    def columns(self, query_id: str) -> tuple[Column, ...]:
        """Read the columns of a finished query's result, with Athena's types."""
        return self._result_set(QueryExecutionId=query_id, MaxResults=1).columns

    def engine_page(self, query_id: str, token: str | None) -> EnginePage:
        """Read rows with GetQueryResults: slowly, and against a quota that all queries share.

        Raises:
            QueryExpired: The result does not exist any more.
            EngineUnavailable: Athena does not know the token any more.
        """
        paging = {"NextToken": token} if token else {}
        found = self._result_set(QueryExecutionId=query_id, MaxResults=_ENGINE_PAGE_ROWS, **paging)
        return EnginePage(found.rows, found.next_token)

    def object_version(self, location: str) -> ObjectVersion:
        """Describe a result object.

        Raises:
            QueryExpired: The object does not exist any more.
            ResultUnreadable: It cannot be read.
        """
        describe = partial(describe_object, self._s3, location)
        return self._object_retrier.call(describe, self._limits.other)

    def read_range(
        self, location: str, start: int, size: int, etag: str | None = None
    ) -> ObjectRange:
        """Read up to `size` bytes of a result object from the byte at `start`.

        Raises:
            QueryExpired: The object does not exist any more.
            ResultUnreadable: It cannot be read.
            EngineFailed: It has another ETag.
        """
        read = partial(read_object, self._s3, location, start, size, etag)
        return self._object_retrier.call(read, self._limits.read_rows)

    def _result_set(self, **request: Any) -> ResultSet:
        def get() -> ResultSet:
            with translated_errors():
                response = self._athena.get_query_results(**request)
            return parse_result_set(response)

        return self._retrier.call(get, self._limits.read_rows)

    def check(self) -> None:
        """Check that Athena and the result bucket respond, and the settings of the workgroup.

        Raises:
            EngineUnavailable: They do not respond, or the workgroup overrides settings that this
                service relies on; the detail says what to change.
        """
        try:
            with deadline(self._limits.check_seconds), translated_errors():
                self._s3.head_bucket(Bucket=self._bucket)
            self.check_workgroup(self._workgroup)
        except (Throttled, QueryExpired) as error:
            # S3 reports a missing bucket like a missing object.
            raise EngineUnavailable(
                "Athena or the result bucket does not answer as it should.",
                retry_after_seconds=_CHECK_RETRY_SECONDS,
            ) from error

    def check_workgroup(self, name: str) -> None:
        """Raise EngineUnavailable, which says what to change, unless a workgroup is suitable."""
        with deadline(self._limits.check_seconds), translated_errors():
            response = self._athena.get_work_group(WorkGroup=name)
        require_suitable(name, require_member(response, "WorkGroup", dict))
