"""The lists the guard decides by: complete, and with nothing on them that should not be there."""

import pytest
from sqlglot import exp

from data_hist.guard import functions, grammar, keywords

DANGEROUS = """
    version current_user current_catalog current_schema session_user sleep pg_sleep read_csv
    read_text read_parquet glob getenv sort_array query table sequence_table system read_json
    learn_classifier parquet_scan columns unnest duckdb_settings
"""


def test_the_functions_are_sorted_lower_case_and_unique() -> None:
    names = [name for name in functions.FILE.read_text().splitlines() if name[0] != "#"]

    assert names == sorted({name.lower() for name in names})


@pytest.mark.parametrize("name", DANGEROUS.split())
def test_a_function_that_reaches_outside_the_data_is_not_on_the_list(name: str) -> None:
    assert name not in functions.ALLOWED


def test_no_keyword_of_another_statement_is_a_grammar_word() -> None:
    others = keywords.words("TABLE INSERT INTO DELETE UPDATE MERGE CREATE DROP ALTER EXECUTE CALL")

    assert not others & keywords.GRAMMAR_WORDS
    assert keywords.REFUSED_RESERVED < keywords.RESERVED
    assert not keywords.GRAMMAR_WORDS & keywords.RESERVED


@pytest.mark.parametrize(
    "kind",
    [
        exp.Command, exp.Insert, exp.Into, exp.Pivot, exp.TableFromRows, exp.MatchRecognize,
        exp.Version, exp.Hint, exp.Lock, exp.Kwarg, exp.CurrentUser, exp.FunctionSpecification,
        exp.JSONTable, exp.Parameter, exp.SessionParameter, exp.Func, exp.Alias,
    ],
)  # fmt: skip
def test_nodes_that_are_no_part_of_a_select_are_not_on_the_list(kind: type[exp.Expr]) -> None:
    assert (kind in grammar.NODES) == (kind is exp.Alias)


def test_every_argument_on_the_lists_is_one_that_sqlglot_has() -> None:
    for kind, arguments in grammar.NODES.items():
        assert arguments <= set(kind.arg_types), kind
