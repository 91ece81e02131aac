"""Load a catalog file: check its form, and what its parts say of each other.

An error names the file, the line, the key, and what to write.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from data_hist.catalog.agreement import disagreements
from data_hist.catalog.unknown_keys import advice_on_key
from data_hist.catalog.versions import CatalogDocument
from data_hist.catalog.yaml_file import Problem, YamlError, lines_of, parse_yaml
from data_hist.settings import SettingsError
from data_hist.spelling import sentence

PACKAGED_FILE: Final = Path(__file__).with_name("default.yaml")
_MAX_PROBLEMS: Final = 20

Check: TypeAlias = Callable[[CatalogDocument], Iterable[Problem]]


class CatalogError(SettingsError):
    """A catalog file cannot be used; the message has a line for each problem."""


def load_document(
    file: Path | None = None, further_checks: Iterable[Check] = ()
) -> CatalogDocument:
    """Load a file; by default, the packaged one.

    Args:
        file: The file.
        further_checks: Find problems beside those of the form and of what its parts say of each
            other, such as those of the SQL in it.

    Raises:
        CatalogError: It cannot be read, or a part of it is wrong.
    """
    file = file or PACKAGED_FILE
    return parse_document(read_text(file), file, further_checks)


def read_text(file: Path) -> str:
    """Read the text of a file.

    Raises:
        CatalogError: It cannot be read, or is not in UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise CatalogError(f"{file} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise CatalogError(f"{file} is not in UTF-8.") from None


def parse_document(text: str, file: Path, further_checks: Iterable[Check] = ()) -> CatalogDocument:
    """Check the text of a file, with further checks as in `load_document`.

    Raises:
        CatalogError: A part of it is wrong.
    """
    try:
        content = parse_yaml(text)
        document = CatalogDocument.model_validate(content)
        checks = (disagreements, *further_checks)
        problems = [problem for check in checks for problem in check(document)]
    except YamlError as error:
        raise CatalogError(f"{file}:{error.line}: not YAML: {error}.") from None
    except ValidationError as error:
        problems = [_problem(content, each) for each in error.errors(include_url=False)]
    if problems:
        raise _catalog_error(file, text, problems)
    return document


def _catalog_error(file: Path, text: str, problems: Sequence[Problem]) -> CatalogError:
    """Tell of the first problems of a file."""
    lines = describe_problems(file, text, problems)
    left = len(lines) - _MAX_PROBLEMS
    more = [f"There are {left} more."] if left > 0 else []
    return CatalogError("\n".join([*lines[:_MAX_PROBLEMS], *more]))


def describe_problems(file: Path, text: str, problems: Sequence[Problem]) -> list[str]:
    """Write each problem of a file with its line, in their order in the file."""
    # What an alias repeats is wrong in one place.
    lines_found = lines_of(text, [problem.path for problem in problems])
    by_place = {
        (line, problem.path[-1:], problem.text): problem
        for line, problem in reversed(list(zip(lines_found, problems, strict=True)))
    }
    return [
        f"{file}:{line}: {_dotted(problem.path)}: {sentence(problem.text)}"
        for (line, *_), problem in sorted(by_place.items(), key=_line_of_place)
    ]


def _line_of_place(entry: tuple[tuple[int, Any, str], Problem]) -> int:
    return entry[0][0]


def _problem(content: Any, error: ErrorDetails) -> Problem:
    """Say what to write in place of a value that Pydantic does not accept."""
    context = error.get("ctx", {})
    path = tuple(_path(content, error))
    if error["type"] == "extra_forbidden":
        return Problem(path, f"is not known{advice_on_key(error['loc'])}")
    advice = _ADVICE.get(error["type"])
    text = advice.format(**context) if advice else error["msg"].removeprefix("Value error, ")
    return Problem(path, text)


def _path(content: Any, error: ErrorDetails) -> Iterator[str | int]:
    """Leave out what Pydantic adds to the keys and indexes of a value: names of alternatives."""
    value = content
    *_, last = error["loc"] or ("",)
    for step in error["loc"]:
        if isinstance(value, list):
            value = dict(enumerate(value))
        if isinstance(value, dict) and step in value:
            value = value[step]
            yield step
    if error["type"] == "missing":
        yield last


def _dotted(path: Iterable[str | int]) -> str:
    return ".".join(map(str, path)) or "the file"


_ADVICE: Final = {
    "bool_type": "write true or false",
    "dict_type": "write keys with values below it",
    "greater_than_equal": "write a number from {ge}",
    "int_type": "write a whole number",
    "less_than_equal": "write a number up to {le}",
    "list_type": "write a list, such as [a, b]",
    "literal_error": "write {expected}",
    "missing": "is missing",
    "model_type": "write keys with values below it",
    "string_pattern_mismatch": "does not match {pattern}",
    "string_too_short": "is empty",
    "string_type": "write a text; a number needs quotes",
    "tuple_type": "write two values, such as [a, b]",
    "too_long": "has too many values",
    "too_short": "has too few values",
    "union_tag_invalid": "{discriminator} is one of {expected_tags}",
    "union_tag_not_found": "{discriminator} is missing",
}
