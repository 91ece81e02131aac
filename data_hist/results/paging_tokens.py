"""Opaque paging tokens: where to go on, bound to what they belong to.

A token holds no secret and grants nothing: it is read only together with the id it was made for,
and its checksum covers both. A damaged or foreign one is refused.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from data_hist.errors import InvalidPagingToken

_CHECKSUM_BYTES = 8
_NUMBER_BYTES = 8
_ENGINE = b"e"


@dataclass(frozen=True)
class ResultPosition:
    """The next row of a result: its first byte in the result object and its number."""

    byte_offset: int
    row_offset: int


@dataclass(frozen=True)
class EnginePosition:
    """The next row of a result that is read through the engine's own pages.

    The engine's token of a page, None for the first, how many of its rows lie before, and the
    number of the row.
    """

    engine_token: str | None
    rows_before: int
    row_offset: int


@dataclass(frozen=True)
class ListPosition:
    """The next entry of a listing: the engine's own token of a page, and the entry before it.

    Not a number of entries: the first page moves on with every query that is started.
    """

    engine_token: str | None
    after: str | None


def result_token(query_id: str, position: ResultPosition | EnginePosition) -> str:
    """The token for the rows of a query from a position on."""
    if isinstance(position, ResultPosition):
        return _seal(_number(position.byte_offset) + _number(position.row_offset), query_id)
    numbers = _number(position.rows_before) + _number(position.row_offset)
    return _seal(_ENGINE + numbers + (position.engine_token or "").encode(), query_id)


def result_position(query_id: str, token: str) -> ResultPosition | EnginePosition:
    """Read a token of a query.

    Raises:
        InvalidPagingToken: It is damaged or of another query.
    """
    payload = _unseal(token, query_id)
    if len(payload) == 2 * _NUMBER_BYTES:
        return ResultPosition(*_numbers(payload))
    kind, numbers = payload[:1], payload[1 : 1 + 2 * _NUMBER_BYTES]
    if kind != _ENGINE or len(numbers) != 2 * _NUMBER_BYTES:
        raise _refused()
    engine_token = payload[1 + 2 * _NUMBER_BYTES :].decode()
    return EnginePosition(engine_token or None, *_numbers(numbers))


def list_token(tenant: int, position: ListPosition) -> str:
    """The token for a tenant's list of queries from a position on."""
    payload = f"{position.after or ''}\n{position.engine_token or ''}"
    return _seal(payload.encode(), _list_scope(tenant))


def list_position(tenant: int, token: str) -> ListPosition:
    """Read a token of a tenant's list of queries.

    Raises:
        InvalidPagingToken: It is damaged or of another list.
    """
    after, _, engine_token = _unseal(token, _list_scope(tenant)).decode().partition("\n")
    return ListPosition(engine_token or None, after or None)


def _list_scope(tenant: int) -> str:
    return f"queries of {tenant}"


def _number(number: int) -> bytes:
    return number.to_bytes(_NUMBER_BYTES)


def _numbers(payload: bytes) -> tuple[int, int]:
    return int.from_bytes(payload[:_NUMBER_BYTES]), int.from_bytes(payload[_NUMBER_BYTES:])


def _seal(payload: bytes, scope: str) -> str:
    sealed = _checksum(payload, scope) + payload
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")


def _unseal(token: str, scope: str) -> bytes:
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _refused() from None
    checksum, payload = sealed[:_CHECKSUM_BYTES], sealed[_CHECKSUM_BYTES:]
    if checksum != _checksum(payload, scope) or _seal(payload, scope) != token:
        raise _refused()
    return payload


def _checksum(payload: bytes, scope: str) -> bytes:
    return hashlib.sha256(scope.encode() + b"\n" + payload).digest()[:_CHECKSUM_BYTES]


def _refused() -> InvalidPagingToken:
    return InvalidPagingToken(
        "The paging token is damaged, or belongs to another query or list; without one you get the "
        "first page."
    )
