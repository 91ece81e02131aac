"""Translate the exceptions of botocore into the errors of this service."""

import logging

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

from data_hist.athena.executions import parse_reason
from data_hist.errors import (
    DataHistError,
    EngineError,
    EngineFailed,
    EngineUnavailable,
    IdempotencyKeyReused,
    InvalidSql,
    QueryExpired,
    QueryNotFound,
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
# Another request changes the same object.
_CONFLICTS = frozenset({"ConditionalRequestConflict", "OperationAborted"})
_PASSING = THROTTLES | _TIMEOUTS | _CONFLICTS
# The service's own credentials or settings are wrong: the operator's fault, never the caller's.
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
_BUCKET_OPERATIONS = frozenset({"GetObject", "HeadObject", "HeadBucket"})
_NOT_FOUND = "QUERY_EXECUTION_NOT_FOUND"
_RESULT_GONE = "RESULT_NOT_FOUND"
_MISMATCH = "IDEMPOTENT_PARAMETER_MISMATCH"
_MALFORMED = "MALFORMED_QUERY"
# What botocore's parsers raise if a body does not match the API.
_UNPARSABLE = (
    AttributeError,
    LookupError,
    RecursionError,
    ResponseParserError,
    TypeError,
    ValueError,
)
# The request was not sent. Every other error of botocore may follow one that AWS has accepted.
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
TRANSLATED = (ClientError, BotoCoreError, *_UNPARSABLE)
"""What `translate` takes: everything that a call of botocore raises."""

_UNAVAILABLE = "The query engine cannot be reached at the moment."


def translate(error: Exception) -> DataHistError:
    """Translate one of `TRANSLATED` into the error that fits who has to act, and log it."""
    if isinstance(error, ClientError):
        return _from_client_error(error)
    if isinstance(error, BotoCoreError):
        _log.warning("AWS was not reached: %s", type(error).__name__)
        unavailable = EngineUnavailable(_UNAVAILABLE, retry_after_seconds=_RETRY_SECONDS)
        unavailable.unconfirmed = not isinstance(error, _NOT_SENT)
        unavailable.transient = isinstance(error, HTTPClientError | IncompleteReadError)
        return unavailable
    _log.warning("AWS sent a response that cannot be parsed: %s", type(error).__name__)
    return EngineFailed("The query engine returned a response that cannot be parsed.")


def _from_client_error(error: ClientError) -> DataHistError:
    code, status = _code_and_status(error)
    translated = _translate_code(error, code, status)
    if isinstance(translated, EngineError):
        _log_response(error)
        # AWS refuses with a 4xx, and with a 5xx it does not know itself.
        translated.unconfirmed = not 300 <= status < 500
        is_passing = code in _PASSING or status == 429 or status >= 500
        translated.transient = translated.transient and is_passing
    return translated


def _log_response(error: ClientError) -> None:
    """Log the operation and the code; the message may quote SQL or a location."""
    response = error.response
    _log.warning(
        "AWS answered %s with %s (%s, status %s)",
        error.operation_name,
        response.get("Error", {}).get("Code"),
        response.get("AthenaErrorCode"),
        response.get("ResponseMetadata", {}).get("HTTPStatusCode"),
    )


def _translate_code(error: ClientError, code: str, status: int) -> DataHistError:
    if code == "InvalidRequestException":
        return _from_invalid_request(error)
    if code in THROTTLES or status == 429:
        return _from_throttle(error)
    if code in _GONE and error.operation_name in _BUCKET_OPERATIONS:
        return _result_gone()
    # A redirect means that the bucket is in another region or behind another endpoint.
    unavailable = (
        code in _MISCONFIGURATIONS | _TIMEOUTS | _CONFLICTS or status >= 500 or 300 <= status < 400
    )
    if unavailable:
        return EngineUnavailable(_UNAVAILABLE, retry_after_seconds=_RETRY_SECONDS)
    return EngineFailed("The query engine answered with an error that this service does not know.")


def _code_and_status(error: ClientError) -> tuple[str, int]:
    response = error.response
    code = str(response.get("Error", {}).get("Code", ""))
    return code, response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _from_throttle(error: ClientError) -> DataHistError:
    if _CONCURRENT_QUERIES in str(error.response.get("Reason", "")) + str(error):
        return TooManyQueries(
            "The engine is already running as many queries as it allows; submit the query again "
            "later.",
            retry_after_seconds=10,
        )
    return Throttled(
        "The engine accepts no more calls at the moment; send the request again later.",
        retry_after_seconds=_RETRY_SECONDS,
    )


def _from_invalid_request(error: ClientError) -> DataHistError:
    """Tell invalid SQL, unknown ids and misconfiguration apart: Athena has one code for all."""
    message = str(error.response.get("Error", {}).get("Message", ""))
    error_code = str(error.response.get("AthenaErrorCode") or _infer_code(message))
    if error_code == _NOT_FOUND:
        return QueryNotFound("There is no such query.")
    if error_code == _RESULT_GONE:
        return _result_gone()
    if error_code == _MISMATCH:
        return IdempotencyKeyReused(
            "This Idempotency-Key was already used for another request; send a new key."
        )
    if error_code == _MALFORMED:
        name, line, column, text = parse_reason(message)
        return InvalidSql(text, code=name or "SYNTAX_ERROR", line=line, column=column)
    return EngineUnavailable(
        "The query engine refuses how this service is set up, which only its operator can mend.",
        retry_after_seconds=_RETRY_SECONDS,
    )


def _infer_code(message: str) -> str:
    """Infer the error code of a response without one, from messages that Athena has sent."""
    if "was not found" in message and "QueryExecution" in message:
        return _NOT_FOUND
    if "Could not find results" in message:
        return _RESULT_GONE
    if "Idempotent parameters do not match" in message:
        return _MISMATCH
    if parse_reason(message)[1] is not None or "Queries of this type are not supported" in message:
        return _MALFORMED
    return ""


def _result_gone() -> QueryExpired:
    return QueryExpired("The result of this query is gone; send the query again.")
