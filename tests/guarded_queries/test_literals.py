"""A parameter comes back from the engine as the value that was sent, whatever it holds.

Over HTTP, so that each value passes through JSON, the SQL literal, the engine and the result file.
"""

import datetime
import json
import math
import struct
from decimal import Decimal
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guarded_queries.profiles import examples
from tests.support.api_calls import next_page, submitted


class Sent(NamedTuple):
    """A parameter, the type of its column and the value that has to come back."""

    parameter: Any
    type: str
    value: Any


_TROUBLE = st.sampled_from(
    [
        "", "'", "''", "\\", "\\'", '"', '""', "\n", "\r\n", "\t", ",", "a,b", "--", "/*", "?", ";",
        "NULL", "null", "\u00e9", "e\u0301", "\U0001f600", "\U0001f469\u200d\U0001f4bb", "\u202e",
        "\ufeff", "\u00a0", "\x7f", "\x01", " ", "%s", "{}", "$1", "U&'\\0041'", "\ufffd", "\u2028",
    ]
)  # fmt: skip
_CHARACTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
TEXTS = st.lists(_TROUBLE | _CHARACTERS, max_size=4).map("".join)


def integers(bits: int) -> st.SearchStrategy[int]:
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    return st.integers(low, high) | st.sampled_from([low, low + 1, -1, 0, 1, high])


def _integer(value: int) -> Sent:
    return Sent(value, "integer" if -(2**31) <= value < 2**31 else "bigint", value)


def typed(name: str, text: str, value: Any, column: str | None = None) -> Sent:
    return Sent({"type": name, "value": text}, column or name, value)


def written(name: str, value: float, column: str | None = None) -> Sent:
    """A number under a type."""
    return typed(name, str(value), value, column)


DOUBLES = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 1e16, -1e22]
)
_REALS = st.floats(width=32, allow_nan=False, allow_infinity=False)
_DATES = st.dates(datetime.date(1, 1, 1), datetime.date(9999, 12, 31))
_MILLISECONDS = st.integers(0, 86_399_999)


def _time_of_day(milliseconds: int) -> str:
    moment = datetime.datetime(1, 1, 1) + datetime.timedelta(milliseconds=milliseconds)
    return moment.strftime("%H:%M:%S.") + f"{milliseconds % 1000:03}"


_TIMES = _MILLISECONDS.map(_time_of_day)
_DECIMALS = st.builds(
    lambda digits, scale, sign: Decimal((sign, tuple(map(int, str(digits))), -scale)),
    st.integers(0, 10**38 - 1),
    st.integers(0, 38),
    st.sampled_from([0, 1]),
)


def _decimal(value: Decimal) -> Sent:
    text = f"{value:f}"
    # There is no negative zero among exact numbers.
    return typed("decimal", text, text.removeprefix("-") if value == 0 else text)


def _as_json(value: Any) -> Sent:
    return typed("json", json.dumps(value), value)


_ZONES = st.sampled_from(
    [("UTC", "+00:00"), ("Z", "+00:00"), ("+05:30", "+05:30"), ("-11:00", "-11:00")]
)
KINDS: dict[str, st.SearchStrategy[Sent]] = {
    "boolean": st.booleans().map(lambda value: Sent(value, "boolean", value)),
    "integer": integers(64).map(_integer) | integers(32).map(_integer),
    "number": DOUBLES.map(lambda value: Sent(value, "double", value)),
    "string": TEXTS.map(lambda text: Sent(text, "varchar", text)),
    "typed varchar": TEXTS.map(lambda text: typed("varchar", text, text)),
    "typed boolean": st.booleans().map(lambda value: typed("boolean", str(value).lower(), value)),
    "typed tinyint": integers(8).map(lambda value: written("tinyint", value)),
    "typed smallint": integers(16).map(lambda value: written("smallint", value)),
    "typed integer": integers(32).map(lambda value: written("integer", value)),
    "typed bigint": integers(64).map(lambda value: written("bigint", value)),
    "typed double": DOUBLES.map(lambda value: written("double", value)),
    "typed real": _REALS.map(lambda value: written("real", value, "float")),
    "typed decimal": _DECIMALS.map(_decimal),
    "typed date": _DATES.map(lambda day: typed("date", str(day), str(day))),
    "typed time": _TIMES.map(lambda time: typed("time", time, time)),
    "typed timestamp": st.builds(
        lambda day, time: typed("timestamp", f"{day} {time}", f"{day}T{time}"), _DATES, _TIMES
    ),
    "typed timestamp with time zone": st.builds(
        lambda day, time, zone: typed(
            "timestamp with time zone", f"{day} {time} {zone[0]}", f"{day}T{time}{zone[1]}"
        ),
        st.dates(datetime.date(2, 1, 1), datetime.date(9998, 12, 31)),
        _TIMES,
        _ZONES,
    ),
    "typed json": st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=5,
    ).map(_as_json),
}
BATCH = 30


