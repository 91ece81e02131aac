"""The rules of the house: imports in one direction, docs and contract in step with the code."""

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml

from data_hist import errors
from data_hist.api.contract import problem_descriptions
from data_hist.api.handlers import Handlers
from data_hist.api.health import HealthHandlers
from data_hist.errors import DataHistError
from data_hist.guard import MAX_SQL_BYTES
from data_hist.model import PageShape, QueryStatus, Submission
from data_hist.problems import INTERNAL, PROBLEMS
from data_hist.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "data_hist"
SPEC: dict[str, Any] = yaml.safe_load((ROOT / "openapi/data_hist.yaml").read_text())
HEALTH_SPEC: dict[str, Any] = yaml.safe_load((ROOT / "openapi/health.yaml").read_text())
README = (ROOT / "README.md").read_text()
SCHEMAS = SPEC["components"]["schemas"]

OWNERS = {
    "bcrypt": {"data_hist/access/passwords.py"},
    "boto3": {"data_hist/athena"},
    "botocore": {"data_hist/athena"},
    "connexion": {
        "data_hist/app.py",
        "data_hist/api/front_door.py",
        "data_hist/api/handlers.py",
        "data_hist/api/request_validation.py",
        "data_hist/api/responses.py",
        "data_hist/api/security_schemes.py",
    },
    "duckdb": {"data_hist/local_athena"},
    "gunicorn": {"data_hist/server/worker.py"},
    "jsonschema": {"data_hist/api/request_validation.py", "data_hist/api/schema_errors.py"},
    "msgspec": {"data_hist/athena/result_sets.py", "data_hist/wire_json.py"},
    "opentelemetry": {"data_hist/observation/tracing.py"},
    "pebble": {"data_hist/guard/pool.py"},
    "prometheus_client": {"data_hist/server/gunicorn_conf.py", "data_hist/observation/metrics.py"},
    "pyarrow": {
        "data_hist/results/arrow_encoders.py",
        "data_hist/results/arrow_tables.py",
        "data_hist/results/csv_rows.py",
        "data_hist/results/json_rows.py",
    },
    "pydantic_settings": {"data_hist/settings.py"},
    "sqlglot": {
        "data_hist/guard",
        "data_hist/local_athena/dialect",
        "data_hist/trino_tokenizer.py",
    },
    "uvicorn": {"data_hist/local_athena/server.py", "data_hist/server"},
    "uvicorn_worker": {"data_hist/server/worker.py"},
    "yaml": {"data_hist/catalog.py", "data_hist/api/contract.py"},
}

# No test may pass or fail by the speed of the machine: it waits for a state (tests/waiting.py),
# turns a clock (tests/turned_time.py) or counts calls (tests/work.py).
CLOCKS = re.compile(
    r"\b(?:time\.(?:monotonic|perf_counter|process_time|thread_time|sleep)|asyncio\.sleep"
    r"|threading\.active_count)\((?!0\))"
)
READERS_OF_CLOCKS = {
    "tests/waiting.py": "the one place that looks again and again, with an outer deadline",
    "tests/turned_time.py": "lets the time of its own loop pass",
    "tests/reliability/faults.py": "sends bytes as slowly as a bad network",
    "tests/reliability/open_loop.py": "sends requests at a rate, for figures that are printed",
    "tests/reliability/test_slow_clients.py": "prints figures",
    "tests/e2e/test_shutdown.py": "prints figures",
    "tests/reliability/test_queries_and_holders.py": "lets the time of its own loop pass",
}


def modules() -> Iterator[Path]:
    return PACKAGE.rglob("*.py")


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path) for path in modules()}


