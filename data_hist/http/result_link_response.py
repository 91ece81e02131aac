"""Respond with a link to a result in S3: a redirect, or a document for those who ask for JSON."""

from typing import Final

from starlette.responses import Response

from data_hist.athena.result_links import SignedLink
from data_hist.errors import FieldError, InvalidRequest, NotAcceptable
from data_hist.http.result_response import negotiate_format
from data_hist.json_documents import dumps, timestamp

# Whoever has the link can open it, so that no cache may keep it, and no other site is told it.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
}


def prefers_document(format: str | None, accept: str | None) -> bool:
    """Whether a request prefers JSON to the CSV that a redirect leads to.

    Raises:
        InvalidRequest: The request names another format than CSV.
        NotAcceptable: `Accept` admits neither.
    """
    if format not in (None, "csv"):
        wrong = FieldError(
            "/format", "A link leads to CSV, as Athena wrote it; leave out format, or delivery."
        )
        raise InvalidRequest(wrong.detail, errors=[wrong])
    preferred = negotiate_format(None, accept).name
    if preferred not in ("csv", "json"):
        raise NotAcceptable("A link leads to text/csv, and is described in application/json.")
    return preferred == "json"


def link_response(query_id: str, link: SignedLink, *, wants_document: bool) -> Response:
    """Redirect to a result, or describe the link."""
    if not wants_document:
        return Response(status_code=303, headers={**_HEADERS, "Location": link.url})
    document = {
        "query_id": query_id,
        "url": link.url,
        "expires_at": timestamp(link.expires_at),
        "format": "csv",
    }
    return Response(dumps(document), 200, _HEADERS, "application/json")
