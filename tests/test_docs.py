"""What the documents refer to exists: files, settings, classes, commands, and each other."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from data_hist import cli
from data_hist.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
FOLDERS = [
    "benchmarks",
    "client",
    "data_hist",
    "deploy",
    "docs",
    "local_athena",
    "openapi",
    "scripts",
    "tests",
]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *(
        ROOT / name
        for name in (
            "benchmarks/README.md",
            "client/README.md",
            "deploy/README.md",
            "local_athena/README.md",
        )
    ),
    *sorted((ROOT / "docs").rglob("*.md")),
]
PATHS = {
    f"/{path.relative_to(ROOT).as_posix()}"
    for top in (*ROOT.iterdir(), *(ROOT / folder for folder in FOLDERS))
    for path in ([top] if top.is_file() else top.rglob("*") if top.name in FOLDERS else ())
} | {f"/{folder}" for folder in FOLDERS}

CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(r"[\w./-]+\.(?:py|md|ya?ml|jsonl?|js|txt|toml|conf|env)")
FOLDER = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w./-]*")
CLASS = re.compile(r"(?:[A-Z][a-z0-9]+){2,}")
COMMAND = re.compile(r"data-hist ([a-z-]+)")

# Words of other systems, files that a command makes, and what a decision refused.
ELSEWHERE = {
    "ignore.malformed.json": "a parameter of the SerDe",
    "LastModified": "S3",
    "BatchGetQueryExecution": "Athena",
    "settings.env": "made by a command of the deployment page",
    "deploy/kubernetes/settings.env": "made by a command of the deployment page",
}


def quoted(document: Path) -> Iterator[str]:
    prose = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.S | re.M)
    return (word for word in CODE.findall(prose) if word not in ELSEWHERE)


def is_a_path(word: str) -> bool:
    return any(path.endswith(f"/{word.strip('/').removeprefix('./')}") for path in PATHS)


@cache
def classes() -> set[str]:
    return {
        node.name
        for folder in ("benchmarks", "client", "data_hist", "local_athena", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


documents = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix()
)


@documents
def test_links_lead_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text()):
        if "://" not in link:
            name, _, anchor = link.partition("#")
            target = (document.parent / name).resolve() if name else document
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@documents
def test_files_and_folders_are_there(document: Path) -> None:
    named = {word for word in quoted(document) if FILE.fullmatch(word) or FOLDER.fullmatch(word)}

    assert {word for word in named if not is_a_path(word)} == set()


@documents
def test_settings_are_there(document: Path) -> None:
    named = re.findall(rf"\b{PREFIX}([A-Z_]*[A-Z])\b", document.read_text())

    assert {name.lower() for name in named} <= Settings.model_fields.keys() | of_the_client()


def of_the_client() -> set[str]:
    """The variables that the client reads."""
    profiles = (ROOT / "client/src/data_hist_client/profiles.py").read_text()
    return {name.lower() for name in re.findall(rf'"{PREFIX}([A-Z_]+)"', profiles)}


@documents
def test_classes_and_parameters_are_there(document: Path) -> None:
    templates = "\n".join(path.read_text() for path in (ROOT / "deploy").rglob("*.yaml"))
    parameters = set(re.findall(r"^\s*(\w+):", templates, re.M))
    schemas = set(re.findall(r"^\s*(\w+):", (ROOT / "openapi/data_hist.yaml").read_text(), re.M))

    named = {word for word in quoted(document) if CLASS.fullmatch(word)}
    assert named <= classes() | parameters | schemas


def test_commands_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    named = {name for path in DOCUMENTS for word in quoted(path) for name in COMMAND.findall(word)}
    assert named

    for name in named:
        with pytest.raises(SystemExit) as end:
            cli.main([name, "--help"])
        assert end.value.code == 0, capsys.readouterr().err


def test_what_is_of_elsewhere_is_still_named() -> None:
    everything = "\n".join(path.read_text() for path in DOCUMENTS)

    assert {word for word in ELSEWHERE if word not in everything} == set()
