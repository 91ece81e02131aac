"""Plain SQL/JSON paths are followed directly, to what the general evaluation finds."""

import json

from hypothesis import given
from hypothesis import strategies as st
from local_athena.backends.duckdb.dialect.json.json_text import read_distinct
from local_athena.backends.duckdb.dialect.json.sql_json_evaluation import evaluate_path
from local_athena.backends.duckdb.dialect.json.sql_json_items import (
    follow,
    plain_steps,
)
from local_athena.backends.duckdb.dialect.json.sql_json_paths import (
    parse_sql_json_path,
)

_NAMES = st.sampled_from("ab")
_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | _NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=2),
    max_leaves=12,
)
_STEPS = st.lists(_NAMES.map(".{}".format) | st.integers(0, 2).map("[{}]".format), max_size=4)


@given(_DOCUMENTS, _STEPS)
def test_direct_walk_finds_what_the_evaluation_finds(document: object, steps: list[str]) -> None:
    path = parse_sql_json_path(f"lax ${''.join(steps)}")
    root = read_distinct(json.dumps(document))
    plain = plain_steps(path)

    assert plain is not None
    found = follow(plain, root)
    assert found is None or found == evaluate_path(path, root, {})


def test_other_paths_are_evaluated() -> None:
    for text in ("strict $.a", "lax $[*]", "lax $[0 to 1]", "lax $[0, 1]", "lax $[-1]", "lax $x"):
        assert plain_steps(parse_sql_json_path(text)) is None
    for text in ("lax $[last]", "lax $.a ? (@ > 1)", "lax $.a.size()", "lax $.*", "lax 1.5"):
        assert plain_steps(parse_sql_json_path(text)) is None
