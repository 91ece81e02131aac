"""The commands, as `data-hist` and `data-hist-client` run them, without a terminal."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet
import pytest
from data_hist_client import Client
from data_hist_client.command import main

from tests.service import DEADLINE_SECONDS, ENDLESS
from tests.waiting import wait_until

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    url: str, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Run]:
    """Run a command; gives its exit status, output and errors."""
    monkeypatch.setenv("DATA_HIST_URL", url)
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}

    def command(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8"))
        status = main(arguments)
        printed = capsysbinary.readouterr()
        return status, printed.out.decode(), printed.err.decode()

    yield command
    for number, handler in handlers.items():
        signal.signal(number, handler)


MANY = "SELECT x FROM UNNEST(sequence(1, 10000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 20)) AS b(y)"
ONE = "SELECT 1 AS n, 'a' AS text"


@pytest.mark.parametrize(
    ("result_format", "printed"),
    [
        (None, '"n","text"\n"1","a"\n'),
        ("csv", '"n","text"\n"1","a"\n'),
        ("ndjson", '{"n":1,"text":"a"}\n'),
        ("table", "       n │ text\n integer │ varchar\n─────────┼─────────\n       1 │ a\n"),
    ],
)
def test_rows_in_a_format(run: Run, result_format: str | None, printed: str) -> None:
    options = ["--format", result_format] if result_format else []

    assert run("query", ONE, *options) == (0, printed, "")


def test_json_is_one_document(run: Run) -> None:
    _, printed, _ = run("query", ONE, "--format", "json")

    assert json.loads(printed)["rows"] == [[1, "a"]]


@pytest.mark.parametrize("sql", [ONE, f"{ONE};", f"  {ONE} ;\n\n"])
def test_sql_from_standard_input_or_a_file(run: Run, tmp_path: Path, sql: str) -> None:
    (tmp_path / "x.sql").write_text(sql)
    expected = (0, '"n","text"\n"1","a"\n', "")

    assert run("query", typed=sql) == expected
    assert run("query", "-", typed=sql) == expected
    assert run("query", "--file", str(tmp_path / "x.sql")) == expected


def test_parameters(run: Run) -> None:
    values = ["-p", "5", "-p", "it's", "-p", "date:2026-01-02", "-p", "null"]

    _, printed, _ = run("query", "SELECT ? + 1 AS a, ? AS b, ? AS c, ? AS d", *values)

    assert printed == '"a","b","c","d"\n"6","it\'s","2026-01-02",\n'


def test_a_file_has_the_format_of_its_name(run: Run, tmp_path: Path) -> None:
    status, printed, errors = run("query", ONE, "-o", str(tmp_path / "x.parquet"))

    assert (status, printed, errors) == (0, "", "")
    assert pyarrow.parquet.read_table(tmp_path / "x.parquet").to_pylist() == [{"n": 1, "text": "a"}]


def test_a_table_in_a_file(run: Run, tmp_path: Path) -> None:
    run("query", ONE, "-o", str(tmp_path / "x.txt"), "--format", "table")

    assert (tmp_path / "x.txt").read_text().splitlines()[-1] == "       1 │ a"


def test_a_table_of_several_pages(run: Run) -> None:
    sql = "SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n)"

    _, printed, _ = run("query", sql, "--format", "table")

    assert len(printed.splitlines()) == 2503


def test_a_dry_run_estimates(run: Run) -> None:
    sql = "SELECT * FROM events WHERE time >= TIMESTAMP '2026-11-20 05:00:00'"

    status, printed, _ = run("query", sql, "--dry-run")
    _, document, _ = run("query", sql, "--dry-run", "--format", "json")

    assert status == 0
    assert printed.startswith("The query is valid. It reads at most 3.")
    assert "It has no range of time with two ends" in printed
    assert json.loads(document)["files"] == 20


def test_the_same_question_is_not_asked_twice(run: Run, client: Client) -> None:
    sql = "SELECT count(*) AS asked_twice FROM events"
    run("query", sql)
    run("query", sql, "--max-age", "5")

    assert [each.reused for each in client.queries(2, text="asked_twice")] == [True, False]


def test_a_tenant(run: Run) -> None:
    _, printed, _ = run("query", "SELECT count(*) AS n FROM events", "--tenant", "11001")

    assert printed == '"n"\n"10"\n'


def test_an_error_shows_the_place(run: Run) -> None:
    status, printed, errors = run("query", "SELECT *\nFROM events WHERE lenght(tags) = 1")

    assert (status, printed) == (1, "")
    assert errors.splitlines()[1:] == [
        "2 | FROM events WHERE lenght(tags) = 1",
        "  |                   ^",
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["query", ONE, "--url", "localhost:8080"], 1, "must be like https://"),
        (["query", ONE, "--profile", "none"], 1, "Cannot read"),
        (["query", "-f", "none.sql"], 1, "Cannot read none.sql"),
        (["query", ONE, "-o", "x.unknown"], 1, "csv, ndjson, json, arrow, parquet"),
        (["tables", "evens"], 1, "there are events, metrics, logs"),
        (["saved", "unknown"], 1, "no such saved question"),
        (["query", ONE, "--url", "http://127.0.0.1:1"], 3, "http://127.0.0.1:1: "),
    ],
)
def test_what_cannot_work_says_why(
    run: Run, arguments: list[str], status: int, message: str
) -> None:
    ended, printed, errors = run(*arguments)

    assert (ended, printed) == (status, "")
    assert errors.startswith("data-hist: ")
    assert message in errors


@pytest.mark.parametrize("arguments", [["query", "--max-age", "0"], ["query", "--format", "xml"]])
def test_a_misuse_is_status_2(run: Run, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(*arguments)

    assert end.value.code == 2


def test_history(run: Run) -> None:
    run("query", "SELECT 'in the\nhistory' AS x")

    _, table, _ = run("history", "in the", "--limit", "1")
    _, document, _ = run("history", "in the", "--format", "json", "--status", "finished")

    assert table.splitlines()[-1].endswith("│ SELECT 'in the history' AS x")
    assert json.loads(document)[0]["query"] == "SELECT 'in the\nhistory' AS x"


def test_saved_questions(run: Run, client: Client) -> None:
    saved = client.save_question("Of the night", "SELECT 'saved' AS x")

    _, table, _ = run("saved")
    _, document, _ = run("saved", "--format", "json")
    _, sql, _ = run("saved", saved.id)
    _, rows, _ = run("query", typed=sql)

    assert table.splitlines()[-1].endswith("│ Of the night")
    assert json.loads(document)[0]["state"] == sql.strip() == "SELECT 'saved' AS x"
    assert rows == '"x"\n"saved"\n'
    client.delete_question(saved.id)


def test_tables(run: Run) -> None:
    _, tables, _ = run("tables")
    _, columns, _ = run("tables", "events")
    _, documents, _ = run("tables", "events", "--format", "json")

    assert [line.split()[0] for line in tables.splitlines()[2:]] == ["events", "metrics", "logs"]
    assert any(line.startswith(" time ") for line in columns.splitlines())
    assert {"name", "type", "description"} == json.loads(documents)[0].keys()


def started(
    url: str, *arguments: str, module: str = "data_hist_client.command"
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "DATA_HIST_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("module", ["data_hist_client.command", "data_hist"])
@pytest.mark.parametrize(
    ("sent", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["ctrl-c", "kill", "hang-up"],
)
def test_who_stops_the_command_stops_its_query(
    url: str, client: Client, sent: signal.Signals, status: int, module: str
) -> None:
    marker = f"{sent.name} of {module}."
    process = started(url, "query", f"{ENDLESS} AND '{marker}' <> ''", module=module)
    wait_until(lambda: client.queries(1, text=marker), "the query runs")

    process.send_signal(sent)
    process.communicate(timeout=DEADLINE_SECONDS)

    assert process.returncode == status
    assert client.queries(1, text=marker)[0].status == "CANCELLED"


def test_a_reader_that_has_seen_enough(url: str) -> None:
    process = started(url, "query", MANY)
    assert process.stdout is not None
    assert process.stderr is not None

    process.stdout.readline()
    process.stdout.close()

    assert process.stderr.read() == b""
    assert process.wait(DEADLINE_SECONDS) == 141
    process.stderr.close()
