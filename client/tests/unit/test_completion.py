"""What the prompt offers to type next, and when Enter runs a statement."""

import pytest
from data_hist_client.command.arguments import parameter
from data_hist_client.command.completion import candidates
from data_hist_client.command.prompt import is_complete
from data_hist_client.documents import read_table

COLUMNS = {
    "events": {"service": "varchar", "time": "timestamp"},
    "metrics": {"value": "double"},
}
TABLES = [
    read_table({"name": name, "columns": [{"name": n, "type": t} for n, t in columns.items()]})
    for name, columns in COLUMNS.items()
]


@pytest.mark.parametrize(
    ("before", "after", "offered", "not_offered"),
    [
        ("SELECT * FROM ", "", {"events", "metrics"}, {"service", "SELECT"}),
        ("SELECT * FROM ev", "", {"events"}, {"metrics"}),
        ("SELECT * FROM events JOIN m", "", {"metrics"}, {"events"}),
        ("SELECT s", " FROM events", {"service"}, {"value"}),
        ("SELECT v", " FROM events", {"VALUES"}, {"value"}),
        ("SELECT v", "", {"value", "VALUES"}, set()),
        ("SELECT *\nFROM events\nwh", "", {"WHERE", "WHEN"}, set()),
        ("SELECT 'v", "", set(), {"value"}),
        ("SELECT 'it''s', v", "", {"value"}, set()),
        ("SELECT service", " FROM events", set(), {"service"}),
    ],
)
def test_what_fits_is_offered(
    before: str, after: str, offered: set[str], not_offered: set[str]
) -> None:
    words = {word for word, _ in candidates(before, before + after, TABLES)}

    assert offered <= words
    assert not words & not_offered


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("SELECT 1", False),
        ("SELECT 1;", True),
        ("SELECT 1;  \n", True),
        ("SELECT\n", False),
        ("", True),
        (r"\d events", True),
        ("exit", True),
    ],
)
def test_enter_runs_what_is_complete(text: str, complete: bool) -> None:
    assert is_complete(text) is complete


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-1.5e3", -1500.0),
        ("true", True),
        ("null", None),
        ("it's", "it's"),
        ("", ""),
        ("007", "007"),
        ("1 2", "1 2"),
        ("http://x", "http://x"),
        ("varchar:5", {"type": "varchar", "value": "5"}),
        (
            "timestamp with time zone:2026-01-01 00:00:00 UTC",
            {"type": "timestamp with time zone", "value": "2026-01-01 00:00:00 UTC"},
        ),
        ("decimal(10,2):1.50", {"type": "decimal(10,2)", "value": "1.50"}),
        ("DATE:2026-01-01", {"type": "DATE", "value": "2026-01-01"}),
        ('json:{"a":\n1}', {"type": "json", "value": '{"a":\n1}'}),
    ],
)
def test_a_parameter_of_the_command_line(text: str, value: object) -> None:
    found = parameter(text)

    assert found == value
    assert type(found) is type(value)
