"""Bodies are read strictly, and no part of them comes back in the message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.errors import InvalidRequest
from data_hist.http.validation import parse_json
from data_hist.json_documents import dumps

REFUSED = {
    "not JSON": b"{secret",
    "empty": b"",
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "duplicate key": b'{"a": 1, "a": 2}',
    "duplicate key inside": b'{"x": [{"a": 1, "a": 2}]}',
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "overflowing number": b'{"a": 1e999}',
    "too many digits": b'{"a": ' + b"9" * 5000 + b"}",
    "deep": b"[" * 50 + b"]" * 50,
    "very deep": b"[" * 500_000,
    "NUL": b'{"a": "x\\u0000"}',
    "NUL in a key": b'{"x\\u0000": 1}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "two values": b"{} {}",
    "byte order mark": b"\xef\xbb\xbf{}",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_refused_bodies(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_json(body)

    assert "secret" not in str(refusal.value)
    assert len(str(refusal.value)) < 120


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_what_is_written_reads_back(value: object) -> None:
    assert parse_json(dumps(value)) == value
    assert parse_json(json.dumps(value).encode()) == value


def test_brackets_in_strings_are_no_depth() -> None:
    assert parse_json(b'{"a": "' + b"[" * 100 + b'\\"]"}') == {"a": "[" * 100 + '"]'}