def imported(path: Path) -> set[str]:
    """The modules that a module imports; `from package import part` is an import of the part."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {part if part in MODULES else node.module for part in parts}
    return names


@pytest.mark.parametrize("library", OWNERS)
def test_each_library_has_its_owner(library: str) -> None:
    importers = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if any(name.split(".")[0] == library for name in imported(path))
    }

    assert importers
    assert all(
        any(importer == owner or importer.startswith(f"{owner}/") for owner in OWNERS[library])
        for importer in importers
    ), importers


def test_only_the_command_line_knows_the_embedded_endpoint() -> None:
    importers = {
        path.name
        for path in modules()
        if "local_athena" not in path.parts
        and any("local_athena" in name for name in imported(path))
    }

    assert importers == {"cli.py"}


def test_the_embedded_endpoint_knows_only_the_tables_and_their_language() -> None:
    known = {
        name
        for path in (PACKAGE / "local_athena").rglob("*.py")
        for name in imported(path)
        if name.startswith("data_hist") and not name.startswith("data_hist.local_athena")
    }

    assert known <= {"data_hist.catalog", "data_hist.trino_tokenizer"}


def test_gunicorn_sets_up_the_metrics_before_they_are_loaded() -> None:
    graph = graph_of_modules()
    loaded: set[str] = set()
    # Its configuration and its worker class; a package comes with each of its modules.
    pending = ["data_hist.server.gunicorn_conf", "data_hist.server.worker", "data_hist.server"]
    while pending:
        module = pending.pop()
        if module not in loaded:
            loaded.add(module)
            pending += graph[module] | ({module.rpartition(".")[0]} & MODULES)

    assert "data_hist.observation.metrics" not in loaded


CORE = ("model", "errors", "time_range")


@pytest.mark.parametrize("core", CORE)
def test_the_core_needs_the_standard_library_only(core: str) -> None:
    needed = imported(PACKAGE / f"{core}.py") - {f"data_hist.{other}" for other in CORE}
    outside = {name.split(".")[0] for name in needed}

    assert outside <= {"calendar", "collections", "dataclasses", "datetime", "enum", "typing"}


def part(module: str) -> str:
    """The package or module just below the top that a module belongs to."""
    return ".".join(module.split(".")[:2])


def graph_of_modules() -> dict[str, set[str]]:
    return {module_name(path): imported(path) & MODULES for path in modules()}


def graph_of_parts() -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for module, names in graph_of_modules().items():
        graph.setdefault(part(module), set()).update(part(name) for name in names)
    return {own: names - {own} for own, names in graph.items()}


@pytest.mark.parametrize("graph", [graph_of_modules(), graph_of_parts()], ids=["modules", "parts"])
def test_imports_make_no_circle(graph: dict[str, set[str]]) -> None:
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join([*trail, module])
        if module in done:
            return
        for name in graph[module]:
            visit(name, (*trail, module))
        done.add(module)

    for module in graph:
        visit(module, ())


def operations(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path in spec["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    }


@pytest.mark.parametrize(
    ("spec", "handlers"),
    [(SPEC, Handlers), (HEALTH_SPEC, HealthHandlers)],
    ids=["api", "health"],
)
def test_each_operation_has_one_handler(spec: dict[str, Any], handlers: type) -> None:
    methods = {name for name, _ in inspect.getmembers(handlers, inspect.isfunction)}

    assert set(operations(spec)) == {name for name in methods if not name.startswith("_")}


@pytest.mark.parametrize("spec", [SPEC, HEALTH_SPEC], ids=["api", "health"])
def test_each_post_and_nothing_else_needs_a_body(spec: dict[str, Any]) -> None:
    for path in spec["paths"].values():
        for method, operation in path.items():
            if method == "post":
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
    unreachable_today = {403}
    # Framework answers for paths and methods that no operation describes.
    of_no_operation = {405}

    ours = {kind.status for kind in [*PROBLEMS.values(), INTERNAL]}
    assert ours - in_contract == unreachable_today | of_no_operation


def test_each_problem_is_described() -> None:
    described = {
        (slug, of["value"]["status"], of["value"]["title"])
        for slug, of in problem_descriptions().items()
    }

    assert described == {*PROBLEMS.values(), INTERNAL}


def test_readme_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(rf"^\| `{PREFIX}([A-Z_]+)` \| (.*?) \|", README, re.M))
    expected = {
        name.upper(): "required" if field.is_required() else _shown(field.default)
        for name, field in Settings.model_fields.items()
    }

    assert rows == expected


def _shown(default: object) -> str:
    if default is None:
        return "unset"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_readme_is_short() -> None:
    assert len(README.splitlines()) < 200


def test_version_is_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_no_test_depends_on_the_speed_of_the_machine() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if CLOCKS.search(path.read_text())
    }
    assert found == READERS_OF_CLOCKS.keys()
