"""A notebook, run as Jupyter runs it: progress, tables, and the magic %sql."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from data_hist_client import AsyncClient
from data_hist_client.documents import Column, Page
from data_hist_client.notebook import html_table, progress_of_notebook
from data_hist_client.readers import query_state

from tests.scripted import URL, query
from tests.service import DEADLINE_SECONDS

ASK_PAGE = (Path(__file__).parents[2] / "docs/ask.md").read_text()
(MAGICS,) = re.findall(r"^```\n(%load_ext sql\n.*?)^```", ASK_PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def cells(url: str) -> Iterator[list[Any]]:
    """The outputs of each cell."""
    sources = [
        f"from data_hist_client import AsyncClient, Client\nclient = Client({url!r})",
        'client.query("SELECT service, count(*) AS n FROM events GROUP BY 1 ORDER BY 1")',
        f"other = AsyncClient({url!r})\nawait other.query('SELECT 1')",
        'client.query("SELECT lenght(tags) FROM events")',
        MAGICS.replace("http://127.0.0.1:8080", url),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in sources])
    # jupysql would count its uses over the network.
    environment = {
        **os.environ,
        "PLOOMBER_STATS_ENABLED": "false",
        "IPYTHONDIR": os.environ["HOME"],
    }
    client = nbclient.NotebookClient(notebook, timeout=DEADLINE_SECONDS, allow_errors=True)
    client.execute(env=environment)
    yield [cell.outputs for cell in notebook.cells]


def texts(outputs: list[Any], kind: str) -> list[str]:
    return [each.data[kind] for each in outputs if kind in each.get("data", {})]


def test_a_query_shows_what_it_took_and_its_rows(cells: list[Any]) -> None:
    progress, table = texts(cells[1], "text/html")

    assert "finished · " in progress
    assert "kB read · &lt;$0.0001" in progress
    assert ">service<br><span" in table
    assert ">varchar</span>" in table
    assert ">iam-admin</td>" in table
    assert table.endswith(">2 rows</span>")


def test_an_asynchronous_query_shows_progress_and_rows_too(cells: list[Any]) -> None:
    assert "finished · " in texts(cells[2], "text/plain")[0]
    assert texts(cells[2], "text/html")[-1].endswith(">1 row</span>")


def test_what_is_not_here_is_not_asked_for() -> None:
    state = query_state(query())

    assert AsyncClient(URL).result_of(state)._repr_html_() is None


def test_an_error_shows_the_place(cells: list[Any]) -> None:
    (error,) = [each for each in cells[3] if each.output_type == "error"]

    assert error.ename == "StatementNotAllowed"
    assert error.evalue.splitlines()[1:] == [
        "1 | SELECT lenght(tags) FROM events",
        "  |        ^",
    ]


def test_the_magics_of_the_documentation(cells: list[Any]) -> None:
    shown = "".join(texts(cells[4], "text/html")).replace(" ", "")

    assert "<td>filebeat</td>" in shown
    assert "<td>10</td>" in shown


def test_what_records_hold_is_text() -> None:
    page = Page([Column("<b>", "varchar")], [["<script>alert(1)</script>"], [None]], 0, None)

    shown = html_table(page)

    assert "<script>" not in shown
    assert "&lt;b&gt;<br>" in shown
    assert ">NULL</span>" in shown


@pytest.mark.parametrize(
    ("rows", "token", "note"),
    [
        (1, None, "1 row"),
        (20, None, "20 rows"),
        (21, None, "the first 20 rows"),
        (3, "x", "the first 3 rows"),
    ],
)
def test_a_table_says_whether_it_has_all_rows(rows: int, token: str | None, note: str) -> None:
    page = Page([Column("n", "bigint")], [[n] for n in range(rows)], 0, token)

    assert html_table(page).endswith(f">{note}</span>")


def test_nothing_is_shown_outside_of_notebooks() -> None:
    assert progress_of_notebook() is None
