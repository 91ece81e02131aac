"""JSON documents in the result bucket, written so that no writer overwrites another unseen."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from data_hist.athena.client import DEFAULT_LIMITS, CallLimits
from data_hist.athena.executions import require_member
from data_hist.athena.transport import (
    Retrier,
    RetryBudget,
    create_client,
    create_session,
    translated_errors,
)
from data_hist.errors import EngineFailed, QueryExpired
from data_hist.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ANY = "*"
_NO_CONTENT = 204


class DocumentMissing(Exception):
    """There is no document under the key."""


class DocumentChanged(Exception):
    """The document has another ETag, or exists although it should not."""


_OF_READS: Mapping[str, type[Exception]] = {"NoSuchKey": DocumentMissing, "404": DocumentMissing}
_OF_WRITES = {
    **_OF_READS,
    "PreconditionFailed": DocumentChanged,
    "412": DocumentChanged,
}


@dataclass(frozen=True)
class ListedDocument:
    """A document in a list; its ETag changes with its content."""

    key: str
    etag: str


@dataclass(frozen=True)
class StoredDocument:
    """The members of a document, and its ETag."""

    members: Mapping[str, Any]
    etag: str


class DocumentStore:
    """Documents in the result bucket. Thread-safe.

    Calls are repeated if they fail for a moment. A write whose response is lost may find its own
    effect then, and succeeds: no two writes may have the same members.

    Every method raises `EngineUnavailable`, `EngineFailed` or `Throttled` if S3 fails.

    Args:
        settings: Region, credentials and result bucket.
        s3: A client of boto3; created from the settings by default.
        limits: Timeouts and retries.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        s3: "S3Client | None" = None,
        limits: CallLimits = DEFAULT_LIMITS,
    ) -> None:
        self._s3: S3Client = s3 or create_client(create_session(settings), "s3", settings)
        self._bucket = settings.result_bucket
        self._policy = limits.other
        self._retrier = Retrier(
            budget=RetryBudget(limits.object_retries_per_100),
            first_pause_seconds=limits.first_pause_seconds,
        )

    def list_documents(self, prefix: str, after: str, most: int) -> list[ListedDocument]:
        """List up to 1,000 documents whose keys start with a prefix, in the order of keys.

        Args:
            prefix: What the keys start with.
            after: The key after which the list begins; empty for the first.
            most: How many to list.
        """
        start: dict[str, Any] = {"StartAfter": after} if after else {}

        def list_objects() -> list[ListedDocument]:
            with translated_errors():
                response = self._s3.list_objects_v2(
                    Bucket=self._bucket, Prefix=prefix, MaxKeys=most, **start
                )
                require_member(response, "KeyCount", int)
                entries = response.get("Contents", [])
                return [ListedDocument(entry["Key"], entry["ETag"]) for entry in entries]

        return self._retrier.call(list_objects, self._policy)

    def read(self, key: str) -> StoredDocument:
        """Read a document.

        Raises:
            DocumentMissing: There is none.
        """
        return self._retrier.call(partial(self._get, key), self._policy)

    def create(self, key: str, members: Mapping[str, Any]) -> str:
        """Write a document under a new key, and return its ETag.

        Raises:
            DocumentChanged: There is one under the key.
        """
        return self._retrier.call(partial(self._put, key, members, IfNoneMatch=_ANY), self._policy)

    def replace(self, key: str, members: Mapping[str, Any], etag: str) -> str:
        """Replace the document that has an ETag, and return the new one.

        Raises:
            DocumentMissing: There is no document any more.
            DocumentChanged: It has another ETag.
        """
        return self._retrier.call(partial(self._put, key, members, IfMatch=etag), self._policy)

    def delete(self, key: str, etag: str | None = None) -> None:
        """Delete a document, if it has that ETag where one is given.

        Raises:
            DocumentMissing: There is none.
            DocumentChanged: It has another ETag.
        """
        attempts = 0

        def delete_object() -> None:
            nonlocal attempts
            attempts += 1
            try:
                with _document_errors(_OF_WRITES):
                    response = self._s3.delete_object(
                        Bucket=self._bucket, Key=key, IfMatch=etag or _ANY
                    )
            except DocumentMissing:
                # An earlier attempt may have deleted it.
                if attempts == 1:
                    raise
                return
            # Whatever stands between may answer 200 to anything.
            if response["ResponseMetadata"]["HTTPStatusCode"] != _NO_CONTENT:
                raise EngineFailed("The answer to a deletion is not one of S3.")

        self._retrier.call(delete_object, self._policy)

    def _get(self, key: str) -> StoredDocument:
        with _document_errors(_OF_READS):
            response = self._s3.get_object(Bucket=self._bucket, Key=key)
            members = json.loads(response["Body"].read())
        if not isinstance(members, dict):
            raise EngineFailed("An object that should hold a document does not.")
        return StoredDocument(members, require_member(response, "ETag", str))

    def _put(self, key: str, members: Mapping[str, Any], **condition: str) -> str:
        try:
            with _document_errors(_OF_WRITES):
                response = self._s3.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=json.dumps(members, ensure_ascii=False).encode(),
                    ContentType="application/json",
                    **condition,  # type: ignore[arg-type]  # the stubs know each parameter
                )
        except DocumentChanged:
            # An earlier attempt may have written it.
            found = self._get(key)
            if found.members != members:
                raise
            return found.etag
        return require_member(response, "ETag", str)


@contextmanager
def _document_errors(meanings: Mapping[str, type[Exception]]) -> Iterator[None]:
    """Translate errors as `translated_errors` does, but by code those that tell of the document."""
    try:
        with translated_errors():
            try:
                yield
            except ClientError as error:
                meaning = meanings.get(error.response.get("Error", {}).get("Code", ""))
                if meaning is None:
                    raise
                raise meaning from error
    except QueryExpired as error:
        archived = EngineFailed("S3 has archived an object that should stay.")
        archived.transient = False
        raise archived from error
