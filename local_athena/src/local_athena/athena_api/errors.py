"""The errors of the Athena API: types, codes and messages as recorded from Athena."""

import uuid
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class ApiError(Exception):
    """An error of the Athena API; everything except an internal error is a 400."""

    type: str
    message: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    status: int = 400

    def body(self) -> dict[str, Any]:
        """The JSON of the response."""
        message = {} if self.message is None else {"Message": self.message}
        return {"__type": self.type, **self.details, **message}


def invalid_request(code: str, message: str) -> ApiError:
    """Make an InvalidRequestException with an `AthenaErrorCode`."""
    details = {"AthenaErrorCode": code, "ErrorCode": code}
    return ApiError("InvalidRequestException", message, details)


def invalid_input(message: str) -> ApiError:
    """Make the error for an invalid value of a member."""
    return invalid_request("INVALID_INPUT", message)


def execution_not_found(execution_id: str) -> ApiError:
    """Make the error for an unknown execution id."""
    return invalid_request(
        "QUERY_EXECUTION_NOT_FOUND", f"QueryExecution {execution_id} was not found"
    )


def result_not_found() -> ApiError:
    """Make the error for a result that does not exist, or no longer exists."""
    return invalid_request("RESULT_NOT_FOUND", "Could not find results")


def malformed_token(token: str) -> ApiError:
    """Make the error for a NextToken that was not issued for this request."""
    return invalid_input(f"Malformed nextPageToken {token}")


def malformed_list_token(token: str) -> ApiError:
    """Make the error for a NextToken that was not issued by this list operation."""
    return invalid_input(f"The nextPageToken is malformed: {token}")


def too_many_queries() -> ApiError:
    """Make the error for the quota on active queries."""
    return ApiError(
        "TooManyRequestsException",
        "You have exceeded the limit for the number of queries you can run concurrently. "
        "Please reduce the number of concurrent queries submitted by this account. "
        "Contact customer support to request a concurrent query limit increase.",
        {"Reason": "CONCURRENT_QUERY_LIMIT_EXCEEDED"},
    )


def throttled() -> ApiError:
    """Make the error for the quota on calls."""
    return ApiError("ThrottlingException", "Rate exceeded")


def metadata_not_found() -> ApiError:
    """Make the error for a missing database or table; clients parse what Glue's client says."""
    return ApiError("MetadataException", _entity_not_found())


def target_not_found() -> ApiError:
    """Make the error for a DESCRIBE or SHOW COLUMNS of a missing table, which never starts."""
    return invalid_input(_entity_not_found())


def _entity_not_found() -> str:
    """Write the message that Athena passes on from Glue."""
    return (
        "Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; "
        f"Error Code: EntityNotFoundException; Request ID: {uuid.uuid4()}; Proxy: null)"
    )
