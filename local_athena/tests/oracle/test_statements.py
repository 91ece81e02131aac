"""Corpora, the statements that are made by chance, and what the goldens cover."""

import random
import re
from itertools import product
from pathlib import Path

import pytest

from tests.oracle.corpora import corpus_files, fill, read_corpus, read_pools
from tests.oracle.expressions import Signature, parse_signature, split_types
from tests.oracle.fuzzing import Functions, Fuzzer
from tests.oracle.goldens import golden_files, read_goldens
from tests.shared_files import shared_file

ROWS = [
    ["abs", "bigint", "bigint", "scalar", True, ""],
    ["transform", "array(U)", "array(T), function(T,U)", "scalar", True, ""],
    ["map_agg", "map(k,v)", "k, v", "aggregate", True, ""],
    ["ntile", "bigint", "bigint", "window", True, ""],
    ["secret", "bigint", "bigint", "scalar", True, ""],
]
ALLOWED = frozenset({"abs", "transform", "map_agg", "ntile"})
# Names that this Trino does not have: of a plug-in, of another version, or of nobody.
NOT_ON_TRINO = frozenset(
    {
        *("array_first", "array_last", "bit_length", "char_length", "character_length"),
        *("classify", "evaluate_classifier_predictions", "features", "index", "learn_classifier"),
        *("log1p", "strrpos", "timestamp_objectid", "to_char", "to_date", "to_timestamp"),
        "unicode",
    }
)


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: path.stem)
def test_a_corpus_gives_the_same_statements_each_time(path: Path) -> None:
    statements = read_corpus(path)

    assert statements == read_corpus(path)
    assert len(statements) == len(set(statements)) > 0


def test_a_template_holds_all_pairs_where_they_fit(tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text("# A comment.\n@20 f({a|b|c}, {1|2|3}, {x|y|z})\nSELECT {1|2}\n")

    *calls, _, _ = statements = read_corpus(path)

    chosen = [re.findall(r"[a-z0-9](?=[,)])", call) for call in calls]
    assert {(call[0], call[1]) for call in chosen} == set(product("abc", "123"))
    assert {(call[1], call[2]) for call in chosen} == set(product("123", "xyz"))
    assert len(calls) < 20
    assert statements[-2:] == ["SELECT 1", "SELECT 2"]


def test_values_by_chance_come_from_the_pools() -> None:
    sql = fill("abs({int})", random.Random(1))  # noqa: S311 - the same value each time

    assert sql.removeprefix("SELECT abs(").removesuffix(")") in read_pools()["int"]


def test_signatures_are_read() -> None:
    assert split_types("map(K,V), function(K,V,boolean)") == ["map(K,V)", "function(K,V,boolean)"]
    assert parse_signature("now", "date", "") == Signature("now", "date", ())


def test_functions_that_athena_lacks_are_left_out() -> None:
    functions = Functions.of_rows(ROWS, ALLOWED)

    assert {each.name for each in functions.scalar} == {"abs", "transform"}
    assert [each.name for each in functions.window] == ["ntile"]


def test_a_seed_makes_the_same_statements_each_time() -> None:
    first, again, other = (
        list(Fuzzer(seed, Functions.of_rows(ROWS, ALLOWED)).statements(200)) for seed in (1, 1, 2)
    )

    assert first == again != other
    assert all(any(f"{name}(" in sql for sql in first) for name in ALLOWED)
    assert not any("secret" in sql for sql in first)


def test_goldens_are_many() -> None:
    assert sum(len(read_goldens(path)) for path in golden_files()) >= 6000


def test_each_function_of_athena_has_ten_goldens() -> None:
    names = set(shared_file("cases/trino_functions.txt").read_text().split()) - NOT_ON_TRINO
    statements = [golden.sql for path in golden_files() for golden in read_goldens(path)]
    text = "\n".join(re.sub(r"'[^']*'", "''", sql) for sql in statements)
    counts = {name: len(re.findall(rf"(?i)\b{name}\b", text)) for name in names}

    assert {name: count for name, count in counts.items() if count < 10} == {}
