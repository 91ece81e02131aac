"""Records goldens: asks a real Trino what it answers to the statements of the corpora."""

import datetime
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.oracle.corpora import corpus_files, read_corpus
from tests.oracle.goldens import FOLDER, Golden, read_goldens, write_goldens
from tests.oracle.trino import Oracle

RECORDED = FOLDER / "recorded.json"
_CONNECTIONS = 3


class Recorder:
    """Asks with a few connections at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._local = threading.local()

    def record(self, feature: str, *, again: bool) -> tuple[int, int]:
        """Record what a feature lacks, or everything; return how many, and how many differ."""
        path = FOLDER / f"{feature}.jsonl"
        known = {golden.sql: golden for golden in read_goldens(path)}
        statements = dict.fromkeys([*_corpus(feature), *known])
        today = datetime.datetime.now(datetime.UTC).date()
        asked = [sql for sql in statements if again or sql not in known]
        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            answers = list(pool.map(self._ask, asked))
        marked = [_with_marks(golden, known.get(golden.sql)) for golden in answers]
        lasting = [golden for golden in marked if not names_the_day(golden, today)]
        changed = sum(golden != known.get(golden.sql) for golden in lasting)
        write_goldens(path, [*known.values(), *lasting])
        if asked:
            note_recording(feature, self._oracle())
        return len(asked), changed

    def _ask(self, sql: str) -> Golden:
        return self._oracle().ask(sql)

    def _oracle(self) -> Oracle:
        if not hasattr(self._local, "oracle"):
            self._local.oracle = Oracle(self._url)
        oracle: Oracle = self._local.oracle
        return oracle


def names_the_day(golden: Golden, today: datetime.date) -> bool:
    """Tell whether an answer is that of this day alone, such as the timestamp of a time."""
    near = (str(today + datetime.timedelta(days)) for days in (-1, 0, 1))
    return any(day in str(golden.rows) and day not in golden.sql for day in near)


def note_recording(feature: str, oracle: Oracle) -> None:
    """Write down which Trino has answered the goldens of a feature last, and when."""
    noted = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    ((version,),) = oracle.rows("SELECT version()")
    noted[feature] = f"Trino {version}, {datetime.datetime.now(datetime.UTC).date()}"
    RECORDED.write_text(json.dumps(noted, indent=2, sort_keys=True) + "\n")


def features() -> Iterator[str]:
    """Every feature that has a corpus or goldens."""
    stems = {path.stem for path in [*corpus_files(), *FOLDER.glob("*.jsonl")]}
    yield from sorted(stems)


def _corpus(feature: str) -> list[str]:
    path = next((each for each in corpus_files() if each.stem == feature), None)
    return read_corpus(path) if path else []


def _with_marks(golden: Golden, before: Golden | None) -> Golden:
    if before is None:
        return golden
    return replace(golden, known=before.known, hangs=before.hangs)
