"""What the prompt offers to type next, and when Enter runs a statement."""

import pytest
from data_hist_client.command.completion import candidates
from data_hist_client.readers import read_table

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
