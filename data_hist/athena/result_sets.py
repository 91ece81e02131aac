"""Responses to GetQueryResults, parsed without botocore's parser, which takes ten times as long.

botocore still signs requests and parses errors; it only leaves the body of a successful response
unparsed.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from data_hist.athena.executions import Column
from data_hist.errors import EngineFailed

_BODY = "Body"


class _Datum(msgspec.Struct, gc=False):
    VarCharValue: str | None = None


class _Row(msgspec.Struct, gc=False):
    Data: list[_Datum]


class _ColumnInfo(msgspec.Struct, gc=False):
    Name: str
    Type: str
    Precision: int = 0
    Scale: int = 0


class _Metadata(msgspec.Struct):
    ColumnInfo: list[_ColumnInfo]


class _ResultSet(msgspec.Struct):
    Rows: list[_Row]
    ResultSetMetadata: _Metadata


class _Response(msgspec.Struct):
    ResultSet: _ResultSet
    NextToken: str | None = None


@dataclass(frozen=True)
class EnginePage:
    """Rows of a result that Athena returns at once, with None for NULL, and the next token.

    The first row of the first page is the header.
    """

    rows: Sequence[Sequence[str | None]]
    token: str | None


class ResultSet:
    """One page: its columns, its rows as text with None for NULL, and the token of the next."""

    def __init__(self, response: _Response) -> None:
        infos = response.ResultSet.ResultSetMetadata.ColumnInfo
        self.columns = tuple(map(_convert_column, infos))
        self.rows = [[datum.VarCharValue for datum in row.Data] for row in response.ResultSet.Rows]
        self.next_token = response.NextToken


def _convert_column(info: _ColumnInfo) -> Column:
    """Convert a column; Athena sends precision and scale for every type."""
    if info.Type.lower() != "decimal":
        return Column(info.Name, info.Type)
    return Column(info.Name, info.Type, info.Precision, info.Scale)


def leave_results_unparsed(events: Any) -> None:
    """Make the Athena client with these events leave the body of GetQueryResults unparsed."""
    events.register("before-parse.athena.GetQueryResults", _take_body)


def parse_result_set(response: Mapping[str, Any]) -> ResultSet:
    """Parse a response whose body botocore has left unparsed.

    Raises:
        EngineFailed: It is truncated or malformed.
    """
    try:
        return ResultSet(msgspec.json.decode(response[_BODY], type=_Response))
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
