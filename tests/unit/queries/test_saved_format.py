"""The ids and documents of saved questions."""

from datetime import UTC, datetime, timedelta

import pytest

from data_hist.athena.stored_documents import StoredDocument
from data_hist.queries.saved_format import (
    Question,
    SavedQuestion,
    new_id,
    object_name,
    parse_object_name,
    parse_question,
    render_question,
)

NOW = datetime(2026, 11, 29, 12, 0, 0, 123_000, tzinfo=UTC)
LATER = NOW + timedelta(milliseconds=1)
QUESTION = Question("a title", "#a=state")
MEMBERS = {
    "title": "a title",
    "state": "#a=state",
    "created_at": "2026-11-29T12:00:00.123000+00:00",
    "updated_at": "2026-11-29T12:00:00.124000+00:00",
}


def test_newer_ids_come_first_and_none_twice() -> None:
    moments = [NOW + timedelta(days=days) for days in (0, 1, 365, 36_500)]
    ids = [new_id(moment) for moment in moments]

    assert sorted(ids, reverse=True) == ids
    assert len({new_id(NOW) for _ in range(1000)}) == 1000
    assert all(parse_object_name(object_name(each)) == each for each in ids)


@pytest.mark.parametrize(
    "name",
    ["", "x.json", "0" * 32, "0" * 31 + ".json", "A" * 32 + ".json", f"sub/{'0' * 32}.json"],
)
def test_other_names_are_none_of_ours(name: str) -> None:
    assert parse_object_name(name) is None


def test_a_question_is_read_as_it_was_written() -> None:
    members = render_question(QUESTION, NOW, LATER)
    found = parse_question("id", StoredDocument(members, '"a"'))

    assert found == SavedQuestion("id", QUESTION, NOW, LATER, '"a"')
    assert members.items() >= MEMBERS.items()
    assert members != render_question(QUESTION, NOW, LATER)


def test_members_of_later_versions_do_no_harm() -> None:
    assert parse_question("id", StoredDocument(MEMBERS | {"colour": "red"}, '"a"')) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"title": 1},
        {"state": None},
        {"created_at": 1},
        {"updated_at": "yesterday"},
    ],
)
def test_what_is_none_is_not_read(change: dict[str, object]) -> None:
    assert parse_question("id", StoredDocument(MEMBERS | change, '"a"')) is None
    (name,) = change
    without = {member: value for member, value in MEMBERS.items() if member != name}
    assert parse_question("id", StoredDocument(without, '"a"')) is None
