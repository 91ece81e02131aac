"""Write small archives in layouts of any kind."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write_lines(file: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON lines, compressed if the suffix says so."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{json.dumps(record)}\n" for record in records).encode()
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
