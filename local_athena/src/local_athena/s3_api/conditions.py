"""The conditions of requests: what `If-Match` and `If-None-Match` demand of an object."""

from collections.abc import Mapping
from dataclasses import dataclass

from local_athena.s3_api.errors import S3Error


@dataclass(frozen=True)
class WriteCondition:
    """What has to hold of an object when it is replaced or deleted.

    Attributes:
        etag: The ETag that it has; `*` stands for any.
        is_absent: There is no such object.
    """

    etag: str | None = None
    is_absent: bool = False

    def check(self, etag: str | None) -> None:
        """Compare the object's ETag, None if there is no object.

        Raises:
            S3Error: PreconditionFailed, or NoSuchKey if it is gone whose ETag was to match.
        """
        if self.etag is not None and etag is None:
            raise S3Error("NoSuchKey")
        differs = self.etag is not None and etag is not None and not matches(self.etag, etag)
        if differs or (self.is_absent and etag is not None):
            raise S3Error("PreconditionFailed")


def condition_of_put(headers: Mapping[str, str]) -> WriteCondition:
    """Read the condition of a PutObject.

    Raises:
        S3Error: NotImplemented. S3 takes an ETag in the one header, `*` in the other, and not both.
    """
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    is_unknown = match == "*" or none_match not in (None, "*")
    if is_unknown or None not in (match, none_match):
        raise S3Error("NotImplemented")
    return WriteCondition(match, is_absent=none_match is not None)


def condition_of_delete(headers: Mapping[str, str]) -> WriteCondition:
    """Read the condition of a DeleteObject.

    Raises:
        S3Error: NotImplemented.
    """
    if "if-none-match" in headers:
        raise S3Error("NotImplemented")
    return WriteCondition(headers.get("if-match"))


def is_unchanged(headers: Mapping[str, str], etag: str) -> bool:
    """Whether a reader has the object with this ETag already.

    Raises:
        S3Error: PreconditionFailed.
    """
    if not matches(headers.get("if-match", "*"), etag):
        raise S3Error("PreconditionFailed")
    return "if-none-match" in headers and matches(headers["if-none-match"], etag)


def matches(header: str, etag: str) -> bool:
    """Whether a list of ETags, quoted or not, has this one."""
    wanted = [value.strip().removeprefix("W/") for value in header.split(",")]
    return "*" in wanted or etag in wanted or etag.strip('"') in wanted
