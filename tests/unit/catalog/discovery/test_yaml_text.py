"""What is written is read again as it was, in short lines."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_hist.catalog.discovery.yaml_text import comment, comment_out, entry
from data_hist.catalog.yaml_file import parse_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
SCALARS = TEXTS | st.integers(-(10**17), 10**17) | st.booleans() | st.none()
NAMES = st.text("abc_", min_size=1, max_size=9)
FLAT = SCALARS | st.lists(SCALARS, min_size=1, max_size=4)
VALUES = FLAT | st.dictionaries(NAMES, FLAT | st.dictionaries(NAMES, FLAT, min_size=1), min_size=1)


@settings(max_examples=50)
@given(st.dictionaries(NAMES, VALUES, min_size=1), TEXTS)
def test_values_are_read_as_they_were(values: dict[str, Any], note: str) -> None:
    lines = [line for key, value in values.items() for line in entry(key, value, 4, (note,))]

    assert parse_yaml("\n".join(["top:", *lines])) == {"top": values}
    assert all(len(line) <= 120 for line in lines)


@pytest.mark.parametrize(
    "text",
    ["null", "True", "2026-11-20", "07", "1e5", "", "~", "a: b", "a #b", "- a", "no", "0x1F"],
)
def test_texts_stay_texts(text: str) -> None:
    assert parse_yaml("\n".join(entry("key", text, 0))) == {"key": text}


@given(TEXTS)
def test_comments_are_none_of_the_content(text: str) -> None:
    assert parse_yaml("\n".join(["a: 1", *comment(text, 6)])) == {"a": 1}


def test_what_is_commented_out_can_be_taken_in() -> None:
    lines = ["  top:", *comment_out(entry("name", {"path": "$.a"}, 6, ("note",)), 4)]

    assert lines[1] == "    # name: {path: $.a}  # note"
    assert parse_yaml("\n".join(lines).replace("# name", "name")) == {
        "top": {"name": {"path": "$.a"}}
    }
