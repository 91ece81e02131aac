"""The oracle's own parts: what is asked, how answers compare, and what is kept."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.oracle.comparison import Verdict, compare
from tests.oracle.differences import spell_for_trino
from tests.oracle.embedded import Answer, EmbeddedEngine
from tests.oracle.examining import DEADLINE_SECONDS, Finding, examine, format_table, mark
from tests.oracle.goldens import Golden, read_goldens, write_goldens
from tests.oracle.recording import names_the_day

ONE = Golden("SELECT 1", ["integer"], [["1"]])
FAILED = Golden("SELECT 1 / 0", error="DIVISION_BY_ZERO", message="Division by zero")


@pytest.mark.parametrize(
    ("athena", "trino"),
    [
        ("SELECT 1.5", "SELECT 1.5e0"),
        ("SELECT .5 + 2.", "SELECT .5e0 + 2.e0"),
        ("SELECT -1.5*2", "SELECT -1.5e0*2"),
        ("SELECT 1.5e3, 1.5E0, 1e5, 15", "SELECT 1.5e3, 1.5E0, 1e5, 15"),
        ("SELECT DECIMAL '1.5', 'a 1.5', \"1.5\"", "SELECT DECIMAL '1.5', 'a 1.5', \"1.5\""),
        ("SELECT 'it''s 1.5', 2.5 -- 3.5", "SELECT 'it''s 1.5', 2.5e0 -- 3.5"),
        ("SELECT t1.x /* 1.5 */ FROM t1", "SELECT t1.x /* 1.5 */ FROM t1"),
        ("SELECT 1_000.5", "SELECT 1_000.5e0"),
    ],
)
def test_trino_is_asked_for_doubles(athena: str, trino: str) -> None:
    assert spell_for_trino(athena).sql == trino


@pytest.mark.parametrize(
    ("sql", "value", "names"),
    [
        ("SELECT CAST(TIME '01:00:00' AS timestamp)", "2026-11-30 01:00:00.000", True),
        ("SELECT CAST(TIME '23:59:59.9999' AS timestamp)", "2026-12-01 00:00:00.000", True),
        ("SELECT CAST(TIME '01:00:00' AS timestamp)", "2026-11-28 01:00:00.000", False),
        ("SELECT DATE '2026-11-30'", "2026-11-30", False),
        ("SELECT 1", "1", False),
    ],
)
def test_answers_of_one_day_are_not_kept(sql: str, value: str, *, names: bool) -> None:
    assert names_the_day(Golden(sql, rows=[[value]]), date(2026, 11, 30)) is names


def test_positions_are_those_of_athenas_text() -> None:
    spelling = spell_for_trino("SELECT 1.5, 2.5,\n 3.5, x")

    assert spelling.sql == "SELECT 1.5e0, 2.5e0,\n 3.5e0, x"
    assert spelling.athena_position(1, 15) == (1, 13)
    assert spelling.athena_position(2, 9) == (2, 7)


@pytest.mark.parametrize(
    ("golden", "answer", "verdict"),
    [
        (ONE, Answer(["integer"], [["1"]]), Verdict.RIGHT),
        (ONE, Answer(["integer"], [["2"]]), Verdict.WRONG_VALUE),
        (ONE, Answer(["integer"], []), Verdict.WRONG_VALUE),
        (ONE, Answer(["bigint"], [["1"]]), Verdict.WRONG_TYPE),
        (ONE, Answer(error="COLUMN_NOT_FOUND"), Verdict.WRONG_ERROR),
        (ONE, Answer(error="GENERIC_INTERNAL_ERROR"), Verdict.INTERNAL_ERROR),
        (
            ONE,
            Answer(error="NOT_SUPPORTED", message="The embedded endpoint does not support x"),
            Verdict.REFUSED,
        ),
        (FAILED, Answer(error="DIVISION_BY_ZERO"), Verdict.RIGHT),
        (FAILED, Answer(error="TYPE_MISMATCH"), Verdict.WRONG_ERROR),
        (FAILED, Answer(["integer"], [["1"]]), Verdict.WRONGLY_ACCEPTED),
        (FAILED, Answer(error="GENERIC_INTERNAL_ERROR"), Verdict.INTERNAL_ERROR),
    ],
)
def test_an_answer_is_judged(golden: Golden, answer: Answer, verdict: Verdict) -> None:
    assert compare(golden, answer) is verdict


@pytest.mark.parametrize(
    ("sql", "types", "rows", "others", "is_right"),
    [
        ("SELECT x", ["integer"], [["1"], [None]], [[None], ["1"]], True),
        ("SELECT x ORDER BY x", ["integer"], [["1"], [None]], [[None], ["1"]], False),
        ("SELECT (SELECT 1 ORDER BY 1)", ["integer"], [["1"], ["2"]], [["2"], ["1"]], True),
        ("SELECT 'ORDER BY'", ["integer"], [["1"], ["2"]], [["2"], ["1"]], True),
        ("SELECT x", ["double"], [["0.30000000000000004"]], [["0.3"]], True),
        ("SELECT x", ["double"], [["1.0E10"]], [["1.0E11"]], False),
        ("SELECT x", ["array(double)"], [["[1.0, 0.1]"]], [["[1.0, 0.2]"]], False),
        ("SELECT x", ["varchar"], [["0.30000000000000004"]], [["0.3"]], False),
        ("SELECT x", ["varchar"], [[None]], [[""]], False),
    ],
)
def test_rows_are_compared(
    sql: str,
    types: list[str],
    rows: list[list[str | None]],
    others: list[list[str | None]],
    is_right: bool,
) -> None:
    verdict = compare(Golden(sql, types, rows), Answer(types, others))

    assert (verdict is Verdict.RIGHT) is is_right


@pytest.mark.parametrize(
    ("right", "given", "is_right"),
    [
        ("varchar(3)", "varchar(3)", True),
        ("varchar(3)", "varchar", False),
        ("timestamp(0) with time zone", "timestamp(3) with time zone", False),
        ("INTERVAL DAY TO SECOND", "interval day to second", True),
        ("decimal(10, 2)", "decimal(10,2)", True),
        ("decimal(10, 2)", "decimal(10,3)", False),
        ("array(varchar(3))", "array(varchar)", False),
        ("map(varchar, bigint)", "array(bigint)", False),
        ("real", "double", False),
    ],
)
def test_types_are_compared(right: str, given: str, is_right: bool) -> None:
    verdict = compare(Golden("SELECT x", [right], []), Answer([given], []))

    assert (verdict is Verdict.RIGHT) is is_right


@pytest.mark.parametrize(
    ("verdict", "known", "is_expected"),
    [
        (Verdict.RIGHT, None, True),
        (Verdict.RIGHT, "a cause", False),
        (Verdict.WRONG_VALUE, None, False),
        (Verdict.WRONG_VALUE, "a cause", True),
    ],
)
def test_a_mark_is_an_expected_failure(
    verdict: Verdict, known: str | None, is_expected: bool
) -> None:
    assert Finding(replace(ONE, known=known), Answer(), verdict).is_expected is is_expected


def test_marks_follow_the_answers() -> None:
    findings = [
        Finding(replace(ONE, known="a cause"), Answer(), Verdict.RIGHT),
        Finding(replace(ONE, known="a cause"), Answer(), Verdict.WRONG_TYPE),
        Finding(Golden("SELECT abs(1)"), Answer(), Verdict.WRONG_VALUE),
    ]

    assert [golden.known for golden in mark(findings)] == [None, "a cause", "abs: wrong value"]


def test_statements_run_on_the_embedded_engine() -> None:
    goldens = [ONE, FAILED, replace(ONE, sql="SELECT 2"), replace(ONE, hangs="never ends")]

    verdicts = [finding.verdict for finding in examine(goldens)]

    assert verdicts == [Verdict.RIGHT, Verdict.RIGHT, Verdict.WRONG_VALUE]


def test_errors_carry_name_and_position() -> None:
    engine = EmbeddedEngine(DEADLINE_SECONDS)
    try:
        malformed, missing = engine.answer("SELEC 1"), engine.answer("SELECT nocol")
    finally:
        engine.close()

    assert (malformed.error, malformed.position) == ("SYNTAX_ERROR", [1, 1])
    assert (missing.error, missing.position) == ("COLUMN_NOT_FOUND", [1, 8])


def test_goldens_are_lines_sorted_by_statement(tmp_path: Path) -> None:
    path = tmp_path / "feature.jsonl"
    odd = Golden("SELECT '\u2028é\x85'", ["varchar(3)"], [["\u2028é\x85"]])

    write_goldens(path, [odd, FAILED, ONE, ONE])

    assert read_goldens(path) == [odd, ONE, FAILED]
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3


def test_the_table_counts_verdicts() -> None:
    table = format_table({"dates": Counter([Verdict.RIGHT, Verdict.RIGHT, Verdict.REFUSED])})

    heads, dates, total = table.splitlines()
    assert heads.split()[:3] == ["feature", "right", "refused"]
    assert dates.split() == ["dates", "2", "1", "0", "0", "0", "0", "0"]
    assert total.split()[0] == "all"
