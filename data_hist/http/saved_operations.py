"""The operations of the API specification on saved questions."""

from collections.abc import Callable
from typing import Any

from connexion import request
from starlette.responses import Response

from data_hist.errors import PreconditionRequired
from data_hist.http.routes import path_prefix
from data_hist.http.security import current_tenant
from data_hist.http.serializers import saved_document
from data_hist.http.session import NOT_KEPT
from data_hist.queries.saved_format import Question, SavedQuestion
from data_hist.queries.saved_questions import SavedQuestions

Document = dict[str, Any]
Answer = tuple[Document, int, dict[str, str]]


class SavedOperations:
    """The operations on saved questions, which are the same in each version of the API."""

    def __init__(self, saved: SavedQuestions) -> None:
        self._saved = saved

    async def list_saved(self, limit: int, paging_token: str | None = None) -> Answer:
        """List the caller's saved questions."""
        found = await self._saved.list_questions(current_tenant(), limit, paging_token)
        questions = [saved_document(question) for question in found.questions]
        return {"saved": questions, "paging_token": found.paging_token}, 200, dict(NOT_KEPT)

    async def create_saved(self, body: Document) -> Answer:
        """Save a question."""
        saved = await self._saved.create(current_tenant(), Question(**body))
        scope = request.scope
        location = f"{path_prefix(scope['headers'])}{scope['path']}/{saved.id}"
        return saved_document(saved), 201, _headers(saved) | {"Location": location}

    async def get_saved(self, saved_id: str) -> Answer:
        """Read a saved question."""
        saved = await self._saved.read(current_tenant(), saved_id)
        return saved_document(saved), 200, _headers(saved)

    async def replace_saved(self, saved_id: str, body: Document) -> Answer:
        """Replace a saved question."""
        matches = _if_match()
        if matches is None:
            raise PreconditionRequired(
                "Send the ETag of the version that you replace in the header If-Match."
            )
        question = Question(**body)
        saved = await self._saved.replace(current_tenant(), saved_id, question, matches)
        return saved_document(saved), 200, _headers(saved)

    async def delete_saved(self, saved_id: str) -> Response:
        """Delete a saved question."""
        await self._saved.delete(current_tenant(), saved_id, _if_match())
        return Response(status_code=204, headers=NOT_KEPT)


def _headers(saved: SavedQuestion) -> dict[str, str]:
    return {"ETag": saved.etag} | NOT_KEPT


def _if_match() -> Callable[[str], bool] | None:
    """Read `If-Match` (RFC 9110): weak ETags match nothing. None without the header."""
    given = request.headers.getlist("If-Match")
    if not given:
        return None
    wanted = {etag.strip() for etag in ",".join(given).split(",")}
    return lambda etag: "*" in wanted or etag in wanted
