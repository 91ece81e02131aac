"""Processes as Linux shows them in /proc."""

import os
from pathlib import Path

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def children_of(pid: int) -> list[int]:
    """The processes that this one started and that still run."""
    started = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    return [child for child in started if _status(child)[1:2] == [str(pid)] and is_running(child)]


def is_running(pid: int) -> bool:
    """Whether the process runs; one that has ended and that nobody asked about does not."""
    return _status(pid)[:1] not in ([], ["Z"], ["X"])


def resident_bytes(pid: int) -> int:
    """The memory that the process has now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


def limit_of(pid: int, name: str) -> str:
    """The soft limit of a resource, as `/proc/PID/limits` names it."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(name))
    return line.removeprefix(name).split()[0]


def _status(pid: int) -> list[str]:
    """State and parent; nothing if the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    # The name before it may hold blanks and parentheses.
    return text.rpartition(")")[2].split()[:2]
