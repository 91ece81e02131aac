"""The commands and programs of docs/ask.md run as they stand."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from data_hist_client.profiles import Places, address_of

from tests.service import DEADLINE_SECONDS

PAGE = (Path(__file__).parents[2] / "docs/ask.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.M | re.S)
# A command may go on over several lines.
COMMANDS = [
    command
    for language, text in BLOCKS
    if language == "sh"
    for command in re.split(r"(?<!\\)\n", text.strip())
]


PROGRAMS = [text for language, text in BLOCKS if language == "python"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_prints_what_it_finds(
    url: str, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(program.replace("http://127.0.0.1:8080", url), {})  # noqa: S102 - our own example

    assert "iam-admin" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("installed", ["data-hist", "data-hist-client"])
def test_a_command_succeeds(url: str, tmp_path: Path, command: str, installed: str) -> None:
    folder = Path(sys.executable).parent
    environment = {"DATA_HIST_URL": url, "PATH": f"{folder}:{os.environ['PATH']}"}

    ended = subprocess.run(
        ["bash", "-euc", re.sub(r"\bdata-hist\b", installed, command)],
        env={**os.environ, **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout or (tmp_path / "events.parquet").exists()


def test_the_profiles_are_valid(tmp_path: Path) -> None:
    (text,) = (text for language, text in BLOCKS if language == "toml")
    places = Places({"XDG_CONFIG_HOME": str(tmp_path)})
    places.profiles.parent.mkdir()
    places.profiles.touch(mode=0o600)
    places.profiles.write_text(text)

    for name in tomllib.loads(text):
        assert address_of(places, profile=name).base_url().startswith("https://")
