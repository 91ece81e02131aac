"""Where the download of a result stands, and how it goes on after it broke; no input or output."""

import re
from collections.abc import Iterator

from data_hist_client.errors import DataHistError, DownloadBroken, Problem
from data_hist_client.messages import Reply, Request
from data_hist_client.retries import RetryPolicy

FORMATS = ("csv", "ndjson", "json", "arrow", "parquet")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


class Download:
    """A download of one result in one format; only CSV goes on where it broke.

    Attributes:
        received: How many bytes of the current attempt have arrived.
    """

    def __init__(self, query_id: str, result_format: str, policy: RetryPolicy) -> None:
        self._query_id = query_id
        self._format = result_format
        self._policy = policy
        self._pauses: Iterator[float] = policy.pauses()
        self._etag: str | None = None
        self.received = 0

    def request(self) -> Request:
        """Return what to request: all, or what lacks."""
        # Compressed bytes have no ranges, and compressing takes longer than a fast network.
        headers = {"Accept-Encoding": "identity"}
        if self._etag and self.received:
            headers |= {"Range": f"bytes={self.received}-", "If-Range": self._etag}
        return Request(
            "GET", f"/results/{self._query_id}", params={"format": self._format}, headers=headers
        )

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
        if self._etag:
            # It gets on, so it may break as often again.
            self._pauses = self._policy.pauses()

    def pause_after(self, error: DataHistError) -> float:
        """Return how many seconds to wait before the next request.

        Raises:
            Problem: The service refuses the result.
            DownloadBroken: It broke too often.
        """
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
