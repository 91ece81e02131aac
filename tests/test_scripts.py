"""The scripts, with a Python that installs nothing."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# It only turns a hang into a failure.
DEADLINE_SECONDS = 60
# scripts/trino needs a JDK too.
SCRIPTS = [
    str(file.relative_to(ROOT))
    for folder in ("scripts", "benchmarks")
    for file in sorted((ROOT / folder).iterdir())
    if file.is_file() and ". scripts/environment\n" in file.read_text() and file.name != "trino"
]
# An environment holds itself in place of each command.
PYTHON_OF_ANY_SCRIPT = f"""\
#!/bin/bash
case "$*" in
  "-m venv"*)
    mkdir -p "$3/bin"
    for command in python ruff mypy data-hist; do ln -s "$0" "$3/bin/$command"; done ;;
  "-m pip"*|"-m pytest"*|"-m tests"*|"-m benchmarks"*|*data-hist*) ;;
  -*|scripts/*) exec {sys.executable} "$@" ;;
esac
"""
# Tells in the pipe `steps` what it does; an installation ends when `go` is written to.
PYTHON_THAT_INSTALLS = f"""\
#!/bin/bash
case "$*" in
  "-m venv"*) mkdir -p .venv/bin; ln -s "$PWD/python" .venv/bin/python ;;
  "-m pip"*) echo installs >steps; read -r _ <go ;;
  *fcntl*) echo locks >steps; exec {sys.executable} "$@" ;;
  *) exec {sys.executable} "$@" ;;
esac
"""


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Prepare an environment in a folder."""
    script = f". {ROOT}/scripts/environment; prepare_environment test"
    process = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | {"PYTHON": str(folder / "python")},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_two_scripts_install_one_after_the_other(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "constraints.txt", "client", "local_athena"):
        (tmp_path / name).symlink_to(ROOT / name)
    python = tmp_path / "python"
    python.write_text(PYTHON_THAT_INSTALLS)
    python.chmod(0o755)
    for pipe in ("steps", "go"):
        os.mkfifo(tmp_path / pipe)

    def step() -> str:
        return (tmp_path / "steps").read_text().strip()

    with started(tmp_path) as first:
        assert step() == "locks"
        assert step() == "installs"
        with started(tmp_path) as second:
            assert step() == "locks"
            (tmp_path / "go").write_text("\n")
            # The second finds everything there; to install, it would wait until `steps` is read.
            assert [each.wait(DEADLINE_SECONDS) for each in (first, second)] == [0, 0]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_needs_a_python3_and_nothing_else(script: str, tmp_path: Path) -> None:
    for name in ("scripts", "benchmarks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in (".", "client", "local_athena"):
        (tmp_path / name).mkdir(exist_ok=True)
        shutil.copy(ROOT / name / "pyproject.toml", tmp_path / name)
    shutil.copy(ROOT / "constraints.txt", tmp_path)
    python = tmp_path / "path" / "python3"
    python.parent.mkdir()
    python.write_text(PYTHON_OF_ANY_SCRIPT)
    python.chmod(0o755)
    result = subprocess.run(
        [tmp_path / script],
        env={"PATH": f"{python.parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stderr
