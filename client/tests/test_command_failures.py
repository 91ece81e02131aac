"""Ordinary failures of the command: one line that says what is wrong, and no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service import DEADLINE_SECONDS

ONE = "'SELECT 1 AS n'"


def ended(
    url: str, folder: Path, command: str, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line of bash in which `ask` is the command."""
    ask = f"{sys.executable} -m data_hist_client.command"
    return subprocess.run(
        ["bash", "-c", f'ask() {{ {ask} "$@"; }}; {command}'],
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "DATA_HIST_URL": url, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=folder,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (f"ask query {ONE} >/dev/full", 1, "No space left on device"),
        (f"ask query {ONE} --format table >/dev/full", 1, "No space left on device"),
        ("ask tables >/dev/full", 1, "No space left on device"),
        ("ask tables --format json >/dev/full", 1, "No space left on device"),
        (f"ask query {ONE} >&-", 1, "Bad file descriptor"),
        ("ask tables >&-", 1, "Bad file descriptor"),
        ("ask query <&-", 1, "Cannot read standard input"),
        (f"ask query {ONE} -o . --format csv", 1, "Cannot write . (Is a directory)"),
        (f"ask query {ONE} -o none/x.csv", 1, "Cannot write none/x.csv (No such file"),
        (f"ask query {ONE} -o none/x --format table", 1, "Cannot write none/x (No such file"),
        (f"ulimit -f 0; ask query {ONE} -o x.csv", 1, "Cannot write x.csv (File too large)"),
        (f"ulimit -f 0; ask query {ONE} --format table -o x", 1, "Cannot write x (File too large)"),
        (f"ask query {ONE} -o x.csv.gz", 1, "The name x.csv.gz does not tell the format"),
        (r"printf 'SELECT \xff' | ask query", 1, "Cannot read standard input"),
        (r"printf 'SELECT \xff' >x; ask query -f x", 1, "Cannot read x"),
        ("ask query ''", 1, "There is no SQL."),
        ("ask query ' ; -- nothing'", 1, "There is no SQL."),
        ("ask query", 1, "There is no SQL."),
        ("ask query 'SELECT 1 AS a, 2 AS a' --format ndjson", 1, "with AS, or choose --format"),
        (f"ask query {ONE} --dry-run --format csv", 1, "--dry-run has no rows"),
    ],
)
def test_a_failure_is_one_line(
    url: str, tmp_path: Path, command: str, status: int, message: str
) -> None:
    end = ended(url, tmp_path, command)

    (line,) = end.stderr.decode().splitlines()
    assert line.startswith("data-hist: ")
    assert message in line
    assert (end.returncode, end.stdout) == (status, b"")
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (f"ask query {ONE} --dry-run -o foo.csv", "not allowed with argument"),
        (f"ask query {ONE} --format csv -o folder/", "is a folder"),
        (r"ask query $'SELECT \'\xff\''", "is not valid UTF-8"),
        (r"ask query 'SELECT ?' -p $'\xff'", "is not valid UTF-8"),
        (r"ask history $'\xff'", "is not valid UTF-8"),
    ],
)
def test_a_wrong_command_line_is_status_2(
    url: str, tmp_path: Path, command: str, message: str
) -> None:
    end = ended(url, tmp_path, command)

    assert end.returncode == 2
    assert message in end.stderr.decode()
    assert "Traceback" not in end.stderr.decode()


@pytest.mark.parametrize(
    ("command", "printed"),
    [
        (f"ask query {ONE} -o - --format ndjson", '{"n":1}\n'),
        (f"ask query {ONE} -o /dev/null --format csv", ""),
        (f"ask query {ONE} -o /dev/stdout --format csv | cat", '"n"\n"1"\n'),
        (f"ask query {ONE} -o >(cat >x) --format csv; cat <x", None),
        (f"ask query {ONE} -o x.csv <&- >&-; cat x.csv >&2", None),
        (f"ask query {ONE} 2>&-", '"n"\n"1"\n'),
        (r"printf '\xef\xbb\xbfSELECT 1 AS n' | ask query", '"n"\n"1"\n'),
        (r"printf '\xef\xbb\xbfSELECT 1 AS n' >x; ask query -f x", '"n"\n"1"\n'),
        ("ask query 'SELECT 1 AS n; -- done;'", '"n"\n"1"\n'),
        ("ask query 'SELECT ? AS n' -p -1e5 --format ndjson", '{"n":-100000.0}\n'),
        ("ask tables EVENTS | head -c 7", " column"),
    ],
)
def test_what_works(url: str, tmp_path: Path, command: str, printed: str | None) -> None:
    end = ended(url, tmp_path, command)

    assert "data-hist" not in end.stderr.decode()
    assert printed is None or end.stdout.decode() == printed


def test_what_the_terminal_cannot_show_is_replaced(url: str, tmp_path: Path) -> None:
    command = "ask query \"SELECT 'ä日' AS n\" --format table"

    end = ended(url, tmp_path, command, PYTHONIOENCODING="latin-1")

    assert (end.returncode, end.stderr) == (0, b"")
    assert end.stdout.decode("latin-1").splitlines()[-1] == " ä?"


@pytest.mark.parametrize("shown", ["tables", "history x --format json", "query --help"])
def test_json_is_whole_in_every_encoding(url: str, tmp_path: Path, shown: str) -> None:
    end = ended(url, tmp_path, f"ask {shown}", PYTHONIOENCODING="ascii")

    assert (end.returncode, end.stderr) == (0, b"")


def test_a_message_controls_no_terminal(url: str, tmp_path: Path) -> None:
    end = ended(url, tmp_path, r"""ask query $'SELECT \'\e[31m\a\' + lenght(1)' """)

    assert end.returncode == 1
    assert rb"\x1b[31m\x07" in end.stderr
    assert b"\x1b" not in end.stderr
    assert b"\x07" not in end.stderr
