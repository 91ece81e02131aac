"""The answers of GetQueryResults, read without botocore's parser, which takes ten times as long.

Signing, retries and the translation of errors are botocore's still: only the body of a good answer
is taken out before it is parsed.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any

import msgspec

from data_hist.errors import EngineFailed

_BODY = "Body"


class _Datum(msgspec.Struct, gc=False):
    VarCharValue: str | None = None


class _Row(msgspec.Struct, gc=False):
    Data: list[_Datum]


class ColumnInfo(msgspec.Struct, gc=False):
    """A column, as Athena tells of it."""

    Name: str
    Type: str
    Precision: int = 0
    Scale: int = 0


class _Metadata(msgspec.Struct):
    ColumnInfo: list[ColumnInfo]


class _ResultSet(msgspec.Struct):
    Rows: list[_Row]
    ResultSetMetadata: _Metadata


class _Answer(msgspec.Struct):
    ResultSet: _ResultSet
    NextToken: str | None = None


class ResultSet:
    """One answer: its columns, its rows as text with None for NULL, and the token of the next."""

    def __init__(self, answer: _Answer) -> None:
        self.columns = answer.ResultSet.ResultSetMetadata.ColumnInfo
        self.rows = [[datum.VarCharValue for datum in row.Data] for row in answer.ResultSet.Rows]
        self.next_token = answer.NextToken


def keep_bodies(client: Any) -> None:
    """Have an Athena client leave the body of GetQueryResults as it is."""
    client.meta.events.register("before-parse.athena.GetQueryResults", _take_body)


def result_set(answer: Mapping[str, Any]) -> ResultSet:
    """Read an answer whose body was left as it is.

    Raises:
        EngineFailed: It is cut short, or not what Athena answers.
    """
    try:
        return ResultSet(msgspec.json.decode(answer[_BODY], type=_Answer))
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EngineFailed("Athena's answer is no result.") from error


def _take_body(
    response_dict: MutableMapping[str, Any],
    customized_response_dict: MutableMapping[str, Any],
    **_event: Any,
) -> None:
    if response_dict["status_code"] == 200:
        customized_response_dict[_BODY] = response_dict["body"]
        response_dict["body"] = b"{}"
