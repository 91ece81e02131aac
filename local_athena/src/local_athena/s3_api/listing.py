"""ListObjectsV2: a page of the keys under a prefix, grouped by a delimiter."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from local_athena.s3_api.errors import S3Error
from local_athena.s3_api.object_store import ObjectInfo, ObjectStore
from local_athena.s3_api.xml_documents import Listing

_MAX_KEYS = 1000


def list_objects(objects: ObjectStore, bucket: str, query: Mapping[str, str]) -> Listing:
    """Serve ListObjectsV2; a token is the last key or common prefix of the previous page."""
    token = query.get("continuation-token")
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    start_after = query.get("start-after", "")
    max_keys = _max_keys(query.get("max-keys", ""))
    # A start falls between keys, a token between what they fold to.
    infos = [info for info in objects.list(bucket, prefix) if _is_after(info.key, start_after)]
    entries = _entries(infos, prefix, delimiter)
    seen = _read_token(token) if token is not None else ""
    remaining = [name for name in entries if _is_after(name, seen)]
    page = remaining[:max_keys]
    is_truncated = len(remaining) > len(page) > 0
    found = {name: entries[name] for name in page}
    return Listing(
        bucket=bucket,
        prefix=prefix,
        delimiter=delimiter,
        max_keys=max_keys,
        start_after=start_after,
        token=token,
        next_token=_issue_token(page[-1]) if is_truncated else None,
        objects=tuple(info for info in found.values() if info is not None),
        common_prefixes=tuple(name for name, info in found.items() if info is None),
        url_encoded=query.get("encoding-type") == "url",
    )


def _entries(infos: list[ObjectInfo], prefix: str, delimiter: str) -> dict[str, ObjectInfo | None]:
    entries: dict[str, ObjectInfo | None] = {}
    for info in infos:
        end = info.key.find(delimiter, len(prefix)) if delimiter else -1
        if end < 0:
            entries[info.key] = info
        else:
            entries[info.key[: end + len(delimiter)]] = None
    return entries


def _is_after(name: str, start: str) -> bool:
    return not start or name.encode() > start.encode()


def _max_keys(text: str) -> int:
    if not text:
        return _MAX_KEYS
    if not text.isdecimal():
        raise S3Error("InvalidArgument")
    return min(int(text), _MAX_KEYS)


def _issue_token(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode()


def _read_token(token: str) -> str:
    try:
        return urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError) as error:
        raise S3Error("InvalidArgument") from error
