"""Names outside ASCII are folded cheaply to the names that they resemble."""

import sys

import pytest

from data_hist.errors import StatementNotAllowed
from data_hist.sql_guard.confusables import fold
from data_hist.sql_guard.guard import Guard

from .case_files import bounded

FOLDED = [
    ("resource\u0131d", "resourceid"),
    ("re\u017fourceid", "resourceid"),
    ("RESOURCE\u0130D", "resourceid"),
    ("re\u0301source\u030aid", "resourceid"),
    ("r\u00e9sourceid", "resourceid"),
    ("\uff32esourceid", "resourceid"),
    ("\U0001d42besourceid", "resourceid"),
    ("\u24e1esourceid", "resourceid"),
    ("gr\u00f6\u00dfe", "grosse"),
    ("\u65e5\u4ed8", "\u65e5\u4ed8"),
]


@pytest.mark.parametrize(("name", "likeness"), FOLDED)
def test_a_name_is_read_without_marks_styles_and_case(name: str, likeness: str) -> None:
    assert fold(name) == likeness


def test_every_character_that_equals_a_letter_without_regard_to_case_is_read_as_it() -> None:
    """Java's `equalsIgnoreCase` compares upper cases, then the lower cases of these."""
    found = 0
    for character in map(chr, range(128, sys.maxunicode + 1)):
        cases = {character.upper(), character.lower(), character.upper().lower()}
        letters = {case for case in cases if len(case) == 1 and case.isascii()}
        found += bool(letters)
        assert all(fold(character) == letter.lower() for letter in letters), hex(ord(character))
    assert found >= 3


def test_long_runs_of_marks_are_refused_for_their_length(guard: Guard) -> None:
    """Normalizing one run costs the square of its length, and is a single call."""
    with pytest.raises(StatementNotAllowed, match="at most 255 characters long") as refused:
        guard.admit('SELECT 1 AS "a' + "\u0301\u0323" * 60_000 + '"', customer_id=None)

    assert refused.value.code == "IDENTIFIER_NOT_ALLOWED"


def test_many_names_full_of_marks_cost_no_more_than_their_length(guard: Guard) -> None:
    marks = "\u0301\u0323" * 120
    sql = "SELECT " + ", ".join(f'1 AS "{number}{marks}"' for number in range(450))

    with bounded(sql):
        guard.admit(sql, customer_id=None)
