"""Documents, API specification and settings agree with the code."""

import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from data_hist import errors
from data_hist.athena.executions import QueryStatus
from data_hist.errors import DataHistError
from data_hist.http.health import HealthOperations
from data_hist.http.operations import Operations
from data_hist.http.problems import INTERNAL, PROBLEMS
from data_hist.http.routes import METHODS_WITH_BODY
from data_hist.http.saved_operations import SavedOperations
from data_hist.http.specification import problem_descriptions
from data_hist.queries.model import PageShape, Submission
from data_hist.settings import PREFIX, Settings
from data_hist.sql_guard.guard import MAX_SQL_BYTES
from tests.support.contract import HEALTH_SPEC, SCHEMAS, SPEC, operations

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()

# No test may pass or fail by the speed of the machine: it waits for a state (`waiting.py` of
# tests/support), turns a clock (`turned_time.py`) or counts calls (`work.py`).
CLOCKS = re.compile(
    r"\b(?:time\.(?:monotonic|perf_counter|process_time|thread_time|sleep)|asyncio\.sleep"
    r"|threading\.active_count)\((?!0\))"
)
READERS_OF_CLOCKS = {
    "client/tests/waiting.py": "the same for the tests of the client",
    "local_athena/tests/waiting.py": "the same for the tests of the emulator",
    "tests/support/waiting.py": "the one place that looks again and again, with an outer deadline",
    "tests/support/turned_time.py": "lets the time of its own loop pass",
    "tests/reliability/faults.py": "sends bytes as slowly as a bad network",
    "tests/reliability/open_loop.py": "sends requests at a rate, for figures that are printed",
    "tests/reliability/test_slow_clients.py": "prints figures",
    "tests/e2e/test_shutdown.py": "prints figures",
    "tests/reliability/test_queries_and_holders.py": "lets the time of its own loop pass",
}


@pytest.mark.parametrize(
    ("spec", "handlers"),
    [(SPEC, [Operations, SavedOperations]), (HEALTH_SPEC, [HealthOperations])],
    ids=["api", "health"],
)
def test_each_operation_has_one_handler(spec: dict[str, Any], handlers: list[type]) -> None:
    methods = [name for of in handlers for name, _ in inspect.getmembers(of, inspect.isfunction)]

    assert sorted(operations(spec)) == sorted(name for name in methods if name[0] != "_")


@pytest.mark.parametrize("spec", [SPEC, HEALTH_SPEC], ids=["api", "health"])
def test_each_post_and_put_needs_a_body_and_nothing_else(spec: dict[str, Any]) -> None:
    for path in spec["paths"].values():
        for method, operation in path.items():
            if method.upper() in METHODS_WITH_BODY:
                assert operation["requestBody"]["required"]
            elif method != "parameters":
                assert "requestBody" not in operation


def test_the_contract_names_no_code() -> None:
    assert "data_hist." not in "".join(operations(SPEC)) + "".join(operations(HEALTH_SPEC))
    assert all(len(op["summary"].split()) <= 8 for op in operations(SPEC).values())


@pytest.mark.parametrize(
    ("request_type", "schema"), [(Submission, "QueryRequest"), (PageShape, "PageRequest")]
)
def test_defaults_are_those_of_the_contract(request_type: type, schema: str) -> None:
    properties = SCHEMAS[schema]["properties"]
    named = {
        name: described(properties[name])
        for name in get_type_hints(request_type)
        if name in properties
    }
    defaults = {name: field["default"] for name, field in named.items() if "default" in field}

    assert defaults
    assert {name: getattr(request_type, name) for name in defaults} == defaults


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, also one that stands elsewhere under its name."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return SCHEMAS[name] if name else schema


def test_limits_are_those_of_the_contract() -> None:
    assert SCHEMAS["QueryRequest"]["properties"]["query"]["maxLength"] == MAX_SQL_BYTES
    assert SCHEMAS["QueryStatus"]["enum"] == [str(status) for status in QueryStatus]


def leaves(error: type[DataHistError]) -> Iterator[type[DataHistError]]:
    below = error.__subclasses__()
    if not below:
        yield error
    for subclass in below:
        yield from leaves(subclass)


def test_each_error_has_its_problem() -> None:
    assert set(leaves(DataHistError)) == set(PROBLEMS)
    slugs = [kind.slug for kind in PROBLEMS.values()]
    assert len(slugs) == len(set(slugs))


def test_the_exception_tree_is_drawn_whole() -> None:
    drawing = errors.__doc__ or ""
    classes = [
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, DataHistError)
    ]

    assert sorted(
        re.findall(r"\b[A-Z]\w+", drawing.split("DataHistError", 1)[1].split("`")[0])
    ) == (sorted(set(classes) - {"DataHistError"}))


def test_the_contract_names_every_status() -> None:
    in_contract = {int(status) for op in operations(SPEC).values() for status in op["responses"]}
    # Framework answers for paths and methods that no operation describes.
    of_no_operation = {405}

    ours = {kind.status for kind in [*PROBLEMS.values(), INTERNAL]}
    assert ours - in_contract == of_no_operation


def test_each_problem_is_described() -> None:
    described = {
        (slug, of["value"]["status"], of["value"]["title"])
        for slug, of in problem_descriptions().items()
    }

    assert described == {*PROBLEMS.values(), INTERNAL}


def test_every_setting_is_listed_with_its_default() -> None:
    page = (ROOT / "docs/settings.md").read_text()
    rows = dict(re.findall(rf"^\| `{PREFIX}([A-Z_]+)` \| (.*?) \|", page, re.M))
    expected = {
        name.upper(): "required" if field.is_required() else _shown(field.default)
        for name, field in Settings.model_fields.items()
    }

    assert rows == expected


def _shown(default: object) -> str:
    if default is None:
        return "unset"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_readme_has_every_problem_under_its_status() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| (.*?) \|$", README, re.M)
    listed = {
        slug: set(statuses.split(", "))
        for statuses, problems in rows
        for slug in re.findall(r"`([a-z-]+)`", problems)
    }
    kinds = [*PROBLEMS.values(), INTERNAL]

    assert listed.keys() == {kind.slug for kind in kinds}
    assert all(str(kind.status) in listed[kind.slug] for kind in kinds)


def test_readme_is_short() -> None:
    assert len(README.splitlines()) < 200, "move something to a page of docs/"


def test_version_is_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_every_requirement_has_a_lowest_version() -> None:
    names = {
        re.split(r"[^\w.-]", requirement)[0]
        for folder in (".", "client", "local_athena")
        for requirement in tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"][
            "dependencies"
        ]
    }

    printed = subprocess.run(
        [sys.executable, ROOT / "scripts/lowest-versions"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert names <= {line.split("==")[0] for line in printed.splitlines()}


def test_no_test_depends_on_the_speed_of_the_machine() -> None:
    found = {
        str(path.relative_to(ROOT))
        for folder in ("tests", "local_athena/tests", "client/tests")
        for path in (ROOT / folder).rglob("*.py")
        if CLOCKS.search(path.read_text())
    }
    assert found == READERS_OF_CLOCKS.keys()
