"""Translate what boto3 raises into the errors of this service."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    MetadataRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from data_hist.athena.executions import reason_parts
from data_hist.errors import (
    DataHistError,
    EngineError,
    EngineFailed,
    EngineUnavailable,
    IdempotencyKeyReused,
    InvalidSql,
    QueryExpired,
    QueryNotFound,
    ResultUnreadable,
    Throttled,
    TooManyQueries,
)

_log = logging.getLogger(__name__)

_RETRY_SECONDS = 2
_CONCURRENT_QUERIES = "CONCURRENT_QUERY_LIMIT_EXCEEDED"
THROTTLES = frozenset(
    {
        "BandwidthLimitExceeded",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "429",
    }
)
_TIMEOUTS = frozenset({"RequestTimeout", "RequestTimeoutException"})
# AWS does not know us, or does not let us: for the operator to mend, never the caller's 401 or 403.
_MISCONFIGURATIONS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "NoSuchBucket",
        "PermanentRedirect",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
        "403",
    }
)
_GONE = frozenset({"NoSuchKey", "InvalidObjectState", "404"})
_OF_THE_BUCKET = frozenset({"GetObject", "HeadObject", "HeadBucket"})
_NOT_FOUND = "QUERY_EXECUTION_NOT_FOUND"
_RESULT_GONE = "RESULT_NOT_FOUND"
_MISMATCH = "IDEMPOTENT_PARAMETER_MISMATCH"
_MALFORMED = "MALFORMED_QUERY"
# What botocore's parsers raise about a body that is not what it says it is.
_UNREADABLE = (
    AttributeError,
    LookupError,
    RecursionError,
    ResponseParserError,
    TypeError,
    ValueError,
)
# Nothing was sent. Whatever else botocore raises may have come after AWS had taken the request.
_NOT_SENT = (
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    MetadataRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
    TokenRetrievalError,
)
_UNAVAILABLE = "The query engine cannot be reached at the moment."


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise the service's own error for anything that boto3 raises inside."""
    try:
        yield
    except ClientError as error:
        translated = _from_client_error(error)
        if isinstance(translated, EngineError):
            _log_answer(error)
            # AWS refuses with a 4xx, and with a 5xx it does not know itself.
            translated.unconfirmed = not 300 <= _code_and_status(error)[1] < 500
        raise translated from error
    except BotoCoreError as error:
        _log.warning("AWS was not reached: %s", type(error).__name__)
        unavailable = EngineUnavailable(_UNAVAILABLE, retry_after_seconds=_RETRY_SECONDS)
        unavailable.unconfirmed = not isinstance(error, _NOT_SENT)
        raise unavailable from error
    except _UNREADABLE as error:
        _log.warning("AWS gave an answer that cannot be read: %s", type(error).__name__)
        raise EngineFailed("The query engine's answer cannot be read.") from error


def is_transient(error: EngineError) -> bool:
    """Whether the same call may well succeed at once: AWS was busy, away, or not understood."""
    cause = error.__cause__
    if isinstance(cause, EngineError):
        return is_transient(cause)
    if isinstance(cause, ClientError):
        code, status = _code_and_status(cause)
        passing = code in THROTTLES | _TIMEOUTS or status == 429 or status >= 500
        return passing and not isinstance(error, TooManyQueries)
    if isinstance(cause, BotoCoreError):
        return isinstance(cause, HTTPClientError | IncompleteReadError)
    return True


@contextmanager
def reading_object() -> Iterator[None]:
    """The same for calls that read a result object, which there may be another way to read."""
    try:
        with translated_errors():
            yield
    except EngineUnavailable as error:
        raise ResultUnreadable(
            "The result object cannot be read at the moment.",
            retry_after_seconds=error.retry_after_seconds,
        ) from error


def _log_answer(error: ClientError) -> None:
    """Name the call and the code; the message may quote SQL or a location."""
    answer = error.response
    _log.warning(
        "AWS answered %s with %s (%s, status %s)",
        error.operation_name,
        answer.get("Error", {}).get("Code"),
        answer.get("AthenaErrorCode"),
        answer.get("ResponseMetadata", {}).get("HTTPStatusCode"),
    )


def _from_client_error(error: ClientError) -> DataHistError:
    code, status = _code_and_status(error)
    if code == "InvalidRequestException":
        return _from_invalid_request(error)
    if code in THROTTLES or status == 429:
        return _from_throttle(error)
    if code in _GONE and error.operation_name in _OF_THE_BUCKET:
        return _result_gone()
    # A redirection leads to another region or endpoint than the one that is set.
    unavailable = code in _MISCONFIGURATIONS | _TIMEOUTS or status >= 500 or 300 <= status < 400
    if unavailable:
        return EngineUnavailable(_UNAVAILABLE, retry_after_seconds=_RETRY_SECONDS)
    return EngineFailed("The query engine answered with an error that this service does not know.")


def _code_and_status(error: ClientError) -> tuple[str, int]:
    answer = error.response
    code = str(answer.get("Error", {}).get("Code", ""))
    return code, answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _from_throttle(error: ClientError) -> DataHistError:
    if _CONCURRENT_QUERIES in str(error.response.get("Reason", "")) + str(error):
        return TooManyQueries(
            "The engine runs as many queries as it may; try again when some have ended.",
            retry_after_seconds=10,
        )
    return Throttled(
        "The engine takes no more calls at the moment; send the request again a little later.",
        retry_after_seconds=_RETRY_SECONDS,
    )


def _from_invalid_request(error: ClientError) -> DataHistError:
    """Tell bad SQL, an unknown id and a wrong set-up apart: Athena has one exception for all."""
    message = str(error.response.get("Error", {}).get("Message", ""))
    kind = str(error.response.get("AthenaErrorCode") or _kind_of(message))
    if kind == _NOT_FOUND:
        return QueryNotFound("There is no such query.")
    if kind == _RESULT_GONE:
        return _result_gone()
    if kind == _MISMATCH:
        return IdempotencyKeyReused(
            "This Idempotency-Key came before, with another request; send a new key."
        )
    if kind == _MALFORMED:
        name, line, column, text = reason_parts(message)
        return InvalidSql(text, code=name or "SYNTAX_ERROR", line=line, column=column)
    return EngineUnavailable(
        "The query engine refuses how this service is set up, which only its operator can mend.",
        retry_after_seconds=_RETRY_SECONDS,
    )


def _kind_of(message: str) -> str:
    """The error code for answers that carry none, from the wordings that were seen."""
    if "was not found" in message and "QueryExecution" in message:
        return _NOT_FOUND
    if "Could not find results" in message:
        return _RESULT_GONE
    if "Idempotent parameters do not match" in message:
        return _MISMATCH
    if reason_parts(message)[1] is not None or "Queries of this type are not supported" in message:
        return _MALFORMED
    return ""


def _result_gone() -> QueryExpired:
    return QueryExpired("The result of this query is gone; send the query again.")
