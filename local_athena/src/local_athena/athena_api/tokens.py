"""Opaque NextTokens: a position, bound to the request that it belongs to."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from local_athena.athena_api.api_errors import malformed_token

_CHECK_BYTES = 16


def issue_token(subject: str, position: int) -> str:
    """Make the token for a position."""
    text = str(position).encode()
    return urlsafe_b64encode(_check(subject, text) + text).decode()


def read_token(subject: str, token: str) -> int:
    """Parse the position from a token.

    Raises:
        ApiError: The token is damaged, or was issued for another request.
    """
    try:
        content = urlsafe_b64decode(token.encode())
    except (binascii.Error, ValueError):
        raise malformed_token(token) from None
    check, text = content[:_CHECK_BYTES], content[_CHECK_BYTES:]
    if check != _check(subject, text) or not text.isdigit():
        raise malformed_token(token)
    return int(text)


def _check(subject: str, text: bytes) -> bytes:
    return hashlib.blake2b(subject.encode() + b"\n" + text, digest_size=_CHECK_BYTES).digest()
