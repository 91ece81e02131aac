"""Store S3 objects as files: `<root>/<bucket>/<key>`, and show the files of an archive as objects.

Each segment of a key becomes a file name that is never empty, `.` or `..` and has no separator, so
no key leads out of its bucket.
"""

import hashlib
import os
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

_BUCKET_NAME = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LOCATION = re.compile(r"s3://([^/]+)/?(.*)", re.DOTALL)
_MAX_KEY_BYTES = 1024
_MAX_NAME_BYTES = 255
# Larger objects count as multipart uploads, whose ETag S3 does not make of their bytes alone.
_MAX_HASHED_BYTES = 1 << 18
_RESERVED_SEGMENTS = {"": "%", ".": "%2E", "..": "%2E%2E"}

Check = Callable[[str | None], None]
"""Raises what forbids a change, given the ETag of the object, None if there is none."""


class InvalidBucketName(ValueError):
    """A name that S3 does not allow for buckets."""


class NoSuchBucket(Exception):
    """A bucket that nobody has created."""


class ReadOnlyBucket(Exception):
    """A bucket of the archive, which nothing here writes to."""


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
    """The buckets below one folder, and those of an archive.

    Args:
        root: The folder of the buckets.
        uploads: The folder of unfinished uploads.
        archives: Folders by the names of the buckets that they stand for; nothing writes there. A
            bucket of that name below `root` hides one.
    """

    def __init__(
        self, root: Path, uploads: Path, archives: Mapping[str, Path] | None = None
    ) -> None:
        self._root = root
        self._archives = {
            name: folder for name, folder in (archives or {}).items() if not (root / name).is_dir()
        }
        self._uploads = uploads
        self._changes = threading.Lock()
        self._deletions: dict[Path, list[threading.Event]] = {}
        root.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(uploads, ignore_errors=True)
        uploads.mkdir(parents=True)

    def has_bucket(self, bucket: str) -> bool:
        """Whether the bucket was created."""
        return self._bucket(bucket).is_dir()

    def is_writable(self, bucket: str) -> bool:
        """Whether the bucket takes new objects."""
        return self.has_bucket(bucket) and bucket not in self._archives

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

    def put(self, bucket: str, key: str, content: Path, check: Check | None = None) -> ObjectInfo:
        """Move a finished file into place; readers see the old object or the new one.

        Nothing else changes an object between the check and the change.

        Raises:
            NoSuchBucket: Nobody has created the bucket.
            ReadOnlyBucket: It is one of the archive.
            KeyUnusable: The file system cannot store the key.
        """
        self._check_writable(bucket)
        path = self._path(bucket, key)
        if not self.has_bucket(bucket):
            raise NoSuchBucket(bucket)
        try:
            with self._changes:
                self._check(bucket, key, check)
                path.parent.mkdir(parents=True, exist_ok=True)
                content.replace(path)
                with path.open("rb") as file:
                    return object_info(key, file)
        except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
            raise KeyUnusable(key) from error

    def delete(self, bucket: str, key: str, check: Check | None = None) -> None:
        """Delete the object, if it exists, and folders that become empty.

        Raises:
            ReadOnlyBucket: The bucket is one of the archive.
        """
        self._check_writable(bucket)
        with suppress(IsADirectoryError, NotADirectoryError, KeyUnusable), self._changes:
            self._check(bucket, key, check)
            path = self._path(bucket, key)
            path.unlink(missing_ok=True)
            for noticed in self._deletions.get(path, ()):
                noticed.set()
            self._remove_empty_folders(path.parent, self._bucket(bucket))

    @contextmanager
    def deletion_noticed(self, bucket: str, key: str) -> Iterator[threading.Event]:
        """Give an event that is set if the object is deleted while the block runs."""
        path, noticed = self._path(bucket, key), threading.Event()
        with self._changes:
            self._deletions.setdefault(path, []).append(noticed)
        try:
            yield noticed
        finally:
            with self._changes:
                self._deletions[path].remove(noticed)
                if not self._deletions[path]:
                    del self._deletions[path]

    def describe(self, bucket: str, key: str) -> ObjectInfo | None:
        """Describe the object, if it exists."""
        file = self.open(bucket, key)
        if file is None:
            return None
        with file:
            return self.info_of(bucket, key, file)

    def info_of(self, bucket: str, key: str, file: BinaryIO) -> ObjectInfo:
        """Describe an object from its open file; those of the archive without reading them."""
        if bucket in self._archives:
            return _info(key, os.fstat(file.fileno()))
        return object_info(key, file)

    def keys(self, bucket: str, prefix: str = "", after: str = "") -> Iterator[str]:
        """Yield the keys that start with a prefix, in S3's order; from behind a key on."""
        *above, _ = prefix.split("/")
        try:
            folder = self._bucket(bucket).joinpath(*self._names(bucket, above))
        except KeyUnusable:
            return
        decode = str if bucket in self._archives else _segment
        yield from _keys(folder, "".join(f"{each}/" for each in above), prefix, after, decode)

    def _check(self, bucket: str, key: str, check: Check | None) -> None:
        if check is not None:
            info = self.describe(bucket, key)
            check(info.etag if info else None)

    def _remove_empty_folders(self, folder: Path, root: Path) -> None:
        # A folder left behind would stand in the way of an object of its name.
        with suppress(OSError):
            while folder != root:
                folder.rmdir()
                folder = folder.parent

    def _check_writable(self, bucket: str) -> None:
        if bucket in self._archives:
            raise ReadOnlyBucket(bucket)

    def _bucket(self, bucket: str) -> Path:
        if not _BUCKET_NAME.fullmatch(bucket):
            raise InvalidBucketName(bucket)
        return self._archives.get(bucket, self._root / bucket)

    def _path(self, bucket: str, key: str) -> Path:
        names = self._names(bucket, key.split("/"))
        longest_name = max(len(os.fsencode(name)) for name in names)
        if len(key.encode()) > _MAX_KEY_BYTES or longest_name > _MAX_NAME_BYTES:
            raise KeyUnusable(key)
        return self._bucket(bucket).joinpath(*names)

    def _names(self, bucket: str, segments: Sequence[str]) -> Sequence[str]:
        """Return the names of files that segments of a key stand for."""
        if bucket not in self._archives:
            return [_file_name(segment) for segment in segments]
        # Files of the archive have the names that they have.
        if any(segment in _RESERVED_SEGMENTS or "\0" in segment for segment in segments):
            raise KeyUnusable("/".join(segments))
        return segments


