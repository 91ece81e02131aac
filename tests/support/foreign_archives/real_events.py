"""Real events, where they are on this machine: a tree of Secor's in steps of ten minutes."""

import shutil
from pathlib import Path

from tests.support.shared_files import find_shared_file

FOLDER = "data/real_events"


def write(root: Path) -> None:
    found = find_shared_file(FOLDER)
    if found is not None:
        shutil.copytree(found / "events", root / "real-events")
