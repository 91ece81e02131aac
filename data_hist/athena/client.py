"""Start, describe and stop queries on Athena, and read their result objects on S3."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from data_hist.athena.errors import reading_object, translated_errors
from data_hist.athena.result_sets import ColumnInfo, keep_bodies, result_set
from data_hist.athena.states import query_from
from data_hist.errors import EngineFailed, EngineUnavailable
from data_hist.model import Column, Query
from data_hist.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient as Athena
    from mypy_boto3_s3 import S3Client

CONFIG = Config(
    connect_timeout=3,
    read_timeout=8,
    # At least the number of threads that may call at once, or connections are opened for nothing.
    max_pool_connections=64,
    retries={"mode": "standard", "max_attempts": 3},
    tcp_keepalive=True,
    # botocore's own is made anew for each call, which takes an eighth of it.
    user_agent=f"data-hist/{version('data-hist')}",
    # The contract has checked what a caller gives, and the rest stands in this module.
    parameter_validation=False,
    s3={"addressing_style": "path"},
)
_BATCH = 50
_ENGINE_PAGE = 1000
_RANGE_PAST_THE_END = "InvalidRange"


@dataclass(frozen=True)
class ObjectVersion:
    """A result object as it stands: its size, and the ETag that changes when its bytes do."""

    object_bytes: int
    etag: str


@dataclass(frozen=True)
class ObjectRange:
    """Some bytes of a result object, and the size of the whole of it."""

    data: bytes
    object_bytes: int
    etag: str | None


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
    """

    def __init__(self, settings: Settings) -> None:
        session = session_from(settings)
        self._athena: Athena = session.client(
            "athena", endpoint_url=settings.endpoint_url, config=CONFIG
        )
        keep_bodies(self._athena)
        self._s3: S3Client = session.client("s3", endpoint_url=settings.endpoint_url, config=CONFIG)
        self._workgroup = settings.workgroup
        self._default_database = settings.default_database
        self._bucket = settings.result_bucket

    def start(
        self, sql: str, *, catalog: str, output_location: str, idempotency_token: str | None
    ) -> str:
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
        """
        token: dict[str, Any] = (
            {"ClientRequestToken": idempotency_token} if idempotency_token else {}
        )
        with translated_errors():
            answer = self._athena.start_query_execution(
                QueryString=sql,
                QueryExecutionContext={"Catalog": catalog, "Database": self._default_database},
                ResultConfiguration={"OutputLocation": output_location},
                WorkGroup=self._workgroup,
                **token,
            )
        return str(_member(answer, "QueryExecutionId"))

    def describe(self, query_id: str) -> Query:
        """Describe one query.

        Raises:
            QueryNotFound: Athena does not know the id, or has forgotten it (after 45 days).
        """
        with translated_errors():
            answer = self._athena.get_query_execution(QueryExecutionId=query_id)
        return query_from(_member(answer, "QueryExecution"))

    def describe_many(self, query_ids: Sequence[str]) -> list[Query]:
        """Describe up to 50 queries in one call; unknown ones are left out."""
        if not query_ids:
            return []
        with translated_errors():
            answer = self._athena.batch_get_query_execution(QueryExecutionIds=query_ids[:_BATCH])
        return [query_from(execution) for execution in _member(answer, "QueryExecutions")]

    def list_query_ids(self, token: str | None) -> tuple[list[str], str | None]:
        """Give up to 50 ids of the workgroup, newest first, and the token of what follows.

        Raises:
            InvalidPagingToken: Athena does not know the token.
        """
        paging: dict[str, Any] = {"NextToken": token} if token else {}
        with translated_errors():
            answer = self._athena.list_query_executions(
                WorkGroup=self._workgroup, MaxResults=_BATCH, **paging
            )
        return list(_member(answer, "QueryExecutionIds")), answer.get("NextToken")

    def stop(self, query_id: str) -> None:
        """Stop a query; one that has ended stays as it is."""
        with translated_errors():
            self._athena.stop_query_execution(QueryExecutionId=query_id)

    def columns(self, query_id: str) -> tuple[Column, ...]:
        """The columns of a finished query's result, with Athena's types."""
        with translated_errors():
            answer = self._athena.get_query_results(QueryExecutionId=query_id, MaxResults=1)
        return tuple(map(_column, result_set(answer).columns))

    def engine_page(self, query_id: str, token: str | None) -> EnginePage:
        """Read rows through Athena itself: slowly, and at the cost of a quota that all share.

        Raises:
            QueryExpired: The result is gone.
            EngineUnavailable: Athena does not know the token any more.
        """
        paging: dict[str, Any] = {"NextToken": token} if token else {}
        with translated_errors():
            answer = self._athena.get_query_results(
                QueryExecutionId=query_id, MaxResults=_ENGINE_PAGE, **paging
            )
        found = result_set(answer)
        return EnginePage(found.rows, found.next_token)

    def object_version(self, location: str) -> ObjectVersion:
        """Describe a result object.

        Raises:
            QueryExpired: The object is gone.
            ResultUnreadable: It cannot be read.
        """
        url = urlsplit(location)
        with reading_object():
            answer = self._s3.head_object(Bucket=url.netloc, Key=url.path.removeprefix("/"))
        return ObjectVersion(_member(answer, "ContentLength"), _member(answer, "ETag"))

    def read_range(
        self, location: str, start: int, size: int, etag: str | None = None
    ) -> ObjectRange:
        """Read up to `size` bytes of a result object from the byte at `start`.

        Raises:
            QueryExpired: The object is gone.
            ResultUnreadable: It cannot be read.
            EngineFailed: It is another than the one of the ETag.
        """
        url = urlsplit(location)
        condition: dict[str, Any] = {"IfMatch": etag} if etag else {}
        with reading_object():
            try:
                answer = self._s3.get_object(
                    Bucket=url.netloc,
                    Key=url.path.removeprefix("/"),
                    Range=f"bytes={start}-{start + size - 1}",
                    **condition,
                )
                data = answer["Body"].read()
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == _RANGE_PAST_THE_END:
                    return ObjectRange(b"", start, etag)
                raise
        total = answer.get("ContentRange", "").rpartition("/")[2]
        if len(data) != answer["ContentLength"] or not total.isdecimal():
            raise EngineFailed("The result object was cut short on its way.")
        return ObjectRange(data, int(total), answer.get("ETag"))

    def check(self) -> None:
        """Make sure that Athena and the result bucket answer and that the workgroup is fit.

        Raises:
            EngineUnavailable: They do not, or the workgroup overrides what this service rests on;
                the detail says what to change.
        """
        with translated_errors():
            workgroup = _member(self._athena.get_work_group(WorkGroup=self._workgroup), "WorkGroup")
            self._s3.head_bucket(Bucket=self._bucket)
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


def session_from(settings: Settings) -> boto3.Session:
    """The session that the settings describe; unlike its clients it is not thread-safe."""
    key, secret = settings.access_key_id, settings.secret_access_key
    return boto3.Session(
        region_name=settings.region,
        aws_access_key_id=key.get_secret_value() if key else None,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
    )


def idempotency_token(tenant: int, key: str) -> str:
    """The token for a caller's key: another tenant's equal key is another token."""
    return hashlib.sha256(f"{tenant}\n{key}".encode()).hexdigest()


def _column(info: ColumnInfo) -> Column:
    """A column; precision and scale are told of every type, and say something of decimals only."""
    if info.Type.lower() != "decimal":
        return Column(info.Name, info.Type)
    return Column(info.Name, info.Type, info.Precision, info.Scale)


def _unfit(detail: str) -> NoReturn:
    raise EngineUnavailable(detail, code="WORKGROUP_CONFIGURATION")


def _member(answer: Mapping[str, Any], name: str) -> Any:
    """A required member: botocore answers a truncated body with an empty dictionary."""
    try:
        return answer[name]
    except (KeyError, TypeError) as error:
        raise EngineFailed(f"Athena's answer lacks {name}.") from error
