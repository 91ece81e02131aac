"""Scripts that are started at once, with a Python that only says what it would install."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
# It only turns a hang into a failure.
DEADLINE_SECONDS = 60
# Tells in the pipe `steps` what it does; an installation ends when `go` is written to.
PYTHON = f"""\
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
    python.write_text(PYTHON)
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
