"""The trailer of the sent SQL gives back the caller's SQL, positions in it and time bounds."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.catalog.resolve import load_catalog
from data_hist.errors import QueryTooLarge
from data_hist.pruning.time_range import Anchor, Base, TimeBounds, TimeRange
from data_hist.queries.sql_trailer import (
    append_trailer,
    read_bound_sql,
    read_caller_sql,
    read_parameters,
    read_time_bounds,
    translate_position,
)
from data_hist.sql_guard.guard import MAX_SQL_BYTES, Guard
from data_hist.sql_guard.literals import Parameter
from data_hist.sql_guard.rewrite import Edit
from tests.support.shared_files import shared_cases
from tests.unit.sql_guard.case_files import own_cases, sql_of


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard(load_catalog().versions["v0"])


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
    caller = draw(st.text(st.sampled_from("ab\n\r\u2028. é🙂%+=@/*-'\"?;"), max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(caller)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    text = st.text(st.sampled_from('(SELECT x\n FROM "t")'), max_size=30)
    return caller, [Replacement(start, end - start, draw(text)) for start, end in pairs]


@given(rewritten())
def test_every_kept_character_is_found_again(case: tuple[str, list[Replacement]]) -> None:
    caller, replacements = case
    sent = append_trailer(sent_text(caller, replacements), caller, [r.edit for r in replacements])
    removed = {i for r in replacements for i in range(r.start, r.start + r.removed)}

    for offset in set(range(len(caller))) - removed:
        before = [r for r in replacements if r.start + r.removed <= offset]
        sent_offset = offset + sum(len(r.text) - r.removed for r in before)
        found = translate_position(sent, *position_of(sent, sent_offset))
        assert found == position_of(caller, offset)


@given(rewritten())
def test_caller_text_comes_back(case: tuple[str, list[Replacement]]) -> None:
    caller, replacements = case
    sent = append_trailer(sent_text(caller, replacements), caller, [r.edit for r in replacements])

    assert read_caller_sql(sent) == caller
    assert sent.rpartition("\n")[2].startswith("-- data_hist:")
    assert sent.rpartition("\n")[2].isascii()


ADMITTED = [
    *((case["id"], sql_of(case)) for case in own_cases("accepted.jsonl")),
    *(
        (case["id"], sql_of(case))
        for name in ("cases/sql_allowed.jsonl", "cases/sql_scope.jsonl")
        for case in shared_cases(name)
        if case["verdict"] == "allow"
    ),
]
TRICKY = [
    "SELECT 1;",
    "SELECT 1 ; -- done",
    "SELECT 1\n",
    "\n\t SELECT 1 \r\n",
    'SELECT * FROM data_hist /* a\n*/ . /* é\u2028🙂 % -- */ "events" e',
    "SELECT 1 -- data_hist: 0+1=x",
    "SELECT 1\n-- data_hist: 0+6=DELETE @epoch:0:1:2;",
    "SELECT '\n-- data_hist: 0+6=DELETE' FROM events",
    "SELECT data_hist.events.data FROM data_hist.events, events e, metrics",
    "WITH a AS (SELECT * FROM events) SELECT * FROM a, metrics;",
]


@pytest.mark.parametrize("customer_id", [None, 11000])
@pytest.mark.parametrize("sql", TRICKY + [sql for _, sql in ADMITTED])
def test_every_admitted_text_comes_back(guard: Guard, sql: str, customer_id: int | None) -> None:
    admitted = guard.admit(sql, customer_id=customer_id, parameters=values_for(sql))

    sent = append_trailer(admitted.sql, sql, admitted.edits, admitted.time_bounds)

    assert read_caller_sql(sent) == sql


def values_for(sql: str) -> list[Parameter] | None:
    return [1] * sql.count("?") if "= ?" in sql or "LIMIT ?" in sql else None


@pytest.mark.parametrize(
    ("values", "bound"),
    [
        (["x", 2], "SELECT 'x', 'why?' FROM events WHERE customerid= 2 -- ?"),
        (
            ["it's ?\n-- data_hist: 0+1=x", -2],
            "SELECT 'it''s ?\n-- data_hist: 0+1=x', 'why?' FROM events WHERE customerid= (-2) -- ?",
        ),
        (
            [{"type": "date", "value": "2026-01-01"}, None],
            "SELECT DATE '2026-01-01', 'why?' FROM events WHERE customerid= NULL -- ?",
        ),
    ],
)
def test_parameters_come_back(guard: Guard, values: list[Parameter], bound: str) -> None:
    sql = "SELECT ?, 'why?' FROM events WHERE customerid=? -- ?"
    admitted = guard.admit(sql, customer_id=11000, parameters=values)

    sent = append_trailer(admitted.sql, sql, admitted.edits, admitted.time_bounds)

    assert read_caller_sql(sent) == sql
    assert read_parameters(sent) == values
    assert read_bound_sql(sent) == bound


@pytest.mark.parametrize(
    ("sent", "parameters"),
    [
        ("SELECT 1\n-- data_hist:", []),
        ("SELECT 1\n-- data_hist: 7+1=%3F", [1]),
        ("SELECT now()\n-- data_hist: 7+5=%3F", None),
        ("SELECT 1\n-- data_hist: 7+1/1/0/0", None),
        ("SELECT 1", None),
    ],
)
def test_parameters_that_others_may_have_written(
    sent: str, parameters: list[Parameter] | None
) -> None:
    assert read_parameters(sent) == parameters


OLD = 'SELECT a\nFROM (SELECT 1) AS "events", (SELECT 2) AS t'


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (f"{OLD}\n-- data_hist: 14+6/22/0/0 @start:0:-3600000:;", None),
        (f"{OLD}\n-- data_hist: 14+6/22/1/3 38+7/10/0/0", None),
        ("SELECT 1\n-- data_hist:", "SELECT 1"),
        ("SELECT 1\n-- data_hist: @start:0:-3600000:;", "SELECT 1"),
        ("SELECT 1", None),
        ("", None),
    ],
)
def test_trailers_of_older_versions(sent: str, text: str | None) -> None:
    assert read_caller_sql(sent) == text


def test_positions_in_trailers_of_older_versions() -> None:
    sent = f"{OLD}\n-- data_hist: 14+6/22/0/0"

    assert translate_position(sent, 2, 9) == (2, 6)
    assert translate_position(sent, 2, 28) == (2, 12)


def test_caller_cannot_write_what_the_service_reads() -> None:
    forged = "SELECT 1\n-- data_hist: 0+8=DROP @epoch:0:1:2;"
    padding = "/*" + "x" * (MAX_SQL_BYTES - len(forged) - 14) + "*/"

    with pytest.raises(QueryTooLarge):
        append_trailer(padding + forged, padding + forged, [])
    assert read_caller_sql(append_trailer(forged, forged, [])) == forged
    assert read_time_bounds(append_trailer(forged, forged, [])) == []


def test_place_inside_what_was_inserted_is_where_the_replaced_text_began() -> None:
    caller = "SELECT nope\nFROM events"
    replacement = Replacement(caller.index("events"), 6, '(SELECT a FROM "events_v0") AS "events"')
    sent = append_trailer(sent_text(caller, [replacement]), caller, [replacement.edit])

    assert translate_position(sent, 2, 20) == (2, 6)
    assert translate_position(sent, 1, 8) == (1, 8)


def test_sql_without_a_trailer_has_no_positions() -> None:
    assert translate_position("SELECT 1", 1, 8) is None


def test_edits_are_left_out_where_the_limit_has_no_room() -> None:
    sql = "x" * (MAX_SQL_BYTES - 3)

    assert append_trailer(sql, sql, []) == sql
    assert read_caller_sql(sql) is None


@pytest.mark.parametrize("position", [(1, 1), (99, 1), (1, 999)])
def test_any_position_is_answered(position: tuple[int, int]) -> None:
    translate_position(append_trailer("SELECT 1", "SELECT 1", []), *position)


TIME_RANGES = st.builds(
    TimeRange,
    *(st.none() | st.integers(-253_402_300_799_999, 253_402_300_799_999) for _ in range(2)),
)
ANCHORS = st.just(Anchor()) | st.builds(
    Anchor, st.sampled_from([Base.START, Base.TODAY]), st.integers(-24_000, 24_000)
)


@given(st.lists(st.dictionaries(ANCHORS, TIME_RANGES, max_size=3), max_size=4))
def test_time_bounds_are_read_back(ranges: list[TimeBounds]) -> None:
    edit = Replacement(14, 6, "(SELECT 1)").edit
    sent = append_trailer("SELECT 1 FROM (SELECT 1)", "SELECT 1 FROM events", [edit], ranges)

    found = read_time_bounds(sent)

    assert [each for each in ranges if each not in found] == []
    assert len(found) == len({repr(sorted(each.items())) for each in ranges})
    assert translate_position(sent, 1, 8) == (1, 8)


def test_sql_without_a_trailer_of_ours_has_no_time_bounds() -> None:
    assert read_time_bounds("SELECT 1 -- @start:0::;") == []
    assert read_time_bounds(append_trailer("SELECT 1", "SELECT 1", [])) == []
    assert read_time_bounds("SELECT 1\n-- data_hist: @mars:0:1:2;epoch:0:1:2;") == [
        {Anchor(): TimeRange(1, 2)}
    ]


@pytest.mark.parametrize(
    "pieces",
    [
        " 0+1/1/0/99999999999/0",
        " 0+1/1/0/999999/0",
        " 0+9999999999/9999999999/0/0",
        f" {'9' * 5_000}+1=x",
        f" 1+{'9' * 5_000}=x",
        " 5+1=abc 6+1=abc",
        "".join(f" {number}+1/0/999999/0" for number in range(100)),
        f" 0+1={'x' * (MAX_SQL_BYTES + 1)}",
    ],
)
def test_trailers_that_others_wrote_are_not_followed(pieces: str) -> None:
    """Others may use the same workgroup, and Athena lists their queries too."""
    sent = f"SELECT 1\n-- data_hist:{pieces}"

    assert read_caller_sql(sent) == "SELECT 1"
    assert translate_position(sent, 1, 8) == (1, 8)
