"""Statements of many kinds, cancelled at random moments: none hangs, and no memory stays behind.

`CANCELS=1000` makes it a long run; `-s` shows its figures.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.clients import AthenaSession
from tests.endpoint import endpoint_process
from tests.processes import children_of, is_running, resident_bytes
from tests.statements import KINDS
from tests.waiting import wait_until

CANCELS = int(os.environ.get("CANCELS", "40"))
SEED = 1
# A statement is cancelled after so many looks at its state, at the most.
MOST_LOOKS = 60
MIB = 1024**2
# Of the server: its caches, and the executions that it knows.
SPARE_BYTES = 64 * MIB
IDLE_BYTES = 384 * MIB


def test_every_cancel_ends_its_statement(small_archive: Path, tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    states: Counter[str] = Counter()
    with endpoint_process(small_archive, tmp_path, workers=1, memory_limit="300MB") as endpoint:
        session = AthenaSession(endpoint.url)
        server = endpoint.process.pid
        session.run("SELECT 1")
        before = resident_bytes(server)

        for number in range(CANCELS):
            states[cancel_after(session, KINDS[number % len(KINDS)], chance)] += 1
        answer = session.rows("SELECT 'free' AS worker")
        (process,) = wait_until(lambda: children_of(server), "the worker has a process")
        after, idle = resident_bytes(server), resident_bytes(process)
        wait_until(lambda: not any(unfinished(tmp_path)), "the folder of the worker is empty")

    print(f"\n{CANCELS} cancels: {dict(states)}; the server has {before / MIB:.0f} MiB before and")
    print(f"{after / MIB:.0f} MiB after, the process of its worker {idle / MIB:.0f} MiB")
    assert answer == [["free"]]
    assert states["CANCELLED"] > CANCELS // 4
    assert after <= before + SPARE_BYTES + CANCELS * 4096
    assert idle <= IDLE_BYTES
    assert not is_running(process)


def unfinished(state: Path) -> Iterator[Path]:
    """Results that are not published, and data that spilled to disk."""
    return (path for path in state.glob("workers/*/**/*") if path.is_file())


def cancel_after(session: AthenaSession, sql: str, chance: random.Random) -> str:
    """Start a statement, and cancel it some looks after the worker has begun with it."""
    query_id = session.start(sql)
    session.wait_for(query_id, "RUNNING", "SUCCEEDED", "FAILED")
    for _ in range(chance.randrange(MOST_LOOKS)):
        session.get(query_id)
    session.athena.stop_query_execution(QueryExecutionId=query_id)
    return session.state(query_id)
