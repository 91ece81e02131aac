"""Bodies are read strictly, and no part of them comes back in the message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.strict_json import JsonError, JsonText, dumps, dumps_lines, is_json, loads

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
    with pytest.raises(JsonError) as refusal:
        loads(body)

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
    assert loads(dumps(value)) == value
    assert loads(json.dumps(value).encode()) == value


def test_brackets_in_strings_are_no_depth() -> None:
    assert loads(b'{"a": "' + b"[" * 100 + b'\\"]"}') == {"a": "[" * 100 + '"]'}


def test_json_text_keeps_its_digits() -> None:
    assert dumps({"a": JsonText("1.10")}) == b'{"a":1.10}'


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("{", False), ("NaN", False)])
def test_is_json(text: str, expected: bool) -> None:
    assert is_json(text) is expected


def test_a_value_without_a_json_form_is_a_bug() -> None:
    with pytest.raises(TypeError):
        dumps({"a": object()})


@pytest.mark.parametrize(
    "documents",
    [[{}], [[]], [[], [], []], [{"a": ",\n,"}, {"\n,": "\n"}, ["]", ",\n"]], [None, 1, "x"]],
)
def test_documents_one_on_each_line(documents: list[object]) -> None:
    assert dumps_lines(documents) == b"".join(dumps(document) + b"\n" for document in documents)
