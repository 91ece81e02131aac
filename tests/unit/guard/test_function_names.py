"""The functions that the guard allows and those that the embedded endpoint knows agree."""

from pathlib import Path

import data_hist

PACKAGE = Path(data_hist.__file__).parent
# Syntax of its own to the endpoint, which has a list of functions only.
SYNTAX = {"cast"}


def names(file: str) -> set[str]:
    lines = (PACKAGE / file).read_text().splitlines()
    return {name for line in lines if not line.startswith("#") for name in line.split()}


def test_each_function_that_may_be_called_is_known_to_the_endpoint() -> None:
    allowed = names("guard/functions.txt")

    assert allowed - names("local_athena/dialect/functions/names.txt") == SYNTAX
