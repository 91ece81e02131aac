"""Where the download of a result stands, and how it goes on after it broke; no input or output."""

import re
from collections.abc import Iterator

from data_hist_client.errors import DataHistError, DownloadBroken, InvalidResponse, Problem
from data_hist_client.messages import Outcome, Reply, Request, document_of
from data_hist_client.parameters import segment
from data_hist_client.retries import RetryPolicy

FORMATS = ("csv", "ndjson", "json", "arrow", "parquet")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


class Download:
    """A download of one result in one format; only CSV goes on where it broke.

    Args:
        query_id: The query.
        result_format: One of `FORMATS`.
        policy: How often to try again without getting on.
        by_link: Whether to read a CSV from S3 itself, if the service gives a link to it.

    Attributes:
        link: Where S3 has the bytes; None if the service sends them. It is secret.
        received: How many bytes of the current attempt have arrived.
    """

    def __init__(
        self, query_id: str, result_format: str, policy: RetryPolicy, *, by_link: bool = False
    ) -> None:
        self._path = f"/results/{segment(query_id)}"
        self._format = result_format
        self._policy = policy
        self._pauses: Iterator[float] = policy.pauses()
        self._by_link = by_link and result_format == "csv"
        self._etag: str | None = None
        self.link: str | None = None
        self.received = 0

    def link_request(self) -> Request | None:
        """Return how to ask for a link; None if none is wanted, or one is there."""
        if not self._by_link or self.link is not None:
            return None
        params = {"format": self._format, "delivery": "link"}
        return Request("GET", self._path, params=params, headers={"Accept": "application/json"})

    def take_link(self, outcome: Outcome) -> None:
        """Take the response; without a link, the service sends the bytes, or says why not."""
        document = document_of(outcome) if isinstance(outcome, Reply) else None
        url = document.get("url") if isinstance(document, dict) else None
        self.link = url if isinstance(url, str) else None
        # A new link is worth asking for only if this one is of any use.
        self._by_link = False

    def request(self) -> Request:
        """Return what to request: all, or what lacks."""
        # Compressed bytes have no ranges, and compressing takes longer than a fast network.
        headers = {"Accept-Encoding": "identity"}
        if self._etag and self.received:
            # S3 knows no If-Range.
            condition = "If-Range" if self.link is None else "If-Match"
            headers |= {"Range": f"bytes={self.received}-", condition: self._etag}
        if self.link is not None:
            return Request("GET", self.link, headers=headers)
        return Request("GET", self._path, params={"format": self._format}, headers=headers)

    def begin(self, reply: Reply) -> bool:
        """Take the head of a successful response; False if it begins at the first byte again."""
        found = _CONTENT_RANGE.fullmatch(reply.headers.get("content-range", ""))
        continues = reply.status == 206 and found is not None and int(found[1]) == self.received
        is_first = self.received == 0
        if not continues:
            self.received = 0
            self._etag = reply.headers.get("etag")
        return continues or is_first

    def count(self, received: int) -> None:
        """Count bytes that have arrived."""
        self.received += received
        self._by_link = self.link is not None
        if self._etag:
            # It gets on, so it may break as often again.
            self._pauses = self._policy.pauses()

    def pause_after(self, error: DataHistError) -> float:
        """Return how many seconds to wait before the next request.

        Raises:
            Problem: The service refuses the result.
            InvalidResponse: It is redirected.
            DownloadBroken: It broke too often.
        """
        if self.link is not None:
            # It has expired, or S3 cannot be reached from here.
            self.link = None
            return 0
        if isinstance(error, InvalidResponse):
            raise error
        pause = next(self._pauses, None)
        if isinstance(error, Problem):
            asked = error.retry_after_seconds or 0
            if not error.retryable or asked > self._policy.longest_retry_after_seconds:
                raise error
            if pause is None:
                raise error
            return max(pause, asked)
        if pause is None:
            raise DownloadBroken(f"The result broke off too often: {error}") from error
        return pause