def object_info(key: str, file: BinaryIO) -> ObjectInfo:
    """Describe an object from its open file, which is back at its start then.

    The ETag of a small object is the MD5 of its bytes, as on S3. That of a larger one changes with
    its content, without reading it, and is marked with `-1` like that of a multipart upload.
    """
    status = os.fstat(file.fileno())
    if status.st_size > _MAX_HASHED_BYTES:
        return _info(key, status)
    etag = hashlib.md5(file.read(), usedforsecurity=False).hexdigest()
    file.seek(0)
    return _info(key, status, etag)


def _info(key: str, status: os.stat_result, etag: str | None = None) -> ObjectInfo:
    if etag is None:
        version = f"{status.st_ino}.{status.st_mtime_ns}.{status.st_size}"
        etag = hashlib.md5(version.encode(), usedforsecurity=False).hexdigest() + "-1"
    modified_at = datetime.fromtimestamp(int(status.st_mtime), UTC)
    return ObjectInfo(key, status.st_size, modified_at, f'"{etag}"')


def _keys(
    folder: Path | str, above: str, prefix: str, after: str, decode: Callable[[str], str]
) -> Iterator[str]:
    """Yield the keys below a folder, whose own key is `above`, without looking into others."""
    try:
        with os.scandir(folder) as entries:
            found = [
                (above + decode(entry.name) + ("/" if is_folder else ""), entry.path, is_folder)
                for entry in entries
                for is_folder in [entry.is_dir(follow_symlinks=False)]
            ]
    except (FileNotFoundError, NotADirectoryError):
        return
    # All keys below a folder sort as the key of the folder does, with its slash.
    for key, path, is_folder in sorted(found, key=lambda each: each[0].encode()):
        if not is_folder:
            if key.startswith(prefix) and key.encode() > after.encode():
                yield key
        elif (key.startswith(prefix) or prefix.startswith(key)) and (
            after.startswith(key) or key.encode() > after.encode()
        ):
            yield from _keys(path, key, prefix, after, decode)


def _file_name(segment: str) -> str:
    quoted = segment.replace("%", "%25").replace("\0", "%00")
    return _RESERVED_SEGMENTS.get(segment, quoted)


def _segment(name: str) -> str:
    return "" if name == "%" else unquote(name)
