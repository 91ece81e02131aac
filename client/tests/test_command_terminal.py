"""The commands on a terminal: progress, the pager, Ctrl-C and the prompt."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from data_hist_client import Client

from tests.service import ENDLESS
from tests.terminals import PROMPT, Terminal

Start = Callable[..., Terminal]
# Waits for a key, as pagers do.
_PAGER = f"""#!{sys.executable}
import sys
sys.stdin.read()
try:
    print("paging", flush=True)
    open("/dev/tty").read()
except KeyboardInterrupt:
    print("the pager heard it")
"""


@pytest.fixture
def start(url: str, tmp_path: Path) -> Iterator[Start]:
    """Start a command on a terminal of its own."""
    opened: list[Terminal] = []

    def command(*arguments: str, **environment: str) -> Terminal:
        home = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "DATA_HIST_URL": url}
        opened.append(Terminal(list(arguments), home | environment))
        return opened[-1]

    yield command
    for terminal in opened:
        terminal.close()


def test_a_table_with_what_it_took(start: Start) -> None:
    terminal = start("query", "SELECT service, count(*) AS n FROM events GROUP BY 1 ORDER BY 1")

    assert terminal.ended() == 0
    assert " filebeat  │     10\n iam-admin │     10\n" in terminal.text
    assert re.search(r"\n?2 rows  \d.*? s  3\.\d kB read  <\$0\.0001\n$", terminal.text)


def test_progress_while_a_query_runs_and_ctrl_c(start: Start, client: Client) -> None:
    terminal = start("query", f"{ENDLESS} AND 'on a terminal' <> ''")
    terminal.wait_for("running  ")

    terminal.type("\x03")

    assert terminal.ended() == 130
    assert client.queries(1, text="on a terminal")[0].status == "CANCELLED"


def test_a_binary_format_is_not_for_a_terminal(start: Start) -> None:
    terminal = start("query", "SELECT 1", "--format", "arrow")

    assert terminal.ended() == 1
    assert "choose a file with --output" in terminal.text


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n)",
        "SELECT 'a line that is longer than a screen of eighty columns' AS a, 'is wide' AS bb, "
        "'very wide' AS b, 'and chopped' AS ccccc",
    ],
    ids=["long", "wide"],
)
def test_what_does_not_fit_is_paged(start: Start, tmp_path: Path, sql: str) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho paged; exec cat\n")
    pager.chmod(0o700)

    terminal = start("query", sql, PAGER=str(pager))

    assert terminal.ended() == 0
    assert "paged\n" in terminal.text


def test_a_pager_that_is_closed_early(start: Start, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\nread line; echo seen enough\n")
    pager.chmod(0o700)
    many = (
        "SELECT x FROM UNNEST(sequence(1, 9000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 9)) AS b(y)"
    )

    terminal = start("query", many, PAGER=str(pager))

    assert terminal.ended() == 0
    assert "seen enough" in terminal.text
    assert "Error" not in terminal.text


def test_the_prompt_runs_statements_of_several_lines(start: Start, tmp_path: Path) -> None:
    terminal = start("query", PAGER="cat")
    terminal.wait_for(PROMPT)

    terminal.type("SELECT 40\r")
    terminal.wait_for(" ->")
    terminal.type("+ 2 AS answer;\r")
    terminal.wait_for("     42\n")
    terminal.wait_for(PROMPT)
    terminal.type("\\d\r")
    terminal.wait_for("Metric samples")
    terminal.wait_for(PROMPT)
    terminal.type("\\d events\r")
    terminal.wait_for("When the record arrived")
    terminal.wait_for(PROMPT)
    terminal.type("\\?\r")
    terminal.wait_for("list the columns of a table")
    terminal.wait_for(PROMPT)
    terminal.type("SELECT lenght(tags) FROM events;\r")
    terminal.wait_for("did you mean 'length'?")
    terminal.wait_for(PROMPT)
    terminal.type("SELECT * FROM metr")
    terminal.wait_for("metr")
    terminal.type("\t")
    terminal.wait_for("ics")
    terminal.type(" LIMIT 1;\r")
    terminal.wait_for("1 row  ")
    terminal.wait_for(PROMPT)
    terminal.type("\x04")

    assert terminal.ended() == 0
    history = tmp_path / "data-hist" / "prompt-history"
    assert "+SELECT 40\n++ 2 AS answer;\n" in history.read_text()
    assert "+SELECT * FROM metrics LIMIT 1;\n" in history.read_text()
    assert history.stat().st_mode & 0o777 == 0o600


def test_ctrl_c_cancels_a_query_and_not_the_prompt(start: Start, client: Client) -> None:
    terminal = start("query")
    terminal.wait_for(PROMPT)

    terminal.type(f"{ENDLESS} AND 'prompted' <> '';\r")
    terminal.wait_for("running  ")
    terminal.type("\x03")
    terminal.wait_for("it is cancelled.")
    terminal.type("\\q\r")

    assert terminal.ended() == 0
    assert client.queries(1, text="prompted")[0].status == "CANCELLED"


def test_a_terminal_that_is_closed_cancels_the_query(start: Start, client: Client) -> None:
    terminal = start("query", f"{ENDLESS} AND 'hung up' <> ''")
    terminal.wait_for("running  ")

    terminal.hang_up()

    assert terminal.ended() == 129
    assert client.queries(1, text="hung up")[0].status == "CANCELLED"


@pytest.mark.parametrize("result_format", ["table", "csv", "ndjson"])
def test_rows_do_not_control_the_terminal(start: Start, result_format: str) -> None:
    sql = "SELECT chr(27) || '[2J' || chr(7) || chr(155) AS evil"

    terminal = start("query", sql, "--format", result_format)

    assert terminal.ended() == 0
    assert not {"\x07", "\x9b", "\x1b[2J"} & {*terminal.raw, terminal.raw[:0] or "none"}
    assert "\x1b[2J" not in terminal.raw
    assert "[2J" in terminal.text


def test_ctrl_c_in_the_pager_belongs_to_the_pager(start: Start, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text(_PAGER)
    pager.chmod(0o700)
    terminal = start("query", PAGER=str(pager))
    terminal.wait_for(PROMPT)

    terminal.type("SELECT n FROM UNNEST(sequence(1, 100)) AS t(n);\r")
    terminal.wait_for("paging")
    terminal.type("\x03")
    terminal.wait_for("the pager heard it")
    terminal.wait_for(PROMPT)
    terminal.type("\x04")

    assert terminal.ended() == 0
    assert "nterrupted" not in terminal.text


def test_the_prompt_runs_what_is_typed_at_once_one_after_the_other(start: Start) -> None:
    terminal = start("query", PAGER="cat")
    terminal.wait_for(PROMPT)

    terminal.type("SELECT 40 + 1 AS a; SELECT ';' || 'b' AS b; -- done;\r")
    terminal.wait_for("     41\n")
    terminal.wait_for(" ;b\n")
    terminal.type("SELECT lenght(1); SELECT 40 + 3 AS c;\r")
    terminal.wait_for("did you mean 'length'?")
    terminal.wait_for(PROMPT)
    terminal.type(";\r")
    terminal.wait_for("There is no SQL.")
    terminal.type("\\d nope\r")
    terminal.wait_for("no such table; there are events")
    terminal.type("\\d EVENTS;\r")
    terminal.wait_for("When the record arrived")
    terminal.type("quit;\r")

    assert terminal.ended() == 0
    assert " 43\n" not in terminal.text


def test_a_history_that_cannot_be_kept_is_one_line(start: Start) -> None:
    terminal = start("query", XDG_STATE_HOME="/dev/null")

    assert terminal.ended() == 1
    assert terminal.text == "data-hist: /dev/null/data-hist: Not a directory\n"