def round_trip(client: httpx.Client, sent: list[Sent]) -> tuple[list[str], list[Any]]:
    """The types and the values of one query that selects all parameters."""
    marks = ", ".join("?" * len(sent))
    parameters = [one.parameter for one in sent]
    document = submitted(client, f"SELECT {marks}", parameters=parameters)
    page = next_page(client, document["query_id"])
    assert page["paging_token"] is None
    (row,) = page["rows"]
    return [column["type"] for column in page["columns"]], row


def as_real(value: float) -> float:
    """The number as 32 bits hold it; a real is written with the digits that tell it from others."""
    real: float = struct.unpack("f", struct.pack("f", value))[0]
    return real


def same(sent: Sent, right: Any) -> bool:
    """Equality that tells true from 1 and zero from negative zero."""
    left = sent.value
    if sent.type == "float":
        right = as_real(right)
    if isinstance(left, float) or isinstance(right, float):
        return math.copysign(1, left) == math.copysign(1, right) and left == right
    return type(left) is type(right) and left == right


@pytest.mark.parametrize("kind", KINDS)
def test_values_come_back_equal(client: httpx.Client, kind: str) -> None:
    @given(sent=st.lists(KINDS[kind], min_size=BATCH, max_size=BATCH))
    @examples(3, shrink=False)
    def check(sent: list[Sent]) -> None:
        types, values = round_trip(client, sent)

        assert types == [one.type for one in sent]
        changed = [
            (one, value) for one, value in zip(sent, values, strict=True) if not same(one, value)
        ]
        assert changed[:4] == []

    check()


def test_null_comes_back(client: httpx.Client) -> None:
    _, values = round_trip(client, [Sent(None, "unknown", None)] * 3)

    assert values == [None, None, None]


def test_mixed_values_keep_their_places(client: httpx.Client) -> None:
    @given(sent=st.lists(st.one_of(*KINDS.values()), min_size=BATCH, max_size=BATCH))
    @examples(3, shrink=False)
    def check(sent: list[Sent]) -> None:
        _, values = round_trip(client, sent)

        assert all(same(one, value) for one, value in zip(sent, values, strict=True))

    check()


def test_a_string_is_compared_as_it_was_sent(client: httpx.Client) -> None:
    @given(texts=st.lists(TEXTS, min_size=BATCH // 2, max_size=BATCH // 2))
    @examples(2, shrink=False)
    def check(texts: list[str]) -> None:
        conditions = ", ".join(["? = ? AND length(?) = ?"] * len(texts))
        parameters = [value for text in texts for value in (text, text, text, len(text))]
        document = submitted(client, f"SELECT {conditions}", parameters=parameters)

        assert next_page(client, document["query_id"])["rows"] == [[True] * len(texts)]

    check()


def test_the_comparison_tells_values_apart() -> None:
    different = [(0.0, -0.0), (True, 1), ("e\u0301", "\u00e9"), (0.1, as_real(0.1)), ("1.0", "1")]

    assert not any(same(Sent(left, "", left), right) for left, right in different)
