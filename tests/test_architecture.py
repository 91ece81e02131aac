"""Imports follow docs/architecture.md, each library has its owner, and modules keep small."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from data_hist.catalog.document import load_document

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = {
    "data_hist": ROOT,
    "data_hist_client": ROOT / "client/src",
    "local_athena": ROOT / "local_athena/src",
}
ARROW = re.compile(r"^ +(\w+) --> (\w+)$", re.MULTILINE)
ALLOWED = set(ARROW.findall((ROOT / "docs/architecture.md").read_text()))
SHARED = {"errors", "settings", "spelling", "json_documents", "lru_cache"}

# The commands of the client are also commands of the service (ADR 61).
ACROSS = {("data_hist.cli.client", "data_hist_client.command")}

OWNERS = {
    "anyio": {
        "data_hist_client.async_client",
        "data_hist_client.http",
        "data_hist_client.mcp_server",
    },
    "bcrypt": {"data_hist.auth.passwords"},
    "boto3": {"data_hist.athena"},
    "botocore": {"data_hist.athena"},
    "connexion": {"data_hist.app", "data_hist.http"},
    "duckdb": {"data_hist_client.frames", "local_athena.backends.duckdb"},
    "gunicorn": {"data_hist.server"},
    # The clients take its authentications and transports as arguments.
    "httpx": {
        "data_hist_client.async_client",
        "data_hist_client.client",
        "data_hist_client.http",
        "data_hist_client.http_requests",
        "data_hist_client.storage_transport",
    },
    "jsonschema": {"data_hist.http"},
    "mcp": {"data_hist_client.mcp_server"},
    "msgspec": {"data_hist.athena.result_sets", "data_hist.json_documents"},
    "opentelemetry": {"data_hist.observability"},
    "pebble": {"data_hist.sql_guard.pool"},
    "prompt_toolkit": {"data_hist_client.command.prompt"},
    "prometheus_client": {"data_hist.server.gunicorn_conf", "data_hist.observability.metrics"},
    "pandas": {"data_hist_client.frames"},
    "polars": {"data_hist_client.frames"},
    "pyarrow": {"data_hist.catalog.discovery", "data_hist.results", "data_hist_client.frames"},
    "pydantic_settings": {"data_hist.settings"},
    "regex": {"local_athena.backends.duckdb.dialect"},
    "snowballstemmer": {"local_athena.backends.duckdb.dialect.strings.stems"},
    "sqlalchemy": {"data_hist_client.sqlalchemy_dialect"},
    "sqlglot": {"data_hist.sql_guard", "local_athena.backends.duckdb.dialect"},
    "starlette": {
        "data_hist.app",
        "data_hist.http",
        "data_hist.site",
        "data_hist.observability.tracing",  # to go: it wraps the application
        "local_athena.athena_api",
        "local_athena.s3_api",
        "local_athena.server",
        "local_athena.sts_api",
    },
    "superset": {"data_hist_client.superset_engine"},
    "uvicorn": {"data_hist.server", "local_athena.server"},
    "uvicorn_worker": {"data_hist.server"},
    "yaml": {"data_hist.catalog"},
}


def module_name(path: Path, folder: Path) -> str:
    return ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")


MODULES = {
    module_name(path, folder): path
    for distribution, folder in DISTRIBUTIONS.items()
    for path in (folder / distribution).rglob("*.py")
}


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


@cache
def imports() -> dict[str, set[str]]:
    return {module: imported(path) for module, path in MODULES.items()}


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("library", OWNERS)
def test_each_library_has_its_owner(library: str) -> None:
    importers = {
        module
        for module, names in imports().items()
        if any(is_within(name, library) for name in names)
    }

    assert importers
    assert {
        importer
        for importer in importers
        if not any(is_within(importer, owner) for owner in OWNERS[library])
    } == set()


def package(module: str) -> str:
    """The package or module just below the top that a module belongs to."""
    return [*module.split("."), ""][1]


def arrows() -> Iterator[tuple[str, str]]:
    for module, names in imports().items():
        for name in names & MODULES.keys():
            if is_within(module, "data_hist") and is_within(name, "data_hist"):
                yield package(module), package(name)


def test_packages_import_what_the_picture_allows() -> None:
    drawn = {
        (importer, name)
        for importer, name in arrows()
        if importer not in {name, "", "__main__"} and name not in SHARED | {""}
    }

    assert drawn == ALLOWED


def test_shared_modules_import_only_each_other() -> None:
    assert {name for importer, name in arrows() if importer in SHARED} <= SHARED


def test_the_distributions_do_not_import_each_other() -> None:
    for module, names in imports().items():
        for name in names & MODULES.keys():
            if (module, name) not in ACROSS:
                assert name.split(".")[0] == module.split(".")[0], (module, name)


def test_modules_import_in_no_circle() -> None:
    assert circle({module: names & MODULES.keys() for module, names in imports().items()}) == ()


def test_the_picture_has_no_circle() -> None:
    graph: dict[str, set[str]] = {}
    for importer, name in ALLOWED:
        graph.setdefault(importer, set()).add(name)

    assert circle(graph) == ()


def test_gunicorn_sets_up_the_metrics_before_they_are_loaded() -> None:
    loaded: set[str] = set()
    # Its configuration and its worker class; a package comes with each of its modules.
    pending = ["data_hist.server.gunicorn_conf", "data_hist.server.worker"]
    while pending:
        module = pending.pop()
        if module not in loaded:
            loaded.add(module)
            pending += (imports()[module] | {module.rpartition(".")[0]}) & MODULES.keys()

    assert "data_hist.observability.metrics" not in loaded


def circle(graph: dict[str, set[str]]) -> tuple[str, ...]:
    """A circle in a graph, as the names on the way; nothing if there is none."""
    done: set[str] = set()

    def visit(node: str, trail: tuple[str, ...]) -> tuple[str, ...]:
        if node in trail:
            return (*trail, node)
        if node not in done:
            for name in graph.get(node, ()):
                if found := visit(name, (*trail, node)):
                    return found
            done.add(node)
        return ()

    for node in graph:
        if found := visit(node, ()):
            return found
    return ()


# Words that are names of other things as well.
ORDINARY_WORDS = {"service", "tags", "data", "min"}


def test_no_module_names_a_column_of_the_packaged_catalog() -> None:
    sources = load_document().sources.values()
    names = {name for source in sources for name in (*source.columns, *source.partitions)}
    word = re.compile(rf"(?<![</])\b({'|'.join(sorted(names - ORDINARY_WORDS))})\b")

    naming = {
        module: found
        for module, path in MODULES.items()
        if is_within(module, "data_hist")
        if (found := set(word.findall(path.read_text(encoding="utf-8"))))
    }

    assert naming == {}, "the catalog file alone says what a column is called"
