"""What processes hold, by Linux's own account."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Holding:
    """What some processes hold together."""

    memory_mb: float
    files: int
    threads: int


def holding(pids: Sequence[int]) -> Holding:
    status = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
    return Holding(
        memory_mb=sum(_number("VmRSS", text) for text in status) / 1024,
        files=sum(sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()) for pid in pids),
        threads=sum(_number("Threads", text) for text in status),
    )


def _number(name: str, status: str) -> int:
    match = re.search(rf"^{name}:\s+(\d+)", status, re.M)
    assert match is not None
    return int(match[1])
