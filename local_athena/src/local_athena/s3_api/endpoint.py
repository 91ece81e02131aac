"""Serve S3 requests over the object store, in path style: the bucket is the first path segment.

Objects only: no versions, no multipart uploads, no access control. Accepts any credentials; of the
signatures, only those of presigned URLs are checked.
"""

import binascii
import hashlib
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Set
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local_athena.s3_api.conditions import condition_of_delete, condition_of_put
from local_athena.s3_api.errors import S3Error
from local_athena.s3_api.object_store import (
    InvalidBucketName,
    KeyUnusable,
    NoSuchBucket,
    ObjectStore,
    ReadOnlyBucket,
)
from local_athena.s3_api.presigned_urls import check_presigned
from local_athena.s3_api.reading import list_objects, read_object
from local_athena.s3_api.xml_documents import (
    deleted_xml,
    error_xml,
    keys_to_delete,
    listing_xml,
    location_xml,
)

# Of presigned URLs, and what clients add to name their operation.
_SIGNATURE = re.compile(r"x-amz-.+|awsaccesskeyid|signature|expires|x-id", re.IGNORECASE)
_LIST_PARAMETERS = frozenset(
    {
        *("list-type", "prefix", "delimiter", "encoding-type", "max-keys", "start-after"),
        *("continuation-token", "fetch-owner", "location"),
    }
)
# Parameters of a signed request for an object, and the headers of its response that they set.
_RESPONSE_HEADERS = {
    f"response-{name}": name
    for name in (
        *("cache-control", "content-disposition", "content-encoding", "content-language"),
        *("content-type", "expires"),
    )
}
_METHODS_WITH_BODY = frozenset({"POST", "PUT"})


class S3Protocol:
    """Serves every path below `/`: a bucket, or an object in one."""

    def __init__(self, objects: ObjectStore, secret: str | None = None) -> None:
        self._objects = objects
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            return await self._dispatch(request)
        except S3Error as error:
            return _refusal(request, error)
        except InvalidBucketName:
            return _refusal(request, S3Error("InvalidBucketName"))
        except NoSuchBucket:
            return _refusal(request, S3Error("NoSuchBucket"))
        except ReadOnlyBucket:
            return _refusal(request, S3Error("AccessDenied"))
        except KeyUnusable:
            return _refusal(request, S3Error("KeyTooLongError"))

    async def _dispatch(self, request: Request) -> Response:
        bucket, key = _address(request)
        check_presigned(request, self._secret, datetime.now(UTC))
        _check_parameters(request, key)
        if key:
            return await self._on_object(request, bucket, key)
        return await self._on_bucket(request, bucket)

    async def _on_object(self, request: Request, bucket: str, key: str) -> Response:
        match request.method:
            case "GET" | "HEAD":
                is_head = request.method == "HEAD"
                headers = request.headers
                response = await read_object(self._objects, bucket, key, headers, head=is_head)
                for parameter, header in _RESPONSE_HEADERS.items():
                    if parameter in request.query_params:
                        response.headers[header] = request.query_params[parameter]
                return response
            case "PUT":
                return await self._put(request, bucket, key)
            case "DELETE":
                self._require_bucket(bucket)
                check = condition_of_delete(request.headers).check
                await run_in_threadpool(self._objects.delete, bucket, key, check)
                return Response(status_code=204)
        raise S3Error("MethodNotAllowed")

    async def _on_bucket(self, request: Request, bucket: str) -> Response:
        if request.method == "PUT":
            self._objects.make_bucket(bucket)
            return Response(headers={"Location": f"/{bucket}"})
        self._require_bucket(bucket)
        query = request.query_params
        match request.method:
            case "HEAD":
                return Response(headers={"x-amz-bucket-region": "us-east-1"})
            case "GET" if "location" in query:
                return _xml(location_xml())
            case "GET" if query.get("list-type") == "2":
                listing = await run_in_threadpool(list_objects, self._objects, bucket, query)
                return _xml(listing_xml(listing))
            case "POST" if "delete" in query:
                return await self._delete_all(request, bucket)
            case "GET" | "DELETE":
                raise S3Error("NotImplemented")
        raise S3Error("MethodNotAllowed")

    async def _put(self, request: Request, bucket: str, key: str) -> Response:
        if "x-amz-copy-source" in request.headers:
            raise S3Error("NotImplemented")
        condition = condition_of_put(request.headers)
        upload = self._objects.new_upload()
        with self._objects.deletion_noticed(bucket, key) as deletion:

            def check(etag: str | None) -> None:
                condition.check(etag)
                if condition.is_absent and deletion.is_set():
                    raise S3Error("ConditionalRequestConflict")

            try:
                await _receive(request, upload)
                info = await run_in_threadpool(self._objects.put, bucket, key, upload, check)
            finally:
                upload.unlink(missing_ok=True)
        return Response(headers={"ETag": info.etag})

    async def _delete_all(self, request: Request, bucket: str) -> Response:
        body = b"".join([block async for block in _body(request)])
        try:
            keys, is_quiet = keys_to_delete(body)
        except ValueError as error:
            raise S3Error("MalformedXML") from error
        for key in keys:
            await run_in_threadpool(self._objects.delete, bucket, key)
        return _xml(deleted_xml([] if is_quiet else keys))

    def _require_bucket(self, bucket: str) -> None:
        if not self._objects.has_bucket(bucket):
            raise S3Error("NoSuchBucket")


