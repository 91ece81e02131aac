"""Which queries are looked at next: who was asked for first, then who is due first.

Knows nothing of calls and answers; times are those of the event loop, in seconds.
"""

import asyncio
import heapq
from itertools import count

from data_hist.athena.model import Query

CALL_IDS = 50
"""BatchGetQueryExecution takes no more."""

# Who is due so soon comes along in a call that is made anyway.
_EARLY_SECONDS = 0.4
_GATHERING_SECONDS = 0.02


class PolledQuery:
    """A query that somebody asks for, and those who do."""

    def __init__(self, query_id: str) -> None:
        self.query_id = query_id
        self.known: Query | None = None
        self.lookers: set[asyncio.Future[Query]] = set()
        """They want what is said from now on."""
        self.served: set[asyncio.Future[Query]] = set()
        """They get what the call says that is on its way."""
        self.waiters: set[asyncio.Future[Query]] = set()
        """They want the end."""
        self.on_way = False
        self.due: float | None = None
        self.failures = 0

    @property
    def is_idle(self) -> bool:
        """Whether nobody asks for it any more."""
        return not (self.on_way or self.lookers or self.served or self.waiters)


class PollSchedule:
    """The order of the next looks; whoever is taken for one stands nowhere in it any more."""

    def __init__(self) -> None:
        self._asked: dict[PolledQuery, float] = {}
        self._due: list[tuple[float, int, PolledQuery]] = []
        self._order = count()

    def ask(self, watched: PolledQuery, now: float) -> None:
        """Look at a query as soon as may be."""
        self._asked.setdefault(watched, now)

    def schedule(self, watched: PolledQuery, due: float) -> None:
        """Look at a query then, unless that is earlier than somebody asks."""
        watched.due = due
        heapq.heappush(self._due, (due, next(self._order), watched))

    def remove(self, watched: PolledQuery) -> None:
        """Do not look at a query."""
        self._asked.pop(watched, None)
        # Its place on the heap is passed over when its time comes.
        watched.due = None

    def wanted_at(self, now: float, *, gathering: bool) -> float | None:
        """When the next look is due; None when none is.

        While others are `gathering`, those who ask wait for one another a moment.
        """
        if self._asked:
            full = len(self._asked) >= CALL_IDS
            first = next(iter(self._asked.values()))
            return first + _GATHERING_SECONDS if gathering and not full else now
        while self._due and self._due[0][2].due != self._due[0][0]:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def take(self, now: float) -> list[PolledQuery]:
        """Whom the next call looks at, up to 50."""
        chosen = list(self._asked)[:CALL_IDS]
        for watched in chosen:
            self.remove(watched)
        while len(chosen) < CALL_IDS and self._due and self._due[0][0] <= now + _EARLY_SECONDS:
            due, _, watched = heapq.heappop(self._due)
            if watched.due == due:
                self.remove(watched)
                chosen.append(watched)
        return chosen
