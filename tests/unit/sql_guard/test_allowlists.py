"""The allowlists are complete, and hold nothing dangerous."""

import re

import pytest
from sqlglot import exp

from data_hist.catalog.identifiers import RESERVED
from data_hist.sql_guard import allowlists
from data_hist.sql_guard.guard import Guard

DANGEROUS = """
    version current_user current_catalog current_schema session_user sleep pg_sleep read_csv
    read_text read_parquet glob getenv sort_array query table sequence_table system read_json
    learn_classifier parquet_scan columns unnest duckdb_settings
"""


def test_the_functions_are_sorted_lower_case_and_unique() -> None:
    names = [name for name in allowlists.FUNCTIONS_FILE.read_text().splitlines() if name[0] != "#"]

    assert names == sorted({name.lower() for name in names})


@pytest.mark.parametrize("name", allowlists.FOREIGN_FUNCTIONS)
def test_what_replaces_a_function_may_be_called(guard: Guard, name: str) -> None:
    instead = allowlists.FOREIGN_FUNCTIONS[name]

    assert name not in allowlists.FUNCTIONS
    table = f"SELECT 1 FROM {instead}" if instead.startswith("UNNEST") else f"SELECT {instead}"
    placeholders = {"type": "varchar", "from": '"from"', "to": '"to"', "array": '"array"'}
    sql = re.sub(r"\b(type|from|to|array)\b(?!\()(?=[,)])", lambda m: placeholders[m[1]], table)
    assert guard.admit(sql, customer_id=None).sql


def test_the_functions_of_others_are_sorted_and_unique() -> None:
    names = [
        line.split(":")[0]
        for line in allowlists.FOREIGN_FUNCTIONS_FILE.read_text().splitlines()[2:]
    ]

    assert names == sorted(set(names))


@pytest.mark.parametrize("name", DANGEROUS.split())
def test_a_function_that_reaches_outside_the_data_is_not_on_the_list(name: str) -> None:
    assert name not in allowlists.FUNCTIONS


def test_no_keyword_of_another_statement_is_a_grammar_word() -> None:
    others = allowlists.words(
        "TABLE INSERT INTO DELETE UPDATE MERGE CREATE DROP ALTER EXECUTE CALL"
    )

    assert not others & allowlists.GRAMMAR_WORDS
    assert allowlists.REFUSED_RESERVED < RESERVED
    assert not allowlists.GRAMMAR_WORDS & RESERVED


@pytest.mark.parametrize(
    "kind",
    [
        exp.Command, exp.Insert, exp.Into, exp.Pivot, exp.TableFromRows, exp.MatchRecognize,
        exp.Version, exp.Hint, exp.Lock, exp.Kwarg, exp.CurrentUser, exp.FunctionSpecification,
        exp.JSONTable, exp.Parameter, exp.SessionParameter, exp.Func, exp.Alias,
    ],
)  # fmt: skip
def test_nodes_that_are_no_part_of_a_select_are_not_on_the_list(kind: type[exp.Expr]) -> None:
    assert (kind in allowlists.NODES) == (kind is exp.Alias)


def test_every_argument_on_the_lists_is_one_that_sqlglot_has() -> None:
    for kind, arguments in allowlists.NODES.items():
        assert arguments <= set(kind.arg_types), kind
