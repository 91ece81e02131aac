"""Validate the members of a request as AWS's own framework does, and read opaque NextTokens.

Does not know what a value means; the operations do.
"""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_athena.athena_api.errors import (
    ApiError,
    invalid_input,
    malformed_list_token,
    malformed_token,
)

_TYPE_NAMES = {str: "String", int: "Integer", bool: "Boolean"}


@dataclass(frozen=True)
class Member:
    """One member of an operation's input; the limits are on length or, for numbers, on value."""

    name: str
    type: type = str
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None


def check_members(document: object, members: Sequence[Member]) -> dict[str, Any]:
    """Validate a request and return it.

    Raises:
        ApiError: SerializationException for a wrong type, else InvalidRequestException.
    """
    if not isinstance(document, dict):
        raise ApiError("SerializationException")
    for member in members:
        _check_type(document.get(member.name), member)
    problems = [text for member in members if (text := _problem(document, member))]
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        raise invalid_input(f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")
    return document


def _check_type(value: object, member: Member) -> None:
    if value is None or type(value) is member.type:
        for item in value if isinstance(value, list) else ():
            _check_type(item, Member(member.name))
        return
    if isinstance(value, list):
        raise ApiError("SerializationException", "Start of list found where not expected")
    if isinstance(value, dict):
        raise ApiError(
            "SerializationException", "Start of structure or map found where not expected."
        )
    if member.type not in _TYPE_NAMES:
        kind = "list" if member.type is list else "structure or map"
        raise ApiError("SerializationException", f"Unexpected token, expected start of {kind}")
    expected = _TYPE_NAMES[member.type]
    article = "an" if expected == "Integer" else "a"
    raise ApiError(
        "SerializationException",
        f"{_token_name(value)} can not be converted to {article} {expected}",
    )


def _token_name(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, float):
        return "DECIMAL_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def _problem(document: Mapping[str, Any], member: Member) -> str | None:
    where = member.name[0].lower() + member.name[1:]
    value = document.get(member.name)
    if value is None:
        rule = "Member must not be null" if member.required else None
    else:
        rule = _broken_limit(value, member)
    return rule and f"Value at '{where}' failed to satisfy constraint: {rule}"


def _broken_limit(value: Any, member: Member) -> str | None:
    is_number = isinstance(value, int)
    # Athena counts the bytes of a text, not its characters.
    size = value if is_number else len(value.encode() if isinstance(value, str) else value)
    measure = "value" if is_number else "length"
    if member.minimum is not None and size < member.minimum:
        return f"Member must have {measure} greater than or equal to {member.minimum}"
    if member.maximum is not None and size > member.maximum:
        return f"Member must have {measure} less than or equal to {member.maximum}"
    return None


PAGING = (
    Member("NextToken", minimum=1, maximum=1024),
    Member("MaxResults", int, minimum=1, maximum=50),
)
_DEFAULT_PAGE = 50
_CHECK_BYTES = 16


def page_of(subject: str, items: Sequence[Any], members: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a list operation with the page that its `PAGING` members ask for.

    Raises:
        ApiError: The NextToken was not issued for this list.
    """
    token = members.get("NextToken")
    try:
        start = 0 if token is None else read_token(subject, token)
    except ApiError as error:
        raise malformed_list_token(token or "") from error
    end = start + members.get("MaxResults", _DEFAULT_PAGE)
    answer: dict[str, Any] = {subject: items[start:end]}
    if end < len(items):
        answer["NextToken"] = issue_token(subject, end)
    return answer


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
