"""Reference cases and real data that live outside the repository; their tests skip without them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

_FOLDER = Path(
    os.environ.get("DATA_HIST_SHARED", Path(__file__).resolve().parents[2].parent / "shared")
)


def shared_file(name: str) -> Path:
    """The path of a shared file or folder, or a skip that says what is missing."""
    path = find_shared_file(name)
    if path is None:
        pytest.skip(f"{name} is not on this machine", allow_module_level=True)
    return path


def find_shared_file(name: str) -> Path | None:
    """The path of a shared file or folder, if it is on this machine."""
    path = _FOLDER / name
    return path if path.exists() else None


def shared_cases(name: str) -> list[dict[str, Any]]:
    """The cases of a JSON-lines file, or none at all where the file is missing."""
    path = find_shared_file(name)
    if path is None:
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
