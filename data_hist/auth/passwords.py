"""Verify passwords against an htpasswd file with bcrypt hashes, as `htpasswd -B` writes it."""

import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import bcrypt

_MAX_REMEMBERED = 1024
# bcrypt ignores the rest, and would accept a longer password for its beginning.
_MAX_PASSWORD_BYTES = 72


class HtpasswdError(Exception):
    """The file cannot be used; the message names the line, never its content."""


class Htpasswd:
    """The users of an htpasswd file. Thread-safe: a race only verifies a password twice."""

    def __init__(self, hashes: Mapping[str, bytes]) -> None:
        self._hashes = dict(hashes)
        # Verified for unknown users, so that timing does not tell them from known ones.
        self._decoy = next(iter(self._hashes.values()))
        self._key = os.urandom(32)
        self._verified: OrderedDict[bytes, None] = OrderedDict()

    @classmethod
    def read(cls, path: Path) -> "Htpasswd":
        """Read a file.

        Raises:
            HtpasswdError: It cannot be read, has no users, or has a line without a bcrypt hash.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise HtpasswdError(f"{path} cannot be read") from None
        entries = (
            _parse_line(path, number, line)
            for number, line in enumerate(lines, start=1)
            if line.strip() and not line.startswith("#")
        )
        hashes = dict(entries)
        if not hashes:
            raise HtpasswdError(f"{path} names no user")
        return cls(hashes)

    def accepts(self, user: str, password: str) -> bool:
        """Whether the password is the user's; a password that was accepted skips bcrypt."""
        digest = hmac.digest(self._key, f"{user}\0{password}".encode(), hashlib.sha256)
        if digest in self._verified:
            return True
        secret = password.encode()
        known = self._hashes.get(user)
        matches = bcrypt.checkpw(secret[:_MAX_PASSWORD_BYTES], known or self._decoy)
        if not matches or known is None or len(secret) > _MAX_PASSWORD_BYTES:
            return False
        self._remember(digest)
        return True

    def _remember(self, digest: bytes) -> None:
        self._verified[digest] = None
        if len(self._verified) > _MAX_REMEMBERED:
            self._verified.popitem(last=False)


def _parse_line(path: Path, number: int, line: str) -> tuple[str, bytes]:
    user, separator, digest = line.strip().partition(":")
    try:
        # Raises unless the hash is well-formed, whatever the password.
        bcrypt.checkpw(b"", digest.encode())
    except ValueError:
        separator = ""
    if not separator or not user:
        raise HtpasswdError(f"{path}, line {number}: is not user:bcrypt-hash (htpasswd -B)")
    return user, digest.encode()
