"""Documents are written exactly."""

import pytest

from data_hist.json_documents import JsonText, dumps, dumps_lines, is_json


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
