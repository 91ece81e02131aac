"""What reading JSON in Python costs, in function calls."""

from collections.abc import Callable

import pytest
from local_athena.backends.duckdb.dialect.json import json_extraction

from tests.work import at_most_calls

_ROWS = 1000
_MEMBERS = 20
_MOST_CALLS = 15


def _function(name: str) -> Callable[[str, str], str | None]:
    return next(one[1] for one in json_extraction.PYTHON_FUNCTIONS if one[0] == name)


@pytest.mark.parametrize("text", [r"\u0000", r"\ud83d", "x"])
def test_document_is_read_once_for_all_paths(text: str) -> None:
    members = ",".join(f'"m{number}":"{text}"' for number in range(_MEMBERS))
    documents = [f'{{"row":{row},{members}}}' for row in range(_ROWS)]
    extract = _function("athena_py_json_extract_scalar")
    paths = [f"$.m{number}" for number in range(_MEMBERS - 7, _MEMBERS + 1)]

    # DuckDB evaluates one call for a batch of rows before the next call.
    with at_most_calls(_MOST_CALLS * _ROWS * len(paths)):
        found = [[extract(document, path) for document in documents] for path in paths]

    assert found[0][0] == {r"\u0000": "\0", r"\ud83d": "?", "x": "x"}[text]
    assert found[-1] == [None] * _ROWS


def test_member_is_found_before_what_is_malformed() -> None:
    extract = _function("athena_py_json_extract_scalar")

    assert extract('{"a":1,"a":2,"b":[1,{"c":"d"}],', "$.a") == "1"
    assert extract('{"a":1,"a":2,"b":[1,{"c":"d"}],', "$.b[1].c") == "d"
    assert extract('{"a":1,"a":2,"b":[1,{"c":"d"}]}', "$.a") == "1"
    assert extract('{"a":1,"a":2,"b":[1,{"c":"d"}]} x', "$.b[1].c") == "d"
