"""A paging token gives back its position, and is valid for one query or list only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.errors import InvalidPagingToken
from data_hist.results.paging_tokens import (
    ListPosition,
    ObjectPosition,
    ResultSetPosition,
    list_token,
    parse_list_token,
    parse_result_token,
    result_token,
)

OFFSETS = st.integers(min_value=0, max_value=2**60)


@given(
    st.builds(ObjectPosition, OFFSETS, OFFSETS)
    | st.builds(ResultSetPosition, st.none() | st.text(min_size=1), OFFSETS, OFFSETS),
    st.text(max_size=40),
)
def test_result_token_gives_its_position_back(
    position: ObjectPosition | ResultSetPosition, query_id: str
) -> None:
    assert parse_result_token(query_id, result_token(query_id, position)) == position


@given(st.builds(ListPosition, st.none() | st.text(min_size=1), st.none() | st.uuids().map(str)))
def test_list_token_gives_its_position_back(position: ListPosition) -> None:
    assert parse_list_token(11000, list_token(11000, position)) == position


@given(st.data())
def test_token_with_one_character_changed_is_refused(data: st.DataObject) -> None:
    token = result_token("query", ObjectPosition(1234, 56))
    index = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != token[index]))

    with pytest.raises(InvalidPagingToken):
        parse_result_token("query", token[:index] + other + token[index + 1 :])


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "not base64!",
        "ü",
        result_token("other query", ObjectPosition(1, 1)),
        result_token("query", ObjectPosition(1, 1))[:-1],
        result_token("query", ObjectPosition(1, 1)) + "=",
        list_token(1, ListPosition(None, "id")),
    ],
)
def test_damaged_or_foreign_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidPagingToken):
        parse_result_token("query", token)


def test_list_token_of_another_tenant_is_refused() -> None:
    token = list_token(11000, ListPosition("next", "id"))

    with pytest.raises(InvalidPagingToken):
        parse_list_token(11001, token)
