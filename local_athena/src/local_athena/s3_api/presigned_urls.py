"""Check presigned URLs (AWS Signature Version 4 in the query), as S3 does before it serves one.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from starlette.requests import Request

from local_athena.s3_api.errors import S3Error

_ALGORITHM = "AWS4-HMAC-SHA256"
_SIGNATURE = "X-Amz-Signature"
_LONGEST_SECONDS = 7 * 24 * 3600
_CLOCK_SKEW = timedelta(minutes=15)
_SCOPE = re.compile(r"[^/]+/(\d{8})/([^/]+)/s3/aws4_request", re.ASCII)
_OLD_PARAMETERS = frozenset({"AWSAccessKeyId", "Signature", "Expires"})


def check_presigned(request: Request, secret: str | None, now: datetime) -> None:
    """Check the signature and the expiry of a request, if its query has one.

    Args:
        request: A request that may have been presigned.
        secret: What it has to be signed with, whatever key it names; None accepts any signature.
        now: The current time, in UTC.

    Raises:
        S3Error: It is malformed, has expired, or was not signed with the secret.
    """
    names = request.query_params.keys()
    if names >= _OLD_PARAMETERS:
        raise S3Error("InvalidRequest")
    if _SIGNATURE not in names and "X-Amz-Algorithm" not in names:
        return
    signed_at, lifetime, scope = _terms(request)
    if now < signed_at - _CLOCK_SKEW:
        raise S3Error("AccessDenied", "Request is not yet valid")
    if now > signed_at + lifetime:
        raise S3Error("AccessDenied", "Request has expired")
    if secret is not None:
        expected = _signature(request, secret, scope)
        if not hmac.compare_digest(expected, request.query_params[_SIGNATURE]):
            raise S3Error("SignatureDoesNotMatch")


def _terms(request: Request) -> tuple[datetime, timedelta, Sequence[str]]:
    """Return when a request was signed, for how long, and the parts of its credential's scope."""
    query = request.query_params
    scope = _SCOPE.fullmatch(query.get("X-Amz-Credential", ""))
    try:
        moment = datetime.strptime(query.get("X-Amz-Date", ""), "%Y%m%dT%H%M%SZ")
        seconds = int(query.get("X-Amz-Expires", ""))
    except ValueError as error:
        raise S3Error("AuthorizationQueryParametersError") from error
    is_well_formed = (
        query.get("X-Amz-Algorithm") == _ALGORITHM
        and scope is not None
        and scope[1] == f"{moment:%Y%m%d}"
        and 0 <= seconds <= _LONGEST_SECONDS
        and "host" in query.get("X-Amz-SignedHeaders", "").split(";")
        and _SIGNATURE in query
    )
    if scope is None or not is_well_formed:
        raise S3Error("AuthorizationQueryParametersError")
    return moment.replace(tzinfo=UTC), timedelta(seconds=seconds), scope.groups()


def _signature(request: Request, secret: str, scope: Sequence[str]) -> str:
    day, region = scope
    digest = hashlib.sha256(_canonical_request(request).encode()).hexdigest()
    date = request.query_params["X-Amz-Date"]
    to_sign = f"{_ALGORITHM}\n{date}\n{day}/{region}/s3/aws4_request\n{digest}"
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def _canonical_request(request: Request) -> str:
    signed_headers = request.query_params["X-Amz-SignedHeaders"]
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n"
        for name in signed_headers.split(";")
    )
    path = quote(unquote(request.scope["raw_path"].decode("latin-1")), safe="/~")
    query = "&".join(sorted(_encoded_parameters(request.scope["query_string"].decode("latin-1"))))
    return f"{request.method}\n{path}\n{query}\n{headers}\n{signed_headers}\nUNSIGNED-PAYLOAD"


def _encoded_parameters(query: str) -> Iterator[str]:
    for parameter in query.split("&"):
        name, _, value = parameter.partition("=")
        if unquote(name) != _SIGNATURE:
            yield f"{quote(unquote(name), safe='~')}={quote(unquote(value), safe='~')}"
