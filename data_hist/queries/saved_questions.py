"""Keep questions for a tenant: titles, and the states of a client that asks them."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from data_hist.athena.stored_documents import (
    DocumentChanged,
    DocumentMissing,
    DocumentStore,
    ListedDocument,
)
from data_hist.errors import (
    EngineFailed,
    PreconditionFailed,
    SavedQuestionNotFound,
    TooManySavedQuestions,
)
from data_hist.lru_cache import LruCache
from data_hist.queries.saved_format import (
    Question,
    SavedQuestion,
    new_id,
    object_name,
    parse_object_name,
    parse_question,
    render_question,
)
from data_hist.results.paging_tokens import parse_saved_token, saved_token
from data_hist.retention.ownership import ResultLocations

_log = logging.getLogger(__name__)

Matches = Callable[[str], bool]
"""Whether an ETag is one that the caller means."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class SavedLimits:
    """Bounds of saved questions.

    `most_of_tenant` is at most what one call of S3 lists, 1,000; writers at the same moment may
    exceed it by as many. The rest bounds how many objects one request reads at once, and what a
    worker remembers of them.
    """

    most_of_tenant: int = 1000
    reads_at_once: int = 8
    remembered: int = 4000
    remembered_bytes: int = 16 * 1024**2


_LIMITS = SavedLimits()


@dataclass(frozen=True)
class SavedList:
    """Some of a tenant's saved questions, those that were created last first."""

    questions: Sequence[SavedQuestion]
    paging_token: str | None


class SavedQuestions:
    """The saved questions of each tenant, one S3 object for each.

    Args:
        store: Holds the objects.
        locations: Their keys.
        calls: Where calls of S3 may block.
        clock: The current time, in UTC.
        limits: Bounds.
    """

    def __init__(
        self,
        store: DocumentStore,
        locations: ResultLocations,
        calls: Executor,
        clock: Callable[[], datetime],
        limits: SavedLimits = _LIMITS,
    ) -> None:
        self._store = store
        self._locations = locations
        self._calls = calls
        self._clock = clock
        self._limits = limits
        # By key and ETag, so that a list reads only what has changed; on the event loop only.
        self._remembered: LruCache[SavedQuestion] = LruCache(
            limits.remembered, limits.remembered_bytes, lambda question: question.size
        )

    async def list_questions(self, tenant: int, limit: int, paging_token: str | None) -> SavedList:
        """List up to `limit` questions of a tenant.

        Raises:
            InvalidPagingToken: The token is damaged or belongs to another list.
        """
        prefix = self._locations.saved_prefix(tenant)
        after = f"{prefix}{parse_saved_token(tenant, paging_token)}" if paging_token else ""
        # One more tells whether there is another page.
        listed = await self._call(partial(self._store.list_documents, prefix, after, limit + 1))
        page = listed[:limit]
        places = asyncio.Semaphore(self._limits.reads_at_once)
        read = await asyncio.gather(*(self._read_listed(each, prefix, places) for each in page))
        has_more = len(listed) > limit
        last = page[-1].key.removeprefix(prefix) if has_more else ""
        return SavedList(
            [question for question in read if question is not None],
            saved_token(tenant, last) if has_more else None,
        )

    async def create(self, tenant: int, question: Question) -> SavedQuestion:
        """Save a new question.

        Raises:
            TooManySavedQuestions: The tenant has as many as it may have.
        """
        most = self._limits.most_of_tenant
        prefix = self._locations.saved_prefix(tenant)
        if len(await self._call(partial(self._store.list_documents, prefix, "", most))) >= most:
            raise TooManySavedQuestions(
                f"There are {most:,} saved questions, which is the limit; delete one first."
            )
        now = self._now()
        question_id = new_id(now)
        members = render_question(question, now, now)
        create = partial(self._store.create, self._key(tenant, question_id), members)
        try:
            etag = await self._call(create)
        except (DocumentChanged, DocumentMissing) as error:
            raise EngineFailed("S3 says that a new object exists already.") from error
        return SavedQuestion(question_id, question, now, now, etag)

    async def read(self, tenant: int, question_id: str) -> SavedQuestion:
        """Return a question of a tenant.

        Raises:
            SavedQuestionNotFound: The tenant has no such question.
        """
        with _caller_errors():
            document = await self._call(partial(self._store.read, self._key(tenant, question_id)))
        question = parse_question(question_id, document)
        if question is None:
            raise EngineFailed("The saved question is damaged and cannot be read.")
        return question

    async def replace(
        self, tenant: int, question_id: str, question: Question, matches: Matches
    ) -> SavedQuestion:
        """Replace a question, unless it has changed since the caller has seen it.

        Raises:
            SavedQuestionNotFound: The tenant has no such question.
            PreconditionFailed: Its ETag does not match.
        """
        current = await self.read(tenant, question_id)
        if not matches(current.etag):
            raise _changed()
        now = self._now()
        members = render_question(question, current.created_at, now)
        key = self._key(tenant, question_id)
        with _caller_errors():
            etag = await self._call(partial(self._store.replace, key, members, current.etag))
        return SavedQuestion(question_id, question, current.created_at, now, etag)

    async def delete(self, tenant: int, question_id: str, matches: Matches | None) -> None:
        """Delete a question, unless it has changed, if the caller says which one is meant.

        Raises:
            SavedQuestionNotFound: The tenant has no such question.
            PreconditionFailed: Its ETag does not match.
        """
        key = self._key(tenant, question_id)
        etag: str | None = None
        with _caller_errors():
            if matches is not None:
                etag = (await self._call(partial(self._store.read, key))).etag
                if not matches(etag):
                    raise _changed()
            await self._call(partial(self._store.delete, key, etag))

    async def _read_listed(
        self, listed: ListedDocument, prefix: str, places: asyncio.Semaphore
    ) -> SavedQuestion | None:
        """Read a question of a list, or None if it is gone or none of this service's."""
        name = f"{listed.key} {listed.etag}"
        found = self._remembered.get(name)
        if found is not None:
            return found
        question_id = parse_object_name(listed.key.removeprefix(prefix))
        if question_id is None:
            return None
        try:
            async with places:
                document = await self._call(partial(self._store.read, listed.key))
        except DocumentMissing:
            return None
        question = parse_question(question_id, document)
        if question is None:
            _log.warning("An object among the saved questions is none of them")
            return None
        self._remembered.put(f"{listed.key} {question.etag}", question)
        return question

    async def _call(self, call: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._calls, call)

    def _key(self, tenant: int, question_id: str) -> str:
        return self._locations.saved_prefix(tenant) + object_name(question_id)

    def _now(self) -> datetime:
        """Return the current time as precisely as it is shown."""
        now = self._clock()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


@contextmanager
def _caller_errors() -> Iterator[None]:
    try:
        yield
    except DocumentMissing as error:
        raise SavedQuestionNotFound("There is no such saved question.") from error
    except DocumentChanged as error:
        raise _changed() from error


def _changed() -> PreconditionFailed:
    return PreconditionFailed(
        "The saved question has changed since you read it; read it again, and then send the "
        "request with its new ETag."
    )
