"""The types of parameters: the specification admits exactly those that have literals."""

import re
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.http.specification import api_specification
from data_hist.sql_guard.literals import BadParameter, render_literal

NAMES = (
    *("boolean", "tinyint", "smallint", "integer", "int", "bigint", "real", "double", "decimal"),
    *("varchar", "char", "date", "time", "timestamp", "timestamp with time zone", "json"),
)
SIZES = (
    "",
    "(1)",
    " (38)",
    "(38,0)",
    "(38, 12)",
    "(0)",
    "(1,)",
    "(1, )",
    "(,1)",
    "()",
    "(01)",
    "(5,123)",
)
ODD_SIZES = (
    "( 1)",
    "(1 )",
    "  (1)",
    "(1,  2)",
    "(12345678901)",
    "(-1)",
    "(1.5)",
    "(\u0663)",
    "(1,2,3)",
    "(",
    "(1",
)

pieces = st.sampled_from([*NAMES, *SIZES, *ODD_SIZES, "with time zone", "var", "x", " ", "\n"])


@cache
def type_schema() -> tuple[int, re.Pattern[str]]:
    schemas = api_specification("X-Tenant", "X-Gateway")["components"]["schemas"]
    typed = next(each for each in schemas["QueryParameter"]["anyOf"] if each["type"] == "object")
    schema = typed["properties"]["type"]
    return schema["maxLength"], re.compile(re.sub(r"\$$", r"\\Z", schema["pattern"]))


def admits(text: str) -> bool:
    longest, pattern = type_schema()
    return len(text) <= longest and pattern.search(text) is not None


def is_known(text: str) -> bool:
    try:
        render_literal({"type": text, "value": "x"})
    except BadParameter as error:
        return error.field != "type"
    return True


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_admitted_in_any_case(name: str) -> None:
    for text in (name, name.upper(), name.title(), f" {name}", f"{name}\n", f"{name}s", name[:-1]):
        assert admits(text) == is_known(text), text
    assert admits(name)


@pytest.mark.parametrize(("name", "size"), list(product(NAMES, SIZES + ODD_SIZES)))
def test_sizes_are_admitted_where_they_mean_something(name: str, size: str) -> None:
    assert admits(name + size) == is_known(name + size)


@given(st.lists(pieces, max_size=4).map("".join) | st.text(max_size=40))
def test_the_specification_admits_the_types_that_have_literals(text: str) -> None:
    assert admits(text) == (len(text) <= 40 and is_known(text))
