"""Opaque paging tokens, each bound by a checksum to the query or list that it belongs to.

A token holds no secret and grants no access.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from data_hist.errors import InvalidPagingToken

_CHECKSUM_BYTES = 8
_NUMBER_BYTES = 8
_RESULT_SET = b"e"


@dataclass(frozen=True)
class ObjectPosition:
    """The next row of a result: its byte offset in the result object, and its number."""

    byte_offset: int
    row_offset: int


@dataclass(frozen=True)
class ResultSetPosition:
    """The next row of a result that is read from Athena's result set.

    `engine_token` is Athena's token of a page, None for the first; `rows_before` counts the rows
    of that page before the next one, and `row_offset` those of the whole result.
    """

    engine_token: str | None
    rows_before: int
    row_offset: int


@dataclass(frozen=True)
class ListPosition:
    """The next query of a list: Athena's token of a page, and the id of the query before it.

    An id rather than a number, because each query that starts shifts the first page.
    """

    engine_token: str | None
    after: str | None


def result_token(query_id: str, position: ObjectPosition | ResultSetPosition) -> str:
    """Return the token of a position in the result of a query."""
    if isinstance(position, ObjectPosition):
        return _encode_token(_encode_numbers(position.byte_offset, position.row_offset), query_id)
    numbers = _encode_numbers(position.rows_before, position.row_offset)
    return _encode_token(_RESULT_SET + numbers + (position.engine_token or "").encode(), query_id)


def parse_result_token(query_id: str, token: str) -> ObjectPosition | ResultSetPosition:
    """Parse the token of a position in the result of a query.

    Raises:
        InvalidPagingToken: The token is damaged or belongs to another query.
    """
    payload = _decode_token(token, query_id)
    if len(payload) == 2 * _NUMBER_BYTES:
        return ObjectPosition(*_decode_numbers(payload))
    kind, numbers = payload[:1], payload[1 : 1 + 2 * _NUMBER_BYTES]
    if kind != _RESULT_SET or len(numbers) != 2 * _NUMBER_BYTES:
        raise _invalid_token()
    engine_token = payload[1 + 2 * _NUMBER_BYTES :].decode()
    return ResultSetPosition(engine_token or None, *_decode_numbers(numbers))


def list_token(tenant: int, position: ListPosition) -> str:
    """Return the token of a position in a tenant's list of queries."""
    payload = f"{position.after or ''}\n{position.engine_token or ''}"
    return _encode_token(payload.encode(), _list_scope(tenant))


def parse_list_token(tenant: int, token: str) -> ListPosition:
    """Parse the token of a position in a tenant's list of queries.

    Raises:
        InvalidPagingToken: The token is damaged or belongs to another list.
    """
    after, _, engine_token = _decode_text(token, _list_scope(tenant)).partition("\n")
    return ListPosition(engine_token or None, after or None)


def saved_token(tenant: int, last: str) -> str:
    """Return the token of the position behind an object of a tenant's saved questions."""
    return _encode_token(last.encode(), _saved_scope(tenant))


def parse_saved_token(tenant: int, token: str) -> str:
    """Parse the token of a position in a tenant's saved questions.

    Raises:
        InvalidPagingToken: The token is damaged or belongs to another list.
    """
    return _decode_text(token, _saved_scope(tenant))


def _list_scope(tenant: int) -> str:
    return f"queries of {tenant}"


def _saved_scope(tenant: int) -> str:
    return f"saved questions of {tenant}"


def _decode_text(token: str, scope: str) -> str:
    try:
        return _decode_token(token, scope).decode()
    except UnicodeDecodeError:
        raise _invalid_token() from None


def _encode_numbers(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(_NUMBER_BYTES) for number in numbers)


def _decode_numbers(payload: bytes) -> tuple[int, int]:
    return int.from_bytes(payload[:_NUMBER_BYTES]), int.from_bytes(payload[_NUMBER_BYTES:])


def _encode_token(payload: bytes, scope: str) -> str:
    encoded = _checksum(payload, scope) + payload
    return base64.urlsafe_b64encode(encoded).rstrip(b"=").decode("ascii")


def _decode_token(token: str, scope: str) -> bytes:
    try:
        encoded = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid_token() from None
    checksum, payload = encoded[:_CHECKSUM_BYTES], encoded[_CHECKSUM_BYTES:]
    if checksum != _checksum(payload, scope) or _encode_token(payload, scope) != token:
        raise _invalid_token()
    return payload


def _checksum(payload: bytes, scope: str) -> bytes:
    return hashlib.sha256(scope.encode() + b"\n" + payload).digest()[:_CHECKSUM_BYTES]


def _invalid_token() -> InvalidPagingToken:
    return InvalidPagingToken(
        "The paging token is damaged, or belongs to another query or list; without one you get the "
        "first page."
    )
