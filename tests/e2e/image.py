"""The image without a container: the Dockerfile's own steps, followed in a folder."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.e2e.commands import ROOT

_ABSOLUTE = re.compile(r"(?<![\w.:/}])/(?=[a-z])")


class Instruction(NamedTuple):
    name: str
    rest: str


def stages() -> list[list[Instruction]]:
    """The instructions of the Dockerfile, stage by stage."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.M)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    instructions = [Instruction(*line.split(None, 1)) for line in lines if line.strip()]
    found: list[list[Instruction]] = []
    for instruction in instructions:
        if instruction.name == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found


@dataclass(frozen=True)
class Image:
    """What the last stage holds, with its absolute paths below a folder."""

    folder: Path
    environment: Mapping[str, str]
    user: int
    command: Sequence[str]

    @property
    def python(self) -> Path:
        return Path(self.environment["PATH"].split(os.pathsep)[0]) / "python"


def build(folder: Path, shared: "SharedSteps", **arguments: str) -> Image:
    """Follow the rest of the first stage, then take from it what the last one takes."""
    _, final = stages()
    shared.follow_rest(folder / "build", arguments)
    settings = {instruction.name: instruction.rest for instruction in final}
    option, source, target = settings["COPY"].split()
    assert option == "--from=build"
    # Its scripts name the interpreter by an absolute path, so that it stays where it was made.
    assert source == target
    for made in (folder / "build").iterdir():
        if made.name != source.split("/")[1]:
            shutil.rmtree(made)
    pairs = dict(pair.split("=", 1) for pair in settings["ENV"].split())
    path = _below(folder / "build", pairs.pop("PATH")).replace("$PATH", os.environ["PATH"])
    command = json.loads(settings["CMD"])
    return Image(folder / "build", {**pairs, "PATH": path}, int(settings["USER"]), command)


class SharedSteps:
    """The steps before the first argument, which images share as Docker's layers: the wheels."""

    def __init__(self, root: Path) -> None:
        work, _ = stages()
        first = next(at for at, (name, _) in enumerate(work) if name == "ARG")
        self._root = root
        self._rest = work[first:]
        self._directory = _Build(root, root, {}).follow(work[1:first])

    def follow_rest(self, root: Path, arguments: Mapping[str, str]) -> None:
        shutil.copytree(self._root, root)
        directory = root / self._directory.relative_to(self._root)
        _Build(root, directory, arguments).follow(self._rest)


class _Build:
    """COPY and RUN, with every absolute path below a folder."""

    def __init__(self, root: Path, directory: Path, given: Mapping[str, str]) -> None:
        self._root = root
        self._directory = directory
        self._given = given
        self._arguments: dict[str, str] = {}

    def follow(self, instructions: Sequence[Instruction]) -> Path:
        """Follow them, and return the working directory."""
        for name, rest in instructions:
            {
                "WORKDIR": self._change_directory,
                "ARG": self._declare,
                "COPY": self._copy,
                "RUN": self._run,
            }[name](rest)
        return self._directory

    def _change_directory(self, rest: str) -> None:
        self._directory = Path(_below(self._root, rest))
        self._directory.mkdir(parents=True)

    def _declare(self, rest: str) -> None:
        name, _, value = rest.partition("=")
        self._arguments[name] = self._given.get(name, value.strip('"'))

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        sent = _sent_to_docker()
        for source in sources:
            assert source in sent, f"{source} is kept back by .dockerignore"
            if (ROOT / source).is_dir():
                shutil.copytree(
                    ROOT / source,
                    self._directory / target,
                    ignore=shutil.ignore_patterns("__pycache__"),
                )
            else:
                shutil.copy(ROOT / source, self._directory / target)

    def _run(self, rest: str) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        # Images share most packages, and no layer grows here by what pip keeps.
        cached = rest.replace("--no-cache-dir ", "")
        subprocess.run(
            ["sh", "-c", _below(self._root, cached)],
            cwd=self._directory,
            env={**os.environ, **self._arguments, "PATH": path},
            check=True,
            capture_output=True,
            text=True,
        )


def _below(root: Path, text: str) -> str:
    return _ABSOLUTE.sub(f"{root}/", text)


def _sent_to_docker() -> set[str]:
    patterns = (ROOT / ".dockerignore").read_text().split()
    assert patterns[0] == "*"
    return {pattern[1:] for pattern in patterns if pattern.startswith("!")}
