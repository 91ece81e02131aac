"""Paths in JSON texts are found with the types, shares and values that Athena would give."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.queries.json_fields import FieldCounter, FieldLimits, PayloadField, most_shared

NONE: tuple[str, ...] = ()


def found(*texts: str, **limits: int) -> dict[str, PayloadField]:
    counter = FieldCounter("data", FieldLimits(**limits))
    for text in texts:
        counter.add(text)
    return {field.path: field for field in counter.fields(len(texts))}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('{"a": "x"}', {"$.a": ("varchar", ("x",))}),
        ('{"a": "5"}', {"$.a": ("varchar", ("5",))}),
        ('{"a": ""}', {"$.a": ("varchar", ("",))}),
        ('{"a": 5}', {"$.a": ("bigint", ("5",))}),
        ('{"a": -0}', {"$.a": ("bigint", ("-0",))}),
        ('{"a": 9223372036854775807}', {"$.a": ("bigint", ("9223372036854775807",))}),
        ('{"a": -9223372036854775808}', {"$.a": ("bigint", ("-9223372036854775808",))}),
        ('{"a": 9223372036854775808}', {"$.a": ("double", ("9223372036854775808",))}),
        ('{"a": 1.50}', {"$.a": ("double", ("1.50",))}),
        ('{"a": 1e3}', {"$.a": ("double", ("1e3",))}),
        ('{"a": true}', {"$.a": ("boolean", ("true",))}),
        ('{"a": null}', {}),
        ('{"a": {}}', {}),
        ('{"a": {"b": {"c": 1}}}', {"$.a.b.c": ("bigint", ("1",))}),
        ('{"a": []}', {"$.a": ("json", NONE)}),
        ('{"a": [1, 2, 1]}', {"$.a": ("json", NONE), "$.a[*]": ("bigint", ("1", "2"))}),
        ('{"a": [{"b": 1}]}', {"$.a": ("json", NONE), "$.a[*].b": ("bigint", ("1",))}),
        (
            '{"a": [[1]]}',
            {"$.a": ("json", NONE), "$.a[*]": ("json", NONE)} | {"$.a[*][*]": ("bigint", ("1",))},
        ),
        ('[{"a": 1}]', {"$[*].a": ("bigint", ("1",))}),
        ('{"a": 1, "a": 2}', {"$.a": ("bigint", ("1",))}),
        ('{"a": "\\ud800"}', {"$.a": ("varchar", ("?",))}),
        ('{"a": "\\ud83d\\ude00"}', {"$.a": ("varchar", ("😀",))}),
        *((text, {}) for text in ("", "x", "5", '"x"', "null", "{", '{"a": NaN}', "[" * 9_999)),
    ],
)
def test_paths_with_types_and_values(
    text: str, fields: dict[str, tuple[str, tuple[str, ...]]]
) -> None:
    assert {path: (each.type, each.values) for path, each in found(text).items()} == fields


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("level", "$.level"),
        ("_a1", "$._a1"),
        ("1a", '$["1a"]'),
        ("a b", '$["a b"]'),
        ("a-b", '$["a-b"]'),
        ("a.b", '$["a.b"]'),
        ("", '$[""]'),
        ("*", '$["*"]'),
        ("日本", '$["日本"]'),
        ("it's", '$["it\'s"]'),
        ('a"b', '$["a\\"b"]'),
        ("a\\b", '$["a\\\\b"]'),
        ("a]b", '$["a]b"]'),
        ("a\nb", '$["a\nb"]'),
    ],
)
def test_keys_are_quoted_where_athena_needs_it(key: str, path: str) -> None:
    assert list(found(json.dumps({key: 1}))) == [path]


def test_a_key_that_sql_cannot_write_is_left_out() -> None:
    assert list(found('{"\\udc00": 1, "b": 2}')) == ["$.b"]


@pytest.mark.parametrize(
    ("values", "column_type"),
    [
        ((1, 2), "bigint"),
        ((1, 2.5), "double"),
        ((1, "2"), "varchar"),
        ((1, True), "varchar"),
        ((1, None), "bigint"),
        (("x", [1]), "json"),
        (("x", {"b": 1}), "json"),
        (([1], {"b": 1}), "json"),
    ],
)
def test_the_type_fits_all_values(values: tuple[Any, ...], column_type: str) -> None:
    assert found(*(json.dumps({"a": value}) for value in values))["$.a"].type == column_type


def test_the_share_counts_records_that_have_the_value() -> None:
    texts = ['{"a": [1, 1], "b": null}', '{"a": [2]}', "no JSON", '{"b": 1}']

    shares = {path: field.share for path, field in found(*texts).items()}

    assert shares == {"$.a": 0.5, "$.a[*]": 0.5, "$.b": 0.25}


def test_the_commonest_values_come_first() -> None:
    texts = [json.dumps({"a": value}) for value in ("c", "b", "b", "d", "a")]

    assert found(*texts, values=3)["$.a"].values == ("b", "a", "c")


def test_long_values_are_left_out_and_keep_their_type() -> None:
    field = found('{"a": "12345"}', '{"a": "123456"}', value_characters=5)["$.a"]

    assert (field.type, field.share, field.values) == ("varchar", 1.0, ("12345",))


@pytest.mark.parametrize(
    ("limits", "paths"),
    [
        ({"depth": 1}, ["$.a", "$.b"]),
        ({"depth": 2}, ["$.a.x", "$.b", "$.b[*]"]),
        ({"depth": 3}, ["$.a.x.y", "$.b", "$.b[*].z"]),
        ({"elements": 0}, ["$.a.x.y", "$.b"]),
        ({"counted_paths": 0}, []),
    ],
)
def test_depth_elements_and_paths_are_bounded(limits: dict[str, int], paths: list[str]) -> None:
    assert sorted(found('{"a": {"x": {"y": 1}}, "b": [{"z": 2}]}', **limits)) == paths


def test_distinct_values_and_paths_are_bounded() -> None:
    texts = [json.dumps({f"k{n}": n, "same": n % 7}) for n in range(100)]

    fields = found(*texts, counted_paths=20, counted_values=5, values=50)

    assert len(fields) <= 20
    assert len(fields["$.same"].values) == 5
    assert fields["$.same"].share == 1.0


def test_fields_that_most_records_have_come_first() -> None:
    fields = found('{"b": 1, "c": 1, "a": 1}', '{"c": 2}').values()

    assert [field.path for field in most_shared(fields)] == ["$.c", "$.a", "$.b"]


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(DOCUMENTS, min_size=1))
def test_shares_and_bounds_hold_for_any_documents(documents: list[Any]) -> None:
    limits = FieldLimits()

    for path, field in found(*map(json.dumps, documents)).items():
        assert path.startswith("$")
        assert 0 < field.share <= 1
        assert len(field.values) <= limits.values
        assert all(len(value) <= limits.value_characters for value in field.values)
