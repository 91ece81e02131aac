"""Where statements end, and when Enter runs what was typed."""

from collections.abc import Sequence

import pytest
from data_hist_client.command.prompt import is_complete
from data_hist_client.command.statements import script_of


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("SELECT 1", False),
        ("SELECT 1;", True),
        ("SELECT 1;  \n", True),
        ("SELECT\n", False),
        ("", True),
        (" \n", True),
        (";", True),
        ("SELECT 'a;", False),
        ("SELECT 'a;'", False),
        ("SELECT 'it''s;';", True),
        ('SELECT 1 AS "a;', False),
        ("SELECT 1 -- c;", False),
        ("SELECT 1 -- c;\n;", True),
        ("SELECT 1; -- c", True),
        ("SELECT 1; /* c */ ", True),
        ("SELECT 1; /* c", False),
        ("SELECT 1 /* ; */", False),
        ("SELECT 1; SELECT 2", False),
        ("SELECT 1; SELECT 2;", True),
        ("-- it's\nSELECT 1;", True),
        (r"\d events", True),
        ("exit", True),
        ("quit;", True),
        ("QUIT ;", True),
        ("exit 1", False),
    ],
)
def test_enter_runs_what_is_complete(text: str, complete: bool) -> None:
    assert is_complete(text) is complete


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;", ["SELECT 1"]),
        ("SELECT 1;;\n;", ["SELECT 1"]),
        ("SELECT 1; SELECT 2", ["SELECT 1", " SELECT 2"]),
        ("SELECT ';' AS a; -- and; so on", ["SELECT ';' AS a"]),
        ("-- first\nSELECT 1;\n-- last", ["-- first\nSELECT 1"]),
        ("SELECT 1 -- c", ["SELECT 1 -- c"]),
        ('SELECT 1 AS "--"; SELECT 2;', ['SELECT 1 AS "--"', " SELECT 2"]),
        ("SELECT 4 / 2 - 1;", ["SELECT 4 / 2 - 1"]),
        ("", []),
        (" ;\n; ", []),
        ("-- nothing;\n/* nothing; */", []),
    ],
)
def test_statements_are_told_apart(text: str, statements: Sequence[str]) -> None:
    assert script_of(text).all == statements