def _check_parameters(request: Request, key: str) -> None:
    """Refuse a query parameter that nothing here reads: it may ask for quite another resource.

    Raises:
        S3Error: NotImplemented.
    """
    known: Set[str] = frozenset()
    if not key and request.method == "GET":
        known = _LIST_PARAMETERS
    elif key and request.method in ("GET", "HEAD"):
        known = _RESPONSE_HEADERS.keys()
    elif not key and request.method == "POST":
        known = frozenset({"delete"})
    if any(name not in known and not _SIGNATURE.fullmatch(name) for name in request.query_params):
        raise S3Error("NotImplemented")


def _address(request: Request) -> tuple[str, str]:
    # Not `request.path_params`: the server has decoded those leniently, and a key may hold "%2F".
    raw_path: bytes = request.scope["raw_path"]
    try:
        path = unquote(raw_path.decode("ascii"), errors="strict")
    except UnicodeDecodeError as error:
        raise S3Error("InvalidURI") from error
    bucket, _, key = path.removeprefix("/").partition("/")
    return bucket, key


async def _receive(request: Request, upload: Path) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    with upload.open("wb") as file:
        async for block in _body(request):
            digest.update(block)
            await run_in_threadpool(file.write, block)
    _check_digest(request, digest.digest())


async def _body(request: Request) -> AsyncIterator[bytes]:
    # The encoding of a stream with a checksum behind it. boto3 uses it over TLS alone.
    encoded = "aws-chunked" in request.headers.get("content-encoding", "")
    if encoded or request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        raise S3Error("NotImplemented")
    try:
        async for block in request.stream():
            yield block
    except ClientDisconnect as error:
        raise S3Error("IncompleteBody") from error


def _check_digest(request: Request, digest: bytes) -> None:
    expected = request.headers.get("content-md5")
    if expected is None:
        return
    try:
        matches = b64decode(expected, validate=True) == digest
    except binascii.Error:
        matches = False
    if not matches:
        raise S3Error("BadDigest")


def _refusal(request: Request, error: S3Error) -> Response:
    content = error_xml(error.code, error.message, request.url.path)
    if request.method == "HEAD":
        return Response(status_code=error.status)
    response = _xml(content, error.status)
    if request.method in _METHODS_WITH_BODY:
        # A client that has not sent its body yet sends the next request in its place.
        response.headers["Connection"] = "close"
    return response


def _xml(content: bytes, status: int = 200) -> Response:
    return Response(content, status, media_type="application/xml")
