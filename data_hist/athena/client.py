"""Start, describe and stop queries on Athena and read their results, each call with a deadline."""

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from boto3 import Session

from data_hist.athena.deadlines import observe_time_limits, time_limit
from data_hist.athena.errors import translated_errors
from data_hist.athena.executions import descriptions_from, member
from data_hist.athena.instrumentation import observe_calls
from data_hist.athena.model import Column, Descriptions, Query
from data_hist.athena.result_objects import (
    ObjectRange,
    ObjectVersion,
    describe_object,
    read_object,
)
from data_hist.athena.result_sets import ColumnInfo, ResultSet, keep_bodies, result_set
from data_hist.athena.retries import Retrier, RetryPolicy
from data_hist.athena.sessions import CONFIG, session_from
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
_STATUS_SECONDS = 2.5
_CHECK_RETRY_SECONDS = 5
_CHECK_SECONDS = 5
_ANSWER = RetryPolicy(attempt_seconds=4, whole_seconds=8)
_START = RetryPolicy(attempt_seconds=4, whole_seconds=10)
_ROWS = RetryPolicy(attempt_seconds=8, whole_seconds=20)
_ENGINE_PAGE = 1000
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class EnginePage:
    """What Athena gives at once of a result, None being NULL, and its token of what follows.

    The first row of the first page is the header.
    """

    rows: Sequence[Sequence[str | None]]
    token: str | None


