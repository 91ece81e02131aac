"""Store S3 objects as files: `<root>/<bucket>/<key>`.

Each segment of a key becomes a file name that is never empty, `.` or `..` and has no separator, so
no key leads out of its bucket.
"""

import hashlib
import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

_BUCKET_NAME = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LOCATION = re.compile(r"s3://([^/]+)/?(.*)", re.DOTALL)
_MAX_KEY_BYTES = 1024
_MAX_NAME_BYTES = 255
_RESERVED_SEGMENTS = {"": "%", ".": "%2E", "..": "%2E%2E"}


class InvalidBucketName(ValueError):
    """A name that S3 does not allow for buckets."""


class NoSuchBucket(Exception):
    """A bucket that nobody has created."""


class KeyUnusable(ValueError):
    """A key that the file system cannot store: too long, or below another object."""


@dataclass(frozen=True)
class ObjectInfo:
    """The metadata of an object."""

    key: str
    size: int
    modified_at: datetime
    etag: str


def split_location(location: str) -> tuple[str, str]:
    """Split `s3://bucket/key`.

    Raises:
        InvalidBucketName: It is not such a URL.
    """
    match = _LOCATION.fullmatch(location)
    if match is None or not _BUCKET_NAME.fullmatch(match[1]):
        raise InvalidBucketName(location)
    return match[1], match[2]


class ObjectStore:
    """The buckets below one folder."""

    def __init__(self, root: Path, uploads: Path) -> None:
        self._root = root
        self._uploads = uploads
        self._folders = threading.Lock()
        root.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(uploads, ignore_errors=True)
        uploads.mkdir(parents=True)

    def has_bucket(self, bucket: str) -> bool:
        """Whether the bucket was created."""
        return self._bucket(bucket).is_dir()

    def make_bucket(self, bucket: str) -> None:
        """Create the bucket, unless it exists."""
        self._bucket(bucket).mkdir(exist_ok=True)

    def open(self, bucket: str, key: str) -> BinaryIO | None:
        """Open the object for reading; it stays readable if it is deleted meanwhile."""
        try:
            return self._path(bucket, key).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError, KeyUnusable):
            return None

    def has(self, bucket: str, key: str) -> bool:
        """Whether the object exists."""
        file = self.open(bucket, key)
        if file is not None:
            file.close()
        return file is not None

    def new_upload(self) -> Path:
        """Return a path for an upload, before `put` moves it into place."""
        return self._uploads / secrets.token_hex(16)

    def put(self, bucket: str, key: str, content: Path) -> ObjectInfo:
        """Move a finished file into place; readers see the old object or the new one.

        Raises:
            NoSuchBucket: Nobody has created the bucket.
            KeyUnusable: The file system cannot store the key.
        """
        path = self._path(bucket, key)
        if not self.has_bucket(bucket):
            raise NoSuchBucket(bucket)
        try:
            with self._folders:
                path.parent.mkdir(parents=True, exist_ok=True)
                content.replace(path)
        except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
            raise KeyUnusable(key) from error
        return object_info(key, path.stat())

    def delete(self, bucket: str, key: str) -> None:
        """Delete the object, if it exists, and folders that become empty."""
        with suppress(IsADirectoryError, NotADirectoryError, KeyUnusable), self._folders:
            path = self._path(bucket, key)
            path.unlink(missing_ok=True)
            self._remove_empty_folders(path.parent, self._bucket(bucket))

    def list(self, bucket: str, prefix: str = "") -> list[ObjectInfo]:
        """List the objects whose keys start with a prefix, in S3's order."""
        found = (info for info in self._walk(bucket, prefix) if info.key.startswith(prefix))
        return sorted(found, key=lambda info: info.key.encode())

    def _remove_empty_folders(self, folder: Path, root: Path) -> None:
        # A folder left behind would stand in the way of an object of its name.
        with suppress(OSError):
            while folder != root:
                folder.rmdir()
                folder = folder.parent

    def _walk(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        root = self._bucket(bucket)
        start = root.joinpath(*map(_file_name, prefix.split("/")[:-1]))
        for folder, _, names in os.walk(start):
            for name in names:
                path = Path(folder, name)
                key = "/".join(_segment(part) for part in path.relative_to(root).parts)
                try:
                    yield object_info(key, path.stat())
                except FileNotFoundError:
                    continue

    def _bucket(self, bucket: str) -> Path:
        if not _BUCKET_NAME.fullmatch(bucket):
            raise InvalidBucketName(bucket)
        return self._root / bucket

    def _path(self, bucket: str, key: str) -> Path:
        names = [_file_name(segment) for segment in key.split("/")]
        longest_name = max(len(os.fsencode(name)) for name in names)
        if len(key.encode()) > _MAX_KEY_BYTES or longest_name > _MAX_NAME_BYTES:
            raise KeyUnusable(key)
        return self._bucket(bucket).joinpath(*names)


def object_info(key: str, status: os.stat_result) -> ObjectInfo:
    """Describe an object from its file.

    The ETag changes with the content, without reading it. Like S3, marks an ETag that is not an MD5
    with `-1`.
    """
    version = f"{status.st_ino}.{status.st_mtime_ns}.{status.st_size}"
    digest = hashlib.md5(version.encode(), usedforsecurity=False).hexdigest()
    modified_at = datetime.fromtimestamp(int(status.st_mtime), UTC)
    return ObjectInfo(key, status.st_size, modified_at, f'"{digest}-1"')


def _file_name(segment: str) -> str:
    quoted = segment.replace("%", "%25").replace("\0", "%00")
    return _RESERVED_SEGMENTS.get(segment, quoted)


def _segment(name: str) -> str:
    return "" if name == "%" else unquote(name)
