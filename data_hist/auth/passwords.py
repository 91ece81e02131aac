"""Users and their passwords from an htpasswd file with bcrypt, as `htpasswd -B` writes it."""

import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import bcrypt

_REMEMBERED = 1024
# bcrypt reads no further, so that a longer password would be taken for its beginning.
_MOST_BYTES = 72


class HtpasswdError(Exception):
    """The file cannot be used; the message names the line, never its content."""


class Htpasswd:
    """Checks passwords. Thread-safe as far as it matters: at worst a check is done twice."""

    def __init__(self, hashes: Mapping[str, bytes]) -> None:
        self._hashes = dict(hashes)
        # An unknown user costs what a known one does, so that time does not tell them apart.
        self._nobody = next(iter(self._hashes.values()))
        self._key = os.urandom(32)
        self._verified: OrderedDict[bytes, None] = OrderedDict()

    @classmethod
    def read(cls, path: Path) -> "Htpasswd":
        """Read a file.

        Raises:
            HtpasswdError: It cannot be read, is empty, or holds something other than bcrypt.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise HtpasswdError(f"{path} cannot be read") from None
        entries = (
            _entry(path, number, line)
            for number, line in enumerate(lines, start=1)
            if line.strip() and not line.startswith("#")
        )
        hashes = dict(entries)
        if not hashes:
            raise HtpasswdError(f"{path} names no user")
        return cls(hashes)

    def accepts(self, user: str, password: str) -> bool:
        """Whether the password is the user's. Takes bcrypt's time, but once for each password."""
        digest = hmac.digest(self._key, f"{user}\0{password}".encode(), hashlib.sha256)
        if digest in self._verified:
            return True
        secret = password.encode()
        known = self._hashes.get(user)
        matches = bcrypt.checkpw(secret[:_MOST_BYTES], known or self._nobody)
        if not matches or known is None or len(secret) > _MOST_BYTES:
            return False
        self._remember(digest)
        return True

    def _remember(self, digest: bytes) -> None:
        self._verified[digest] = None
        if len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)


def _entry(path: Path, number: int, line: str) -> tuple[str, bytes]:
    user, separator, digest = line.strip().partition(":")
    try:
        # A hash of the right form checks any password, to True or False.
        bcrypt.checkpw(b"", digest.encode())
    except ValueError:
        separator = ""
    if not separator or not user:
        raise HtpasswdError(f"{path}, line {number}: is not user:bcrypt-hash (htpasswd -B)")
    return user, digest.encode()
