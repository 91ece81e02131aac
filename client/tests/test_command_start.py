"""Ctrl-C while the command is still starting."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service import DEADLINE_SECONDS

_INTERRUPTING = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"


@pytest.mark.parametrize(
    ("program", "imported", "status"),
    [
        ("from data_hist_command import main", "httpx", -signal.SIGINT),
        ("from data_hist.__main__ import main", "pydantic_settings", -signal.SIGINT),
        # By then, the command handles it.
        ("from data_hist.__main__ import main", "httpx", 130),
    ],
)
def test_ctrl_c_while_modules_are_imported(
    tmp_path: Path, program: str, imported: str, status: int
) -> None:
    (tmp_path / f"{imported}.py").write_text(_INTERRUPTING)

    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; {program}; sys.exit(main())", "tables"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (status, b"", b"")
