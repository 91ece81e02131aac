"""Habits of the code that a reader relies on: sizes, docstrings, where the environment is read."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVICE, ENDPOINT = ROOT / "data_hist", ROOT / "local_athena/src"
CLIENT = ROOT / "client/src"
CODE = [SERVICE, ENDPOINT, CLIENT]
TESTS = [ROOT / "tests", ROOT / "local_athena/tests", ROOT / "client/tests"]
# See ADR 32.
MOST_MODULES = {
    SERVICE: 189,
    ENDPOINT: 206,
    CLIENT: 48,
}
MOST_LINES = 300
MOST_LINES_OF_DOCSTRING = 3
MOST_LINES_OF_FUNCTION = 50

# How lines of a drawing begin.
TREE = ("├", "└", "│", " ")
IMPORTS_AND_TEXT = (ast.Import, ast.ImportFrom, ast.Expr)
READERS_OF_THE_ENVIRONMENT = {
    "client/src/data_hist_client/command/terminal.py": "the user's pager",
    "client/src/data_hist_client/profiles.py": "addresses and credentials of the user",
    "data_hist/settings.py": "every setting of the service",
    "data_hist/cli/arguments.py": "the user's folder for state",
    "data_hist/cli/local.py": "hands it on to the processes that it starts",
    "data_hist/cli/serve.py": "hands it on to the processes that it starts",
    "data_hist/server/gunicorn_conf.py": "tells prometheus_client its folder",
    "data_hist/observability/metrics.py": "the folder of prometheus_client",
    "data_hist/observability/tracing.py": "the variables of OpenTelemetry",
    "local_athena/src/local_athena/command.py": "the user's folder for state, and secrets",
    "local_athena/src/local_athena/testing.py": "hands it on to the process that it starts",
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(parsed(path))


@pytest.mark.parametrize(
    ("folder", "most"), MOST_MODULES.items(), ids=["service", "endpoint", "client"]
)
def test_modules_are_few(folder: Path, most: int) -> None:
    """Shown with `-s`; an `__init__.py` that only has a docstring is none."""
    counted = [path for path in modules(folder) if len(parsed(path).body) > 1]

    print(f"\n{name_of(folder)}: {len(counted)} modules")
    assert len(counted) <= most, "does the new module hold an idea of its own? Then raise the limit"


@pytest.mark.parametrize("folder", [*CODE, *TESTS], ids=name_of)
def test_no_file_is_long(folder: Path) -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in modules(folder)}

    assert {path for path, lines in lengths.items() if lines > MOST_LINES} == set()


@pytest.mark.parametrize("folder", CODE, ids=name_of)
def test_no_function_is_long(folder: Path) -> None:
    long = {
        f"{name_of(path)}: {node.name}"
        for path in modules(folder)
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_LINES_OF_FUNCTION
    }

    assert long == set()


@pytest.mark.parametrize("path", modules(*CODE), ids=name_of)
def test_a_module_says_in_three_lines_what_it_owns(path: Path) -> None:
    docstring = ast.get_docstring(parsed(path))

    assert docstring is not None
    prose = [line for line in docstring.splitlines() if line and not line.startswith(TREE)]
    assert len(prose) <= MOST_LINES_OF_DOCSTRING


@pytest.mark.parametrize("path", modules(*CODE), ids=name_of)
def test_a_module_does_more_than_forward(path: Path) -> None:
    if path.name in ("__init__.py", "__main__.py"):
        return
    defined = [node for node in parsed(path).body if not isinstance(node, IMPORTS_AND_TEXT)]

    assert defined


def test_the_environment_is_read_in_few_places() -> None:
    readers = {
        name_of(path)
        for path in modules(*CODE)
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }

    assert readers <= READERS_OF_THE_ENVIRONMENT.keys()


def test_nothing_looks_into_the_cause_of_an_error() -> None:
    """A class of errors says itself what has to be known; only a log shows whole chains."""
    readers = {
        name_of(path)
        for path in modules(*CODE)
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr == "__cause__"
    }

    assert readers == {"data_hist/observability/logs.py"}


def test_no_test_patches_a_private_name() -> None:
    """Limits, timeouts and clocks are handed in, so that a test can hand in others."""
    found = {(name_of(path), name) for path in modules(*TESTS) for name in patched(path)}

    assert {(path, name) for path, name in found if is_private(name)} == set()


def patched(path: Path) -> Iterator[str]:
    """The names that a file patches: as a dotted path, or as an attribute of an object."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and is_patching(node.func):
            yield from (
                argument.value
                for argument in node.args[:2]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.attr for target in targets if is_anothers(target))


def is_patching(function: ast.expr) -> bool:
    """Whether it is one of pytest's `setattr` and the like, or any `patch` of `unittest.mock`."""
    name = ast.unparse(function)
    return name.endswith((".setattr", ".delattr", ".setitem")) or "patch" in name.split(".")


def is_anothers(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and ast.unparse(target.value).split(".")[0] != "self"


def is_private(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.startswith("_") and not last.endswith("__")
