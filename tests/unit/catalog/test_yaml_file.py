"""YAML is read as its core schema says, and each value has a line."""

from typing import Any

import pytest

from data_hist.catalog.yaml_file import YamlError, lines_of, parse_yaml


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("# nothing\n", None),
        ("{a: 1, b: -2, c: 1.5, d: 1e3}", {"a": 1, "b": -2, "c": 1.5, "d": 1000.0}),
        (
            "{a: true, b: FALSE, c: ~, d: null, e: }",
            dict(zip("abcde", (True, False, None, None, None), strict=True)),
        ),
        # YAML 1.1 reads another value from each of these.
        (
            "[no, on, 010, 0x1f, 2026-11-20, 1:30, 1_000]",
            ["no", "on", "010", "0x1f", "2026-11-20", "1:30", "1_000"],
        ),
        ("['1', \"true\", 'null']", ["1", "true", "null"]),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: >-\n  one\n  two", {"a": "one two"}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
    ],
)
def test_values(text: str, expected: Any) -> None:
    assert parse_yaml(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' stands twice"),
        ("a: 1\nb: *x", 2, "nothing is named &x before"),
        ("a: [1,\n", 2, "did not find expected node content"),
        ("a: 1\nb: c: d", 2, "mapping values are not allowed"),
        ("a: 1\n---\nb: 1", 2, "a second document begins"),
        ("a:\n  ? [1]\n  : 2", 2, "a key is not a text"),
        ("a: 1\nb: !!python/object:os.system x", 2, "tags such as"),
        ("a: 1\nb: \x01", 2, "a character that YAML does not allow"),
    ],
)
def test_errors_have_a_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(YamlError, match=problem) as error:
        parse_yaml(text)

    assert error.value.line == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("a",), 1),
        (("a", "b"), 2),
        (("a", "b", 1), 4),
        (("a", "b", 1, "d"), 5),
        (("a", "b", 1, "missing"), 4),
        (("missing", "b"), 1),
        (("e",), 6),
    ],
)
def test_lines(path: tuple[str | int, ...], line: int) -> None:
    assert list(lines_of("a:\n  b:\n    - x\n    - c: 1\n      d: 2\ne: 3\n", [path])) == [line]