class AthenaClient:
    """Athena and S3 in the service's own words.

    Every method raises `EngineUnavailable`, `EngineFailed` or `Throttled` when AWS does not answer
    as it should. Thread-safe, as botocore's clients are.

    Args:
        settings: Where they are, and what they are called with.
        athena: A client of Athena; made from the settings when not given.
        attempts: How calls of Athena are repeated.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        athena: "Athena | None" = None,
        attempts: Retrier | None = None,
    ) -> None:
        session = session_from(settings)
        self._athena = athena or _athena_client(session, settings)
        self._s3: S3Client = session.client("s3", endpoint_url=settings.endpoint_url, config=CONFIG)
        observe_time_limits(self._s3)
        observe_calls(self._s3)
        self._attempts = attempts or Retrier()
        # One read that fails breaks a stream off; S3 has no quota that its retries would use up.
        self._object_attempts = Retrier(most=5, retries_for_100=100)
        self._workgroup = settings.workgroup
        self._default_database = settings.default_database
        self._bucket = settings.result_bucket

    def start(self, sql: str, *, catalog: str, output_location: str, idempotency_token: str) -> str:
        """Start a query and give its id.

        Args:
            sql: At most 262,144 bytes.
            catalog: The Athena catalog the query runs in.
            output_location: An S3 folder, ending in a slash.
            idempotency_token: 32 to 128 characters. The same token with the same SQL and location
                gives the id of the query that the first call started.

        Raises:
            InvalidSql: Athena refuses the text before it runs.
            IdempotencyKeyReused: The token came with another text or location.
            TooManyQueries: Athena's limit of concurrent queries is reached.
            EngineError: Where it is `unconfirmed`, Athena may have started the query, and the same
                call finds it.
        """

        def start() -> str:
            try:
                with translated_errors():
                    answer = self._athena.start_query_execution(
                        QueryString=sql,
                        ClientRequestToken=idempotency_token,
                        QueryExecutionContext={
                            "Catalog": catalog,
                            "Database": self._default_database,
                        },
                        ResultConfiguration={"OutputLocation": output_location},
                        WorkGroup=self._workgroup,
                    )
            except QueryError as error:
                raise EngineFailed("Athena answered a start as if it were of a query.") from error
            return member(answer, "QueryExecutionId", str)

        return self._attempts.make(start, _START)

    def describe_many(self, query_ids: Sequence[str]) -> Descriptions:
        """Describe up to 50 queries in one call, which is not made again.

        Nothing is told of those that Athena could not look at this time.
        """
        # Another id would have Athena refuse the call for all of them.
        asked = [query_id for query_id in query_ids if _ID.fullmatch(query_id)]
        strange = frozenset(query_ids) - frozenset(asked)
        if not asked:
            return Descriptions({}, strange)
        with time_limit(_STATUS_SECONDS), translated_errors():
            answer = self._athena.batch_get_query_execution(QueryExecutionIds=asked)
        return descriptions_from(answer, strange)

    def describe_listed(self, query_ids: Sequence[str]) -> Mapping[str, Query]:
        """Describe up to 50 queries of a list; unknown ones are left out."""

        def describe() -> Mapping[str, Query]:
            told = self.describe_many(query_ids)
            if set(query_ids) - told.found.keys() - told.unknown:
                raise EngineFailed("Athena told nothing of some queries.")
            return told.found

        return self._attempts.make(describe, _ANSWER)

    def list_query_ids(self, token: str | None) -> tuple[list[str], str | None]:
        """Give up to 50 ids of the workgroup, newest first, and the token of what follows.

        Raises:
            InvalidPagingToken: Athena does not know the token.
        """
        paging: dict[str, Any] = {"NextToken": token} if token else {}

        def list_ids() -> tuple[list[str], str | None]:
            with translated_errors():
                answer = self._athena.list_query_executions(
                    WorkGroup=self._workgroup, MaxResults=_BATCH, **paging
                )
            ids = member(answer, "QueryExecutionIds", list)
            if not all(isinstance(each, str) and _ID.fullmatch(each) for each in ids):
                raise EngineFailed("Athena's answer lists what are no ids.")
            following = member(answer, "NextToken", str) if "NextToken" in answer else None
            return ids, following

        return self._attempts.make(list_ids, _ANSWER)

    def stop(self, query_id: str) -> None:
        """Stop a query; one that has ended stays as it is."""

        def stop() -> None:
            with translated_errors():
                self._athena.stop_query_execution(QueryExecutionId=query_id)

        self._attempts.make(stop, _ANSWER)

    def columns(self, query_id: str) -> tuple[Column, ...]:
        """The columns of a finished query's result, with Athena's types."""
        found = self._result_set(QueryExecutionId=query_id, MaxResults=1)
        return tuple(map(_column, found.columns))

    def engine_page(self, query_id: str, token: str | None) -> EnginePage:
        """Read rows through Athena itself: slowly, and at the cost of a quota that all share.

        Raises:
            QueryExpired: The result is gone.
            EngineUnavailable: Athena does not know the token any more.
        """
        paging = {"NextToken": token} if token else {}
        found = self._result_set(QueryExecutionId=query_id, MaxResults=_ENGINE_PAGE, **paging)
        return EnginePage(found.rows, found.next_token)

    def object_version(self, location: str) -> ObjectVersion:
        """Describe a result object.

        Raises:
            QueryExpired: The object is gone.
            ResultUnreadable: It cannot be read.
        """
        return self._object_attempts.make(partial(describe_object, self._s3, location), _ANSWER)

    def read_range(
        self, location: str, start: int, size: int, etag: str | None = None
    ) -> ObjectRange:
        """Read up to `size` bytes of a result object from the byte at `start`.

        Raises:
            QueryExpired: The object is gone.
            ResultUnreadable: It cannot be read.
            EngineFailed: It is another than the one of the ETag.
        """
        read = partial(read_object, self._s3, location, start, size, etag)
        return self._object_attempts.make(read, _ROWS)

    def _result_set(self, **request: Any) -> ResultSet:
        def get() -> ResultSet:
            with translated_errors():
                answer = self._athena.get_query_results(**request)
            return result_set(answer)

        return self._attempts.make(get, _ROWS)

    def check(self) -> None:
        """Make sure that Athena and the result bucket answer and that the workgroup is fit.

        Raises:
            EngineUnavailable: They do not, or the workgroup overrides what this service rests on;
                the detail says what to change.
        """
        try:
            with time_limit(_CHECK_SECONDS), translated_errors():
                answer = self._athena.get_work_group(WorkGroup=self._workgroup)
                workgroup = member(answer, "WorkGroup", dict)
                self._s3.head_bucket(Bucket=self._bucket)
        except (Throttled, QueryExpired) as error:
            # The bucket that is not there is told of like an object that is not there.
            raise EngineUnavailable(
                "Athena or the result bucket does not answer as it should.",
                retry_after_seconds=_CHECK_RETRY_SECONDS,
            ) from error
        configuration = workgroup.get("Configuration", {})
        if configuration.get("EnforceWorkGroupConfiguration"):
            _unfit(
                f"Workgroup {self._workgroup} enforces its own settings, so that results would not "
                "lie where their owner and retention are kept: turn off 'Override client-side "
                "settings' (EnforceWorkGroupConfiguration=false)."
            )
        if configuration.get("ManagedQueryResultsConfiguration", {}).get("Enabled"):
            _unfit(
                f"Workgroup {self._workgroup} keeps its results in Athena's own storage: turn off "
                "'Athena managed' results (ManagedQueryResultsConfiguration.Enabled=false)."
            )


def _athena_client(session: Session, settings: Settings) -> "Athena":
    client: Athena = session.client("athena", endpoint_url=settings.endpoint_url, config=CONFIG)
    keep_bodies(client)
    observe_time_limits(client)
    observe_calls(client)
    return client


def idempotency_token(tenant: int, key: str | None) -> str:
    """The token for a caller's key, which is another tenant's own; without a key, a new one.

    botocore would make up another token for each attempt, and Athena start a query for each.
    """
    if key is None:
        return uuid.uuid4().hex
    return hashlib.sha256(f"{tenant}\n{key}".encode()).hexdigest()


def _column(info: ColumnInfo) -> Column:
    """A column; precision and scale are told of every type, and say something of decimals only."""
    if info.Type.lower() != "decimal":
        return Column(info.Name, info.Type)
    return Column(info.Name, info.Type, info.Precision, info.Scale)


def _unfit(detail: str) -> NoReturn:
    raise EngineUnavailable(detail, code="WORKGROUP_CONFIGURATION")
