"""Positions in the sent SQL lead back to the caller's own text."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.guard import MAX_SQL_BYTES, Edit
from data_hist.queries.source_map import annotate, caller_position, time_ranges
from data_hist.time_range import Anchor, Base, Span, TimeRange


@dataclass(frozen=True)
class Replacement:
    start: int
    removed: int
    text: str

    @property
    def edit(self) -> Edit:
        return Edit(self.start, self.removed, len(self.text))


def sent_text(caller: str, replacements: list[Replacement]) -> str:
    pieces, at = [], 0
    for replacement in replacements:
        pieces += [caller[at : replacement.start], replacement.text]
        at = replacement.start + replacement.removed
    return "".join([*pieces, caller[at:]])


def position_of(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


@st.composite
def rewritten(draw: st.DrawFn) -> tuple[str, list[Replacement]]:
    caller = draw(st.text(st.sampled_from("ab\n. é"), max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(caller)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    text = st.text(st.sampled_from('(SELECT x\n FROM "t")'), max_size=30)
    return caller, [Replacement(start, end - start, draw(text)) for start, end in pairs]


@given(rewritten())
def test_every_kept_character_is_found_again(case: tuple[str, list[Replacement]]) -> None:
    caller, replacements = case
    sent = annotate(sent_text(caller, replacements), caller, [r.edit for r in replacements])
    removed = {i for r in replacements for i in range(r.start, r.start + r.removed)}

    for offset in set(range(len(caller))) - removed:
        before = [r for r in replacements if r.start + r.removed <= offset]
        sent_offset = offset + sum(len(r.text) - r.removed for r in before)
        found = caller_position(sent, *position_of(sent, sent_offset))
        assert found == position_of(caller, offset)


def test_place_inside_what_was_inserted_is_where_the_replaced_text_began() -> None:
    caller = "SELECT nope\nFROM events"
    replacement = Replacement(caller.index("events"), 6, '(SELECT a FROM "events_v0") AS "events"')
    sent = annotate(sent_text(caller, [replacement]), caller, [replacement.edit])

    assert caller_position(sent, 2, 20) == (2, 6)
    assert caller_position(sent, 1, 8) == (1, 8)


def test_text_without_edits_of_ours_has_no_positions() -> None:
    assert caller_position("SELECT 1", 1, 8) is None


def test_edits_are_left_out_where_the_limit_has_no_room() -> None:
    sql = "x" * (MAX_SQL_BYTES - 3)

    assert annotate(sql, sql, []) == sql


@pytest.mark.parametrize("position", [(1, 1), (99, 1), (1, 999)])
def test_any_position_is_answered(position: tuple[int, int]) -> None:
    caller_position(annotate("SELECT 1", "SELECT 1", []), *position)


SPANS = st.builds(
    Span, *(st.none() | st.integers(-253_402_300_799_999, 253_402_300_799_999) for _ in range(2))
)
ANCHORS = st.just(Anchor()) | st.builds(
    Anchor, st.sampled_from([Base.START, Base.TODAY]), st.integers(-24_000, 24_000)
)


@given(st.lists(st.dictionaries(ANCHORS, SPANS, max_size=3), max_size=4))
def test_time_ranges_are_read_back(ranges: list[TimeRange]) -> None:
    edit = Replacement(14, 6, "(SELECT 1)").edit
    sent = annotate("SELECT 1 FROM (SELECT 1)", "SELECT 1 FROM events", [edit], ranges)

    found = time_ranges(sent)

    assert [each for each in ranges if each not in found] == []
    assert len(found) == len({repr(sorted(each.items())) for each in ranges})
    assert caller_position(sent, 1, 8) == (1, 8)


def test_text_without_notes_of_ours_has_no_time_ranges() -> None:
    assert time_ranges("SELECT 1 -- @start:0::;") == []
    assert time_ranges(annotate("SELECT 1", "SELECT 1", [])) == []
    assert time_ranges("SELECT 1\n-- data_hist: @mars:0:1:2;epoch:0:1:2;") == [
        {Anchor(): Span(1, 2)}
    ]
