"""How saved questions are kept: their ids, the names of their objects, and what those hold."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from data_hist.athena.stored_documents import StoredDocument

_SUFFIX = ".json"
_NAME = re.compile(r"([0-9a-f]{32})\.json", re.ASCII)
_LATEST_MS = (1 << 48) - 1
_RANDOM_BYTES = 10
_BYTES_OF_QUESTION = 500


@dataclass(frozen=True)
class Question:
    """What a caller saves: a title, and a state that only the caller understands."""

    title: str
    state: str


@dataclass(frozen=True)
class SavedQuestion:
    """A question as it is kept; `etag` changes each time that it is replaced."""

    id: str
    question: Question
    created_at: datetime
    updated_at: datetime
    etag: str

    @property
    def size(self) -> int:
        """How many bytes it takes in memory, at most about."""
        return _BYTES_OF_QUESTION + 4 * (len(self.question.title) + len(self.question.state))


def object_name(question_id: str) -> str:
    """Return the name of the object below the tenant's prefix."""
    return question_id + _SUFFIX


def parse_object_name(name: str) -> str | None:
    """Return the id in the name of an object; None if the name is not one of ours."""
    match = _NAME.fullmatch(name)
    return match and match[1]


def new_id(now: datetime) -> str:
    """Return an id that nobody guesses, and that S3 lists before those of earlier moments."""
    milliseconds = int(now.timestamp() * 1000)
    return f"{_LATEST_MS - milliseconds:012x}{secrets.token_hex(_RANDOM_BYTES)}"


def render_question(
    question: Question, created_at: datetime, updated_at: datetime
) -> dict[str, str]:
    """Return the members of the document of a question."""
    return {
        "title": question.title,
        "state": question.state,
        "created_at": created_at.isoformat(),
        "updated_at": updated_at.isoformat(),
        # S3 makes ETags of the bytes: no two writes may have the same.
        "revision": secrets.token_hex(_RANDOM_BYTES),
    }


def parse_question(question_id: str, stored: StoredDocument) -> SavedQuestion | None:
    """Parse a document; None if it is not one that this service writes."""
    members = stored.members
    try:
        title, state = members["title"], members["state"]
        moments = [datetime.fromisoformat(members[name]) for name in ("created_at", "updated_at")]
    except (LookupError, TypeError, ValueError):
        return None
    if not (isinstance(title, str) and isinstance(state, str)):
        return None
    created_at, updated_at = (moment.astimezone(UTC) for moment in moments)
    return SavedQuestion(question_id, Question(title, state), created_at, updated_at, stored.etag)
